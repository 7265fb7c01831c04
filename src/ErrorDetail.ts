/**
 * What the errors are made of.
 *
 * @since 0.1.0
 */
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
