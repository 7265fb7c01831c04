/**
 * How often and how long a call is retried.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Stream from "effect/Stream"

/**
 * The fields of a retry policy, all optional. Omitted fields default to the layer's `retry` option, then to
 * `RetryPolicy.defaults`.
 *
 * @since 0.1.0
 * @category models
 */
export interface RetryPolicyOptions {
  /**
   * The maximum number of requests that one call sends to the API, including retries, the replay after a 401, and
   * failed token requests. Default: 5.
   */
  readonly maxAttempts?: number | undefined
  /** The maximum wait before the first retry. It doubles with each retry (full jitter). Default: 200 millis. */
  readonly baseDelay?: Duration.DurationInput | undefined
  /** The maximum backoff, and the maximum wait for the layer's retry budget. Default: 10 seconds. */
  readonly maxDelay?: Duration.DurationInput | undefined
  /** The timeout of one attempt, including reading the body. Default: 30 seconds. */
  readonly attemptTimeout?: Duration.DurationInput | undefined
  /** The timeout of the whole call, including waits. Default: 2 minutes. */
  readonly totalTimeout?: Duration.DurationInput | undefined
  /** The longest `Retry-After` to wait for; a longer one fails the call immediately. Default: 60 seconds. */
  readonly maxRetryAfter?: Duration.DurationInput | undefined
}

const defaults: Required<RetryPolicyOptions> = {
  maxAttempts: 5,
  baseDelay: "200 millis",
  maxDelay: "10 seconds",
  attemptTimeout: "30 seconds",
  totalTimeout: "2 minutes",
  maxRetryAfter: "60 seconds"
}

/**
 * The retry policy for the calls within an Effect or a Stream. Each call reads it when it starts.
 *
 * **Details**
 *
 * `RetryPolicy.with` sets some of its fields. A call takes the others from its layer's `retry` option, then from
 * `RetryPolicy.defaults`, so overriding one field keeps the rest.
 *
 * @example
 * ```ts
 * import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
 * import * as Effect from "effect/Effect"
 *
 * // Fails instead of waiting:
 * export const quick = Effect.gen(function*() {
 *   const oauthClients = yield* OauthClientsService
 *   return yield* oauthClients.findOauthClientById("u-7", "17").pipe(RetryPolicy.with(RetryPolicy.none))
 * })
 * ```
 *
 * @since 0.1.0
 * @category references
 */
export class RetryPolicy extends Context.Reference<RetryPolicy>()("effect-processmaker-oauth/RetryPolicy", {
  defaultValue: (): RetryPolicyOptions => defaults
}) {
  /**
   * The values of the fields that neither this reference nor the layer's `retry` option sets.
   *
   * @since 0.2.0
   */
  static readonly defaults: Required<RetryPolicyOptions> = defaults

  /**
   * A single attempt: no retries, and no replay after a 401.
   *
   * @since 0.1.0
   */
  static readonly none: RetryPolicyOptions = { maxAttempts: 1 }

  /**
   * For batch jobs that can wait: it obeys a `Retry-After` of up to an hour, survives an outage of an hour, and times
   * out after two hours.
   *
   * @since 0.1.0
   */
  static readonly patient: RetryPolicyOptions = {
    maxAttempts: 100,
    baseDelay: "500 millis",
    maxDelay: "5 minutes",
    attemptTimeout: "1 minute",
    totalTimeout: "2 hours",
    maxRetryAfter: "1 hour"
  }

  /**
   * Overrides fields of the policy for all calls within an Effect or a Stream.
   *
   * @since 0.1.0
   */
  static readonly with: {
    (policy: RetryPolicyOptions): WithRetryPolicy
    <A, E, R>(self: Effect.Effect<A, E, R>, policy: RetryPolicyOptions): Effect.Effect<A, E, R>
    <A, E, R>(self: Stream.Stream<A, E, R>, policy: RetryPolicyOptions): Stream.Stream<A, E, R>
  } = dual(2, withPolicy)
}

/**
 * Returns an Effect for an Effect and a Stream for a Stream. It is a single signature, as `pipe` requires.
 *
 * @since 0.1.0
 * @category models
 */
export type WithRetryPolicy = <
  Self extends Effect.Effect<unknown, unknown, unknown> | Stream.Stream<unknown, unknown, unknown>
>(self: Self) => Self extends Effect.Effect<infer A, infer E, infer R> ? Effect.Effect<A, E, R>
  : Self extends Stream.Stream<infer A, infer E, infer R> ? Stream.Stream<A, E, R>
  : never

/**
 * The fields that the reference overrides: none if it is the default value, which must not hide the layer's `retry`
 * option.
 *
 * @internal
 */
export const overridden = (policy: RetryPolicyOptions): RetryPolicyOptions => policy === defaults ? {} : policy

function withPolicy<A, E, R>(self: Effect.Effect<A, E, R>, policy: RetryPolicyOptions): Effect.Effect<A, E, R>
function withPolicy<A, E, R>(self: Stream.Stream<A, E, R>, policy: RetryPolicyOptions): Stream.Stream<A, E, R>
function withPolicy<A, E, R>(
  self: Effect.Effect<A, E, R> | Stream.Stream<A, E, R>,
  policy: RetryPolicyOptions
): Effect.Effect<A, E, R> | Stream.Stream<A, E, R> {
  // An undefined field must not hide one set by an outer `with`.
  const set = Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined))
  const override = (context: Context.Context<R>) =>
    Context.add(context, RetryPolicy, { ...overridden(Context.get(context, RetryPolicy)), ...set })
  return Effect.isEffect(self) ? Effect.mapInputContext(self, override) : Stream.mapInputContext(self, override)
}
