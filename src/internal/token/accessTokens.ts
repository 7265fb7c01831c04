import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { AccessToken } from "../../AccessToken.js"
import type { AccessTokenProviderShape, PasswordCredentials } from "../../AccessToken.js"
import type { ProcessMakerConfigShape } from "../../ProcessMakerConfig.js"
import type { AccessTokenError } from "../../ProcessMakerError.js"
import { repeating } from "../call/attempts.js"
import { holdOthers, passHold } from "../call/hold.js"
import { CurrentLedger, makeLedger, toAccessTokenError, underLedger, withAttemptTimeout } from "../call/ledger.js"
import type { Ledger } from "../call/ledger.js"
import { makePacing } from "../call/pacing.js"
import { layerPolicy, policyInForce } from "../config/policyInForce.js"
import type { Failure, RefusedStatus } from "../failure/failure.js"
import { logIn, refresh } from "./tokenEndpoint.js"
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
    const { maxBodySize, retry, tokenUrl } = config
    // One request serves many callers: its deadline is the layer's, not that of whoever came first.
    const policy = layerPolicy(retry)
    // The budget is for what multiplies; callers share one request, whose own back-off is enough.
    const pacing = { ...makePacing(), budgetWait: () => 0, spend: () => undefined }
    const onRefusal = (refusal: RefusedStatus) => holdOthers(pacing, refusal, policy.maxRetryAfter)
    const endpoint = { exchange: { client, maxBodySize, onRefusal }, tokenUrl, credentials }
    const flight = yield* makeTokenFlight({
      coolDown,
      policy,
      logIn: withAttemptTimeout(logIn(endpoint), policy.attemptTimeout),
      refresh: (token) => withAttemptTimeout(refresh(endpoint, token), policy.attemptTimeout)
    })
    const ask = (ledger: Ledger) =>
      Effect.zipRight(
        passHold(ledger, pacing),
        Effect.tapError(flight.join, (failure) => countFailure(ledger, failure))
      )
    const join = (ledger: Ledger) =>
      repeating(
        ledger,
        { pacing, method: "GET", mayReplay: false },
        // A token endpoint that wants patience holds nobody back who needs nothing of it.
        Effect.flatMap(flight.cached, Option.match({ onNone: () => ask(ledger), onSome: Effect.succeed }))
      )
    return {
      get: Effect.flatMap(CurrentLedger, getUnder(config, join)),
      invalidate: flight.invalidate,
      secrets: () => [credentials.clientSecret, credentials.password, ...flight.secrets()]
    }
  })

// Within a call, its own ledger counts and its own deadline holds; on its own, a login is a call like any other.
const getUnder =
  ({ retry, tokenUrl }: ProcessMakerConfigShape, join: (ledger: Ledger) => Effect.Effect<AccessToken, Failure>) =>
  (
    current: Option.Option<Ledger>
  ): Effect.Effect<AccessToken, AccessTokenError> =>
    Effect.gen(function*() {
      if (Option.isSome(current)) return yield* asPublic(join(current.value), current.value, tokenUrl)
      const policy = Either.getOrElse(yield* Effect.either(policyInForce(retry)), () => layerPolicy(retry))
      const ledger = yield* makeLedger({ call: { operation: "getAccessToken" }, method: "GET", policy })
      return yield* asPublic(underLedger(ledger, join(ledger)), ledger, tokenUrl)
    })

const asPublic = <A>(
  effect: Effect.Effect<A, Failure>,
  ledger: Ledger,
  tokenUrl: string
): Effect.Effect<A, AccessTokenError> =>
  Effect.catchAll(effect, (failure) => Effect.flatMap(toAccessTokenError(failure, ledger, tokenUrl), Effect.fail))

// Only what was sent counts; a refusal that is still cooling down was not.
const countFailure = (ledger: Ledger, failure: Failure): Effect.Effect<void> =>
  Effect.sync(() => {
    if (failure._tag !== "LoginRefused" || failure.asked !== false) ledger.attempts += 1
  })
