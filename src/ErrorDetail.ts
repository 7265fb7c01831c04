/**
 * What the errors are made of.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/**
 * Whether a write changed the server although the call failed.
 *
 * **Details**
 *
 * `notApplied`: the server did not carry out the request. `applied`: it did, and what failed came after. `unknown`: it
 * may have; read before writing again.
 *
 * @since 0.1.0
 * @category models
 */
export const Outcome = Schema.Literal("notApplied", "applied", "unknown")

/**
 * The type of `Outcome`.
 *
 * @since 0.1.0
 * @category models
 */
export type Outcome = typeof Outcome.Type

/**
 * One entry of what a server said about a failure, from any of the shapes its stack sends (JSON:API `errors`, Laravel,
 * OAuth 2.0, RFC 9457), made safe: bounded in length, and without anything that looks like a secret.
 *
 * @since 0.1.0
 * @category models
 */
export const ErrorDetail = Schema.Struct({
  /** The server's own code: an opaque string. */
  code: Schema.optional(Schema.String),
  title: Schema.optional(Schema.String),
  detail: Schema.optional(Schema.String),
  /** What the server says is wrong: a JSON pointer, a dotted path, or the name of a parameter. */
  field: Schema.optional(Schema.String)
})

/**
 * The type of `ErrorDetail`.
 *
 * @since 0.1.0
 * @category models
 */
export type ErrorDetail = typeof ErrorDetail.Type

/**
 * One reason why the server refused the input.
 *
 * @since 0.1.0
 * @category models
 */
export const ValidationIssue = Schema.Struct({
  field: Schema.optional(Schema.String),
  detail: Schema.String,
  code: Schema.optional(Schema.String)
})

/**
 * The type of `ValidationIssue`.
 *
 * @since 0.1.0
 * @category models
 */
export type ValidationIssue = typeof ValidationIssue.Type

/**
 * Where a value was not what was expected, and what was expected there: never the value.
 *
 * @since 0.1.0
 * @category models
 */
export const SchemaIssue = Schema.Struct({
  path: Schema.Array(Schema.Union(Schema.String, Schema.NonNegativeInt)),
  expected: Schema.String
})

/**
 * The type of `SchemaIssue`.
 *
 * @since 0.1.0
 * @category models
 */
export type SchemaIssue = typeof SchemaIssue.Type

/**
 * Why there was no answer.
 *
 * **Details**
 *
 * `dns`, `connect` and `tls`: no connection was made, so nothing was sent. `reset`: it broke before the answer.
 * `truncated`: it broke within the body. `other`: the HTTP client did not say.
 *
 * @since 0.1.0
 * @category models
 */
export const TransportReason = Schema.Literal("dns", "connect", "tls", "reset", "truncated", "other")

/**
 * The type of `TransportReason`.
 *
 * @since 0.1.0
 * @category models
 */
export type TransportReason = typeof TransportReason.Type

/**
 * What every error says of the call that failed.
 *
 * @internal
 */
export const callFields = {
  /** The operation that failed, by its name in the API. */
  operation: Schema.String,
  /** The IDs that the call was given. */
  userId: Schema.optional(Schema.String),
  clientId: Schema.optional(Schema.String),
  /** Of a list: the page, from 1. */
  page: Schema.optional(Schema.Int),
  /** How many requests this call sent to the API, including retries and failed token requests. */
  attempts: Schema.NonNegativeInt,
  /** How long the call took, including waits. */
  elapsed: Schema.Duration,
  /** Of a write: whether the server carried it out. */
  outcome: Schema.optional(Outcome),
  /** `login`: the call itself did not fail, but the token request that it needed. */
  during: Schema.optional(Schema.Literal("login")),
  /** The base URL of the API, or the token URL if `during` is `login`. */
  url: Schema.optional(Schema.String)
}

/**
 * The values of these fields.
 *
 * @internal
 */
export type CallFacts = Schema.Struct.Type<typeof callFields>

/**
 * Line breaks of any kind, what turns the reading direction around, and halves of characters.
 *
 * @internal
 */
export const unprintable = /[\p{Control}\p{Zl}\p{Zp}\p{Surrogate}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

/**
 * A message is one plain line, whatever a caller or a server puts into it.
 *
 * @internal
 */
export const oneLine = (text: string): string => text.replaceAll(unprintable, " ")

// An id may be as long as the caller likes, a log line may not.
const quote = (id: string): string => oneLine(JSON.stringify(id.length <= 64 ? id : `${id.slice(0, 61)}...`))

/**
 * The operation and the IDs it was given.
 *
 * @internal
 */
export const describeCall = ({ clientId, operation, page, userId }: Partial<CallFacts>): string =>
  operation
  + (userId === undefined ? "" : ` of user ${quote(userId)}`)
  + (clientId === undefined ? "" : `, client ${quote(clientId)}`)
  + (page === undefined ? "" : `, page ${page}`)

const describeDetail = ({ code, detail, field, title }: ErrorDetail): string =>
  [
    field === undefined ? undefined : `${field}:`,
    detail ?? title,
    code === undefined ? undefined : `[${code}]`
  ].filter((part) => part !== undefined).join(" ")

/**
 * What became of a write, where the caller has to know.
 *
 * @internal
 */
export const describeOutcome = ({ outcome = "notApplied" }: Pick<CallFacts, "outcome">): string => outcomes[outcome]

const outcomes: Readonly<Record<Outcome, string>> = {
  notApplied: "",
  applied: "; the change itself was carried out",
  unknown: "; the change may have been carried out all the same"
}

// "0" is what `Duration.format` makes of a call that took no time.
const describeAttempts = ({ attempts, elapsed }: CallFacts): string =>
  attempts < 2
    ? ""
    : ` [${attempts} attempts${Duration.toMillis(elapsed) < 1 ? "" : ` in ${Duration.format(elapsed)}`}]`

interface Explanation {
  readonly errors?: ReadonlyArray<ErrorDetail>
  readonly html?: boolean | undefined
  readonly requestId?: Option.Option<string>
}

/**
 * The whole message: call, reason, what the server said, and how often it was tried.
 *
 * @internal
 */
export const sentence = (failed: CallFacts & Explanation, reason: string): string => {
  const { errors = [], html, requestId = Option.none() } = failed
  const words = errors.slice(0, 3).map(describeDetail).filter((text) => text !== "")
  const more = errors.length > 3 ? `; and ${errors.length - 3} more` : ""
  return [
    `${describeCall(failed)} failed${failed.during === "login" ? " while logging in" : ""}: ${reason}`,
    html === true ? "; the body is an HTML page: a proxy or a firewall may have answered in place of the API" : "",
    words.length === 0 ? "" : `; the server says: ${words.join("; ")}${more}`,
    describeOutcome(failed),
    Option.match(requestId, { onNone: () => "", onSome: (id) => ` (request ${id})` }),
    describeAttempts(failed)
  ].join("")
}
