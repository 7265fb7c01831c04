/**
 * What servers send, and what becomes of it: one row for each form. A row is run in process, through the fault script of
 * the testing door, and over sockets through each HTTP client that Node has. To add one, give it a name, a call, the answer
 * (status, headers, body) and the result.
 */
import type { Operation } from "../../support/scripted.js"

export type Call = Operation | "logIn" | "revokeOauthClient"

/** In process, by `Fault.respond`, or over a socket. */
export type Way = "inProcess" | "fault" | "undici" | "fetch" | "node:http"

export interface Sent {
  readonly status: number
  /** Several values are several lines. */
  readonly headers?: Readonly<Record<string, string | Array<string>>>
  /** A text is sent as UTF-8. */
  readonly body: string | Uint8Array<ArrayBuffer>
}

/** What a call ends with: its value, or of its error these fields. Waits are milliseconds. */
export type Result =
  | { readonly value: unknown }
  | {
    readonly error: string
    readonly fields?: Readonly<Record<string, unknown>>
    readonly says?: ReadonlyArray<string>
  }

export interface Row {
  readonly call: Call
  /** Answers the first request: of `logIn` the one for a token. All others are answered as `others` says. */
  readonly answer: Sent
  readonly result: Result
  readonly clientId?: string
  /** Where HTTP clients differ: only these. */
  readonly through?: ReadonlyArray<Way>
}

export type Rows = Readonly<Record<string, Row>>

export const mediaType = "application/vnd.api+json"

type Headers = NonNullable<Sent["headers"]>

export const sent = (body: Sent["body"], status = 200, headers: Headers = {}): Sent => ({
  status,
  headers: { "content-type": mediaType, ...headers },
  body
})

export const json = (body: unknown, status = 200, headers: Headers = {}): Sent =>
  sent(JSON.stringify(body), status, headers)

export const resource = (attributes: Record<string, unknown> = {}, id: unknown = "17") => ({
  type: "client",
  id,
  attributes: { name: "CI", ...attributes }
})

/** The client of that resource; tests compare the fields that are named here. */
export const client = (fields: Record<string, unknown> = {}): Result => ({ value: { id: "17", name: "CI", ...fields } })

export const others: Sent = json({ data: resource({ revoked: false }) })

export const find = (answer: Sent, result: Result): Row => ({ call: "findOauthClientById", answer, result })

/** An answer that is not what the API promises. */
export const invalid = (fields: Record<string, unknown>, ...says: ReadonlyArray<string>): Result => ({
  error: "ProcessMakerInvalidResponse",
  fields,
  says
})

export const html =
  "<!DOCTYPE html><html><body><h1>400 Bad Request</h1>Request Header Or Cookie Too Large</body></html>"

export const latin1 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text, (character) => character.charCodeAt(0))
