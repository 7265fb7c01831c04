import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { SchemaIssue } from "../../ErrorDetail.js"
import { overridden, RetryPolicy } from "../../RetryPolicy.js"
import type { RetryPolicyOptions } from "../../RetryPolicy.js"

/** A whole policy, in milliseconds. */
export interface ResolvedPolicy {
  readonly maxAttempts: number
  readonly baseDelay: number
  readonly maxDelay: number
  readonly attemptTimeout: number
  readonly totalTimeout: number
  readonly maxRetryAfter: number
}

type Issues = readonly [SchemaIssue, ...Array<SchemaIssue>]

const refuse = (field: string, expected: string) => Either.left<Issues>([{ path: [field], expected }])

const isNegative = (value: unknown): boolean =>
  Predicate.isString(value) ? value.trim().startsWith("-") : Predicate.isNumber(value) ? !(value >= 0) : false

/** Decodes a duration to milliseconds. Rejects negative durations and NaN, which Effect reads as zero. */
export const durationMillis = (value: unknown): Option.Option<number> =>
  isNegative(value) ? Option.none() : Option.map(Duration.decodeUnknown(value), Duration.toMillis)

const count = (value: unknown): Either.Either<number, Issues> =>
  Predicate.isNumber(value) && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= 1
    ? Either.right(value)
    : refuse("maxAttempts", "must be a whole number, 1 or more")

/** Merges the parts over the defaults. Later parts take precedence. */
export const resolvePolicy = (...parts: ReadonlyArray<RetryPolicyOptions>): Either.Either<ResolvedPolicy, Issues> => {
  const unknown = parts.flatMap(Object.keys).find((key) => !(key in RetryPolicy.defaults))
  if (unknown !== undefined) return refuse(unknown.slice(0, 64), "is not known here")
  const pick = (field: keyof RetryPolicyOptions): unknown =>
    parts.reduce<unknown>((below, part) => part[field] ?? below, RetryPolicy.defaults[field])
  const millis = (field: keyof RetryPolicyOptions) =>
    Either.orElse(
      Either.fromOption(durationMillis(pick(field)), () => undefined),
      () => refuse(field, "must be a duration, for example \"2 seconds\"")
    )
  return Either.all({
    maxAttempts: count(pick("maxAttempts")),
    baseDelay: millis("baseDelay"),
    maxDelay: millis("maxDelay"),
    attemptTimeout: millis("attemptTimeout"),
    totalTimeout: millis("totalTimeout"),
    maxRetryAfter: millis("maxRetryAfter")
  })
}

/** The layer's own policy. An invalid one falls back to the defaults here, and each call reports it. */
export const layerPolicy = (retry: RetryPolicyOptions): ResolvedPolicy =>
  Either.getOrThrow(Either.orElse(resolvePolicy(retry), () => resolvePolicy()))

/** The layer's policy with the overrides of the current fiber. */
export const policyInForce = (
  retry: RetryPolicyOptions
): (
  fiber: Pick<Fiber.RuntimeFiber<unknown, unknown>, "currentContext">
) => Either.Either<ResolvedPolicy, ReadonlyArray<SchemaIssue>> => {
  const resolve = (override: RetryPolicyOptions) =>
    Either.mapLeft(
      resolvePolicy(retry, overridden(override)),
      (issues) => issues.map(({ expected, path }) => ({ path: ["RetryPolicy", ...path], expected }))
    )
  // Most calls have the same policy as the previous call.
  let last: { readonly override: RetryPolicyOptions; readonly resolved: ReturnType<typeof resolve> } = {
    override: RetryPolicy.defaults,
    resolved: resolve(RetryPolicy.defaults)
  }
  return ({ currentContext }) => {
    const override = Context.get(currentContext, RetryPolicy)
    if (override !== last.override) last = { override, resolved: resolve(override) }
    return last.resolved
  }
}
