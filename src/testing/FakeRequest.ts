/**
 * What goes into the fake and what comes out, whichever way it is reached.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"

/**
 * What a request asks for: an operation of the API, a token, a browser's preflight, or nothing that the server knows.
 *
 * @since 0.1.0
 * @category models
 */
export type FakeOperation =
  | "addOauthClient"
  | "findOauthClientById"
  | "findOauthClients"
  | "updateOauthClient"
  | "deleteOauthClient"
  | "token"
  | "preflight"
  | "unknown"

/**
 * A request as it arrives: `url` is the path with its query, header names are lower-case, `body` is text.
 *
 * @since 0.1.0
 * @category models
 */
export interface FakeRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * A reply: an answer, an answer whose body arrives bit by bit and may break off, or none, as the connection is gone.
 *
 * @since 0.1.0
 * @category models
 */
export type FakeReply = Answered | Streamed | Dropped

/**
 * An answer with its whole body.
 *
 * @since 0.1.0
 * @category models
 */
export interface Answered {
  readonly _tag: "Answered"
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * `length` is what the server promises in `Content-Length`; a stream that fails breaks off before it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Streamed {
  readonly _tag: "Streamed"
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly length: number
  readonly stream: Stream.Stream<Uint8Array, "BrokenOff">
}

/**
 * No answer: the connection breaks, is never made, or nothing comes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Dropped {
  readonly _tag: "Dropped"
  readonly code: "ECONNRESET" | "ECONNREFUSED"
}

/**
 * A request that the fake has seen. Its secrets are `Redacted`, those of a token request's body too.
 *
 * **Details**
 *
 * `page` and `perPage` are what the server made of the query; `body` is the parsed body, or its text where the server
 * cannot read it. `status` is absent as long as there is no answer, and stays so when the connection was dropped.
 *
 * @since 0.1.0
 * @category models
 */
export interface RecordedRequest {
  /** Counts from 1, over all requests since the fake was made. */
  readonly sequence: number
  readonly at: DateTime.Utc
  readonly operation: FakeOperation
  readonly method: string
  readonly url: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly userId: string | undefined
  readonly clientId: string | undefined
  readonly page: number | undefined
  readonly perPage: number | undefined
  /** Without `authorization`. */
  readonly headers: Readonly<Record<string, string>>
  readonly authorization: Redacted.Redacted<string> | undefined
  readonly body: unknown
  /** What the fault script did to it, in words. */
  readonly faults: ReadonlyArray<string>
  readonly outcome: "pending" | "answered" | "dropped" | "interrupted"
  readonly status: number | undefined
}
