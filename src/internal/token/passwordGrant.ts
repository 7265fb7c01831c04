import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { AccessToken } from "../../AccessToken.js"
import type { AccessTokenProviderShape } from "../../AccessToken.js"
import type { AccessTokenError } from "../../ProcessMakerError.js"
import type { RetryPolicyOptions } from "../../RetryPolicy.js"
import { withDeadline } from "../call/deadline.js"
import type { Worker } from "../call/deadline.js"
import { CurrentLedger, factsOf, makeLedger, totalDeadline } from "../call/ledger.js"
import type { Ledger } from "../call/ledger.js"
import { repeating } from "../call/repeat.js"
import { unlimited } from "../call/retryBudget.js"
import { makeThrottle, passThrottle, pauseIfAsked, probing } from "../call/throttle.js"
import { layerPolicy, policyInForce } from "../config/policy.js"
import type { Failure, RefusedStatus } from "../failure/failure.js"
import { loginError } from "../failure/publicErrors.js"
import type { Credentials } from "./credentials.js"
import { makeTokenCache } from "./tokenCache.js"
import { logIn, refresh } from "./tokenEndpoint.js"
import type { Grant } from "./tokenEndpoint.js"

/** The part of `ProcessMakerConfig` that the grant uses. */
interface GrantConfig {
  readonly tokenUrl: string
  readonly retry: RetryPolicyOptions
  readonly maxBodySize: number
  readonly userAgent?: string | undefined
}

export interface PasswordGrant {
  readonly client: HttpClient.HttpClient
  readonly config: GrantConfig
  /** The credentials when the layer was built. */
  readonly credentials: Credentials
  /** Runs at each login, so that rotated secrets are picked up. */
  readonly readCredentials: Effect.Effect<Credentials, Failure>
}

/** Always returns the same token: there is nothing to renew or drop. */
export const makeStatic = (value: Redacted.Redacted<string>): AccessTokenProviderShape => {
  const token = new AccessToken({ value, expiresAt: Option.none() })
  return { get: Effect.succeed(token), invalidate: () => Effect.void, renewable: false }
}

/**
 * A provider that uses the password grant. It sends one token request at a time, and retries it within the caller's
 * ledger.
 */
export const makePasswordGrant = (
  { client, config, credentials: initial, readCredentials }: PasswordGrant
): Effect.Effect<AccessTokenProviderShape, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { maxBodySize, retry, tokenUrl, userAgent } = config
    // One request serves many callers, so its timeout is the layer's, not that of the first caller.
    const policy = layerPolicy(retry)
    const throttle = makeThrottle(policy.maxRetryAfter)
    const { attemptTimeout } = policy
    const inTime = (
      request: (worker: Worker<Failure>) => Effect.Effect<Grant, Failure, Scope.Scope>
    ): Effect.Effect<Grant, Failure> =>
      withDeadline<Grant, Failure>(
        { millis: attemptTimeout, failure: () => ({ _tag: "TimedOut", deadline: "attempt", limit: attemptTimeout }) },
        request
      )
    const onRefusal = (refusal: RefusedStatus) => pauseIfAsked(throttle, refusal)
    const endpoint = { exchange: { client, maxBodySize, userAgent, onRefusal }, tokenUrl }
    // The credentials of the last successful login, which the refresh token belongs to.
    let { coolDown, login } = initial
    const obtain = (latest: Credentials, resendCount: number, worker: Worker<Failure>) =>
      latest.login === undefined
        ? Effect.succeed({ accessToken: latest.accessToken, refreshToken: Option.none(), life: Option.none() })
        : logIn({ ...endpoint, credentials: latest.login, resendCount }, worker)
    const logInAnew = (resendCount: number) =>
      inTime((worker) =>
        Effect.flatMap(readCredentials, (latest) =>
          Effect.tap(obtain(latest, resendCount, worker), () =>
            Effect.sync(() => ({ coolDown, login } = latest))))
      )
    const cache = yield* makeTokenCache({
      coolDown: () =>
        coolDown,
      policy,
      logIn: logInAnew,
      refresh: (token, resendCount) =>
        Option.match(Option.fromNullable(login), {
          onNone: () => logInAnew(resendCount),
          onSome: (credentials) => inTime((worker) => refresh({ ...endpoint, credentials, resendCount }, token, worker))
        })
    })
    const awaitToken = (ledger: Ledger) =>
      Effect.zipRight(
        passThrottle(throttle, ledger),
        Effect.suspend(() =>
          probing(throttle, ledger, Effect.tapError(cache.join, (failure) => countFailure(ledger, failure)))
        )
      )
    const join = (ledger: Ledger) =>
      repeating(
        ledger,
        // No retry budget, since callers share one request, which has its own backoff.
        { budget: unlimited, throttle, method: "GET", mayReplay: false },
        // A throttled token endpoint must not pause calls that have a cached token.
        Effect.flatMap(cache.cached, Option.match({ onNone: () => awaitToken(ledger), onSome: Effect.succeed }))
      )
    return {
      get: Effect.flatMap(CurrentLedger, getUnder(config, join)),
      invalidate: cache.invalidate,
      clientId: () => login?.clientId,
      secrets: () => [...(login === undefined ? [] : [login.clientSecret, login.password]), ...cache.secrets()]
    }
  })

// Within a call, a login uses the call's ledger and deadline. On its own, it is a call with its own ledger.
const getUnder = (
  { retry, tokenUrl: url }: GrantConfig,
  join: (ledger: Ledger) => Effect.Effect<AccessToken, Failure>
) => {
  const inForce = policyInForce(retry)
  return (current: Option.Option<Ledger>): Effect.Effect<AccessToken, AccessTokenError> =>
    Effect.withFiberRuntime((fiber) => {
      const asPublic = (ledger: Ledger, effect: Effect.Effect<AccessToken, Failure>) =>
        Effect.mapError(effect, (failure) => loginError(failure, { ...factsOf(ledger), url }))
      if (Option.isSome(current)) return asPublic(current.value, join(current.value))
      const policy = Either.getOrElse(inForce(fiber), () => layerPolicy(retry))
      const ledger = makeLedger(fiber, { call: { operation: "getAccessToken" }, method: "GET", policy })
      return asPublic(
        ledger,
        withDeadline(totalDeadline(ledger), () => join(ledger), Context.add(CurrentLedger, Option.some(ledger)))
      )
    })
}

// Counts only requests that were sent. A rejection that is repeated during the cool-down was not.
const countFailure = (ledger: Ledger, failure: Failure): Effect.Effect<void> =>
  Effect.sync(() => {
    if (!("requested" in failure) || failure.requested !== false) ledger.attempts += 1
  })
