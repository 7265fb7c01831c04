/**
 * How often a call is tried, and how long.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Stream from "effect/Stream"

/**
 * Any part of a policy. What is left out comes from the layer's `retry` option, and else from the defaults.
 *
 * @since 0.1.0
 * @category models
 */
export interface RetryPolicyOptions {
  /**
   * The most requests that one call sends to the API, repeats and the replay after a 401 included, and token requests
   * that failed. Default: 5.
   */
  readonly maxAttempts?: number | undefined
  /** The longest wait before the first repeat; it doubles with each (full jitter). Default: 200 millis. */
  readonly baseDelay?: Duration.DurationInput | undefined
  /** The longest wait that back-off asks for, and the longest for a turn in the layer's budget. Default: 10 seconds. */
  readonly maxDelay?: Duration.DurationInput | undefined
  /** How long one attempt may take, sending and reading the body. Default: 30 seconds. */
  readonly attemptTimeout?: Duration.DurationInput | undefined
  /** How long the whole call may take, waits included. Default: 2 minutes. */
  readonly totalTimeout?: Duration.DurationInput | undefined
  /** The longest `Retry-After` that is obeyed; a longer one fails the call at once. Default: 60 seconds. */
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
 * The policy in force for the calls of an Effect or a Stream, read anew by each call.
 *
 * **Details**
 *
 * Where nothing was set it is `RetryPolicy.defaults`, and each layer's `retry` option goes before these. `RetryPolicy.with`
 * sets some of its fields: a call takes the rest from its layer's `retry` option and then from the defaults, so that
 * overriding one field keeps the others.
 *
 * @example
 * ```ts
 * import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
 * import * as Effect from "effect/Effect"
 *
 * // One call that would rather fail than wait:
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
   * What a call takes where neither this reference nor its layer's `retry` option says otherwise.
   *
   * @since 0.2.0
   */
  static readonly defaults: Required<RetryPolicyOptions> = defaults

  /**
   * One attempt: no repeat, and no replay after a 401 either.
   *
   * @since 0.1.0
   */
  static readonly none: RetryPolicyOptions = { maxAttempts: 1 }

  /**
   * For batch jobs that would rather wait an hour than fail: a `Retry-After` of an hour is obeyed, and an outage of an
   * hour outlasted, within two hours in all.
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
   * Overrides parts of the policy for all the calls within an Effect or a Stream.
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
 * Keeps an Effect an Effect and a Stream a Stream, also within `pipe`, which looks at one signature only.
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
 * What the reference overrides: nothing, as long as it is the default itself. Else the defaults would hide the layer's
 * own `retry`.
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
  // What is undefined is not set: it must not hide what was set further out.
  const set = Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined))
  const override = (context: Context.Context<R>) =>
    Context.add(context, RetryPolicy, { ...overridden(Context.get(context, RetryPolicy)), ...set })
  return Effect.isEffect(self) ? Effect.mapInputContext(self, override) : Stream.mapInputContext(self, override)
}
