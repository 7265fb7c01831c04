/**
 * Lenient parsing of requests, as on the server, and constructors of responses.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import type { Answered, FakeRequest } from "../FakeRequest.js"

/** An object with any members. */
export type Fields = Readonly<Record<string, unknown>>

const mediaType = (request: FakeRequest): string => request.headers["content-type"] ?? ""

/** The members of an object; none if it is not an object. */
export const fieldsOf = (value: unknown): Fields => Predicate.isReadonlyRecord(value) ? value : {}

const parsedJson: (text: string) => Option.Option<unknown> = Option.liftThrowable(JSON.parse)

/** The body as JSON or as a form; malformed JSON is an empty body. */
export const parsedBody = (request: FakeRequest): unknown => {
  if (/[/+]json\b/i.test(mediaType(request))) return Option.getOrUndefined(parsedJson(request.body))
  return mediaType(request).includes("form") ? Object.fromEntries(new URLSearchParams(request.body)) : undefined
}

const secretFields = new Set(["client_secret", "password", "refresh_token", "access_token", "secret"])

/** A copy in which every secret is `Redacted`, at any depth. */
export const withoutSecrets = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (!Predicate.isReadonlyRecord(value)) return value
  return Record.map(value, (field, key) => secretFields.has(key) ? Redacted.make(field) : withoutSecrets(field))
}

/** Splits a header like `Accept` into lower-case items, in order of preference. */
export const mediaRanges = (header: string): ReadonlyArray<{ readonly type: string; readonly parameters: string }> =>
  header.toLowerCase().split(",").map((item) => {
    const [type = "", ...parameters] = item.split(";").map((part) => part.trim())
    const quality = Number(parameters.find((part) => part.startsWith("q="))?.slice(2) ?? 1)
    return { type, parameters: parameters.filter((part) => !part.startsWith("q=")).join(";"), quality }
  }).filter(({ type }) => type !== "").sort((one, other) => other.quality - one.quality)

/** Laravel's `wantsJson`: only the first acceptable type counts. */
export const wantsJson = (request: FakeRequest): boolean =>
  /[/+]json/.test(mediaRanges(request.headers["accept"] ?? "")[0]?.type ?? "")

type Headers = Readonly<Record<string, string>>

/** A response with a JSON body. */
export const jsonAnswer = (status: number, body: unknown, contentType: string, headers: Headers = {}): Answered => ({
  _tag: "Answered",
  status,
  headers: { "content-type": contentType, ...headers },
  body: JSON.stringify(body)
})

/** A response with a text body, or none. */
export const textAnswer = (status: number, body: string, contentType = "text/plain; charset=UTF-8"): Answered => ({
  _tag: "Answered",
  status,
  headers: body === "" ? {} : { "content-type": contentType },
  body
})

/** The HTML page of a server or a proxy. */
export const htmlAnswer = (status: number, title: string): Answered =>
  textAnswer(
    status,
    `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`,
    "text/html; charset=UTF-8"
  )

/** Adds headers to a response. */
export const withHeaders = (answer: Answered, headers: Headers): Answered => ({
  ...answer,
  headers: { ...answer.headers, ...headers }
})

/** Laravel's redirect for a client that does not accept JSON. */
export const redirectAnswer = (location: string): Answered =>
  withHeaders(htmlAnswer(302, `Redirecting to ${location}`), { location })
