/**
 * The parts of an error.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/**
 * Whether a failed write took effect on the server.
 *
 * **Details**
 *
 * `notApplied`: the server did not apply the change. `applied`: it did, and a later step failed. `unknown`: it may
 * have; read before you write again.
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
 * One error that the server reported, in any of the supported formats (JSON:API `errors`, Laravel, OAuth 2.0, RFC
 * 9457). Its length is limited, and anything that looks like a secret is redacted.
 *
 * @since 0.1.0
 * @category models
 */
export const ErrorDetail = Schema.Struct({
  /** The server's own error code, an opaque string. */
  code: Schema.optional(Schema.String),
  title: Schema.optional(Schema.String),
  detail: Schema.optional(Schema.String),
  /** The invalid field: a JSON pointer, a dotted path, or the name of a parameter. */
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
 * One reason why the server rejected the input.
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
 * The path of an invalid value and what was expected there. It never holds the value.
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
 * Why no complete response arrived.
 *
 * **Details**
 *
 * `dns`, `connect` and `tls`: no connection was established, so nothing was sent. `reset`: the connection was lost
 * before a response arrived. `truncated`: it was lost within the body. `other`: the HTTP client did not say.
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
 * The fields that every error has about the failed call.
 *
 * @internal
 */
export const callFields = {
  /** The operation that failed, by its name in the API. */
  operation: Schema.String,
  /** The IDs passed to the call. */
  userId: Schema.optional(Schema.String),
  clientId: Schema.optional(Schema.String),
  /** For a list, the page number, from 1. */
  page: Schema.optional(Schema.Int),
  /** The number of requests that the call sent to the API, including retries and failed token requests. */
  attempts: Schema.NonNegativeInt,
  /** The duration of the call, including waits. */
  elapsed: Schema.Duration,
  /** For a write, whether it took effect on the server. */
  outcome: Schema.optional(Outcome),
  /** `login`: the call failed because its token request failed. */
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
 * Line breaks, bidirectional controls and lone surrogates.
 *
 * @internal
 */
export const unprintable = /[\p{Control}\p{Zl}\p{Zp}\p{Surrogate}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

/**
 * Makes a text one line without control characters, since callers and servers choose parts of a message.
 *
 * @internal
 */
export const oneLine = (text: string): string => text.replaceAll(unprintable, " ")

// Callers choose the length of an ID, so a log line must limit it.
const quote = (id: string): string => oneLine(JSON.stringify(id.length <= 64 ? id : `${id.slice(0, 61)}...`))

/**
 * Describes an operation and its IDs.
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
 * Says whether a failed write took effect, unless it did not.
 *
 * @internal
 */
export const describeOutcome = ({ outcome = "notApplied" }: Pick<CallFacts, "outcome">): string => outcomes[outcome]

const outcomes: Readonly<Record<Outcome, string>> = {
  notApplied: "",
  applied: "; the change was applied",
  unknown: "; the change may have been applied"
}

// `Duration.format` renders zero as "0".
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
 * Builds a message from the call, the reason, the server's error details and the attempts.
 *
 * @internal
 */
export const sentence = (failed: CallFacts & Explanation, reason: string): string => {
  const { errors = [], html, requestId = Option.none() } = failed
  const words = errors.slice(0, 3).map(describeDetail).filter((text) => text !== "")
  const more = errors.length > 3 ? `; and ${errors.length - 3} more` : ""
  return [
    `${describeCall(failed)} failed${failed.during === "login" ? " while logging in" : ""}: ${reason}`,
    html === true ? "; the body is an HTML page: a proxy or a firewall may have responded instead of the API" : "",
    words.length === 0 ? "" : `; the server says: ${words.join("; ")}${more}`,
    describeOutcome(failed),
    Option.match(requestId, { onNone: () => "", onSome: (id) => ` (request ${id})` }),
    describeAttempts(failed)
  ].join("")
}
