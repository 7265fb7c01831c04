import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { AccessToken } from "../../AccessToken.js"
import type { AccessTokenProviderShape, PasswordCredentials } from "../../AccessToken.js"
import type { ProcessMakerConfigShape } from "../../ProcessMakerConfig.js"
import type { AccessTokenError } from "../../ProcessMakerError.js"
import { withDeadline } from "../call/deadline.js"
import type { Worker } from "../call/deadline.js"
import { CurrentLedger, factsOf, makeLedger, totalDeadline } from "../call/ledger.js"
import type { Ledger } from "../call/ledger.js"
import { repeating } from "../call/repeat.js"
import { unlimited } from "../call/retryBudget.js"
import { holdIfAsked, makeThrottle, passThrottle, probing } from "../call/throttle.js"
import { layerPolicy, policyInForce } from "../config/policy.js"
import type { Failure, RefusedStatus } from "../failure/failure.js"
import { loginError } from "../failure/publicErrors.js"
import { logIn, refresh } from "./tokenEndpoint.js"
import type { Grant } from "./tokenEndpoint.js"
import { makeTokenFlight } from "./tokenFlight.js"

export interface PasswordGrant {
  readonly client: HttpClient.HttpClient
  readonly config: ProcessMakerConfigShape
  readonly credentials: PasswordCredentials
  /** In milliseconds. */
  readonly coolDown: number
}

/** The token never changes, so there is nothing to renew or to drop. */
export const makeStatic = (value: Redacted.Redacted<string>): AccessTokenProviderShape => {
  const token = new AccessToken({ value, expiresAt: Option.none() })
  return { get: Effect.succeed(token), invalidate: () => Effect.void, renewable: false }
}

/** The password grant as a provider: one flight of token requests, retried under the ledger of whoever needs a token. */
export const makePasswordGrant = (
  { client, config, coolDown, credentials }: PasswordGrant
): Effect.Effect<AccessTokenProviderShape, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { maxBodySize, retry, tokenUrl, userAgent } = config
    // One request serves many callers: its deadline is the layer's, not that of whoever came first.
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
    const onRefusal = (refusal: RefusedStatus) => holdIfAsked(throttle, refusal)
    const endpoint = { exchange: { client, maxBodySize, userAgent, onRefusal }, tokenUrl, credentials }
    const flight = yield* makeTokenFlight({
      coolDown,
      policy,
      logIn: inTime((worker) => logIn(endpoint, worker)),
      refresh: (token) => inTime((worker) => refresh(endpoint, token, worker))
    })
    const ask = (ledger: Ledger) =>
      Effect.zipRight(
        passThrottle(throttle, ledger),
        Effect.suspend(() =>
          probing(throttle, ledger, Effect.tapError(flight.join, (failure) => countFailure(ledger, failure)))
        )
      )
    const join = (ledger: Ledger) =>
      repeating(
        ledger,
        // The budget is for what multiplies; callers share one request, whose own back-off is enough.
        { budget: unlimited, throttle, method: "GET", mayReplay: false },
        // A token endpoint that wants patience holds nobody back who needs nothing of it.
        Effect.flatMap(flight.cached, Option.match({ onNone: () => ask(ledger), onSome: Effect.succeed }))
      )
    return {
      get: Effect.flatMap(CurrentLedger, getUnder(config, join)),
      invalidate: flight.invalidate,
      clientId: () => credentials.clientId,
      secrets: () => [credentials.clientSecret, credentials.password, ...flight.secrets()]
    }
  })

// Within a call, its own ledger counts and its own deadline holds; on its own, a login is a call like any other.
const getUnder = (
  { retry, tokenUrl: url }: ProcessMakerConfigShape,
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

// Only what was sent counts; a refusal that is still cooling down was not.
const countFailure = (ledger: Ledger, failure: Failure): Effect.Effect<void> =>
  Effect.sync(() => {
    if (!("asked" in failure) || failure.asked !== false) ledger.attempts += 1
  })
