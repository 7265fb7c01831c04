/**
 * One call to the API: attempts under deadlines, retries decided in one place, and one ledger. The calls of a layer
 * share a retry budget and a throttle.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { AccessToken, AccessTokenProviderShape } from "../../AccessToken.js"
import type { CallFacts } from "../../ErrorDetail.js"
import { AccessTokenError } from "../../ProcessMakerError.js"
import type { RetryPolicyOptions } from "../../RetryPolicy.js"
import { layerPolicy, policyInForce } from "../config/policy.js"
import { brokenProvider as brokenProviderReason } from "../failure/failure.js"
import type { Failure, InvalidAnswer, RefusedStatus } from "../failure/failure.js"
import { publicError } from "../failure/publicErrors.js"
import type { CallError } from "../failure/publicErrors.js"
import { isNotFound, isUnauthorized } from "../failure/status.js"
import { exchange } from "../http/exchange.js"
import { isToken, withBearer } from "../secrets/secrets.js"
import type { Target } from "../watch/requests.js"
import type { Answer } from "../wire/document.js"
import { withDeadline } from "./deadline.js"
import type { Worker } from "./deadline.js"
import type { Method } from "./decision.js"
import {
  attemptDeadline,
  CurrentLedger,
  factsOf,
  makeLedger,
  monotonic,
  noteSent,
  settle,
  totalDeadline
} from "./ledger.js"
import type { Call, Ledger } from "./ledger.js"
import { repeating } from "./repeat.js"
import { makeRetryBudget } from "./retryBudget.js"
import { isPaused, makeThrottle, passThrottle, pauseIfAsked, probing } from "./throttle.js"
import type { Throttle } from "./throttle.js"

export interface ApiCall<A> {
  readonly facts: Call
  readonly method: Method
  readonly request: HttpClientRequest.HttpClientRequest
  readonly target: Target
  readonly decode: (answer: Answer) => Either.Either<A, InvalidAnswer>
  /** The result of a 404 after an attempt whose response was lost: that attempt succeeded. */
  readonly whenGone?: (() => A) | undefined
  /** Called before the wait of each retry. */
  readonly onRepeat?: ((repeat: Repeat) => void) | undefined
}

export interface Repeat {
  /** The attempt that failed, from 1. */
  readonly attempt: number
  readonly delay: Duration.Duration
  readonly error: CallError
}

/** The result of a call, and its cost. */
export interface Done<A> {
  readonly value: A
  readonly attempts: number
  readonly facts: () => CallFacts
}

/** The options shared by the calls of a layer. */
export interface CallerOptions {
  readonly client: HttpClient.HttpClient
  readonly tokens: AccessTokenProviderShape
  readonly baseUrl: string
  readonly retry: RetryPolicyOptions
  /** In bytes. */
  readonly maxBodySize: number
  readonly userAgent?: string | undefined
}

export type Caller = <A>(call: ApiCall<A>) => Effect.Effect<Done<A>, CallError>

interface Layer extends CallerOptions {
  readonly throttle: Throttle
  /** Until then, a 401 does not renew the token: the API rejected a new one, so another would not help. */
  renewsFrom: number
}

/** In milliseconds. */
const renewalCoolDown = 30_000

export const makeCaller = (options: CallerOptions): Caller => {
  const { baseUrl, retry, tokens } = options
  const defaultPolicy = layerPolicy(retry)
  const inForce = policyInForce(retry)
  const budget = makeRetryBudget()
  const throttle = makeThrottle(defaultPolicy.maxRetryAfter)
  const layer: Layer = { ...options, throttle, renewsFrom: Number.NEGATIVE_INFINITY }
  return (call) =>
    Effect.withFiberRuntime((fiber) => {
      const { facts, method, onRepeat } = call
      const policy = inForce(fiber)
      const ledger = makeLedger(fiber, {
        call: { url: baseUrl, ...facts },
        method,
        policy: Either.getOrElse(policy, () => defaultPolicy)
      })
      const fail = (failure: Failure) => Effect.fail(publicError(failure, factsOf(ledger)))
      if (Either.isLeft(policy)) return fail({ _tag: "InvalidInput", issues: policy.left })
      const shared = {
        budget,
        throttle,
        method,
        mayReplay: tokens.renewable ?? true,
        onRepeat: onRepeat && ((failure: Failure, delay: number) =>
          onRepeat({
            attempt: ledger.attempts,
            delay: Duration.millis(Math.round(delay)),
            error: publicError(failure, factsOf(ledger))
          }))
      }
      return Effect.matchEffect(repeating(ledger, shared, attempts(layer, call, ledger)), {
        onSuccess: (value) => Effect.succeed({ value, attempts: ledger.attempts, facts: () => factsOf(ledger) }),
        onFailure: fail
      })
    })
}

/** Makes the effect of one attempt, which runs again for each retry: waits, login and request under one deadline. */
const attempts = <A>(layer: Layer, call: ApiCall<A>, ledger: Ledger): Effect.Effect<A, Failure> => {
  let refused: { readonly token: AccessToken; readonly failure: RefusedStatus } | undefined
  const noteUnauthorized = (failure: Failure, token: AccessToken): Effect.Effect<never, Failure> => {
    if (failure._tag !== "RefusedStatus" || !isUnauthorized(failure.status) || failure.challenge !== undefined) {
      return Effect.fail(failure)
    }
    return Effect.flatMap(monotonic, (now) => {
      if (refused !== undefined) layer.renewsFrom = now + renewalCoolDown
      if (now < layer.renewsFrom) {
        ledger.replayed = true
        return Effect.fail(failure)
      }
      refused = { token, failure }
      const dropped = Effect.catchAllDefect(layer.tokens.invalidate(token), () => Effect.void)
      return Effect.zipRight(dropped, Effect.fail(failure))
    })
  }
  let sent = 0
  const authorized = (token: AccessToken, worker: Worker<Failure>): Effect.Effect<A, Failure, Scope.Scope> =>
    // The token that was just rejected would be rejected again.
    refused !== undefined && Equal.equals(refused.token.value, token.value)
      ? Effect.fail(refused.failure)
      : Effect.catchAll(
        probing(layer.throttle, ledger, send(layer, call, ledger, token, { resendCount: sent++, worker })),
        (failure) => noteUnauthorized(failure, token)
      )
  return Effect.suspend(() =>
    withDeadline(
      totalDeadline(ledger),
      (worker) => Effect.flatMap(tokenToSend(layer, ledger), (token) => authorized(token, worker)),
      Context.add(CurrentLedger, Option.some(ledger))
    )
  )
}

// The throttle may hold a call back for longer than a token lives, so obtain the token afterwards.
const tokenToSend = (layer: Layer, ledger: Ledger): Effect.Effect<AccessToken, Failure> =>
  isPaused(layer.throttle, ledger)
    ? Effect.zipRight(passThrottle(layer.throttle, ledger), Effect.suspend(() => tokenToSend(layer, ledger)))
    : Effect.matchCauseEffect(layer.tokens.get, {
      onFailure: (cause) => Effect.failCause(providerFailure(cause)),
      onSuccess: (token) => {
        if (!isUsable(token)) return Effect.fail(brokenProvider)
        return isPaused(layer.throttle, ledger) ? tokenToSend(layer, ledger) : Effect.succeed(token)
      }
    })

const brokenProvider: Failure = { _tag: "LoginRefused", status: 0, reason: brokenProviderReason }

const isAccessTokenError = Schema.is(AccessTokenError)

// A user's provider may fail with anything despite its type, and its error may hold a secret, so an undeclared error is
// dropped.
const providerFailure = (cause: Cause.Cause<unknown>): Cause.Cause<Failure> => {
  if (Cause.isInterruptedOnly(cause)) return Cause.map(cause, () => brokenProvider)
  const error: unknown = Option.getOrUndefined(Cause.failureOption(cause))
  return Cause.fail(isAccessTokenError(error) ? { _tag: "NoToken", error } : brokenProvider)
}

const isUsable = (token: unknown): boolean =>
  Predicate.hasProperty(token, "value") && Redacted.isRedacted(token.value) && isToken(token.value)

const send = <A>(
  { client, maxBodySize, throttle, tokens, userAgent }: Layer,
  { decode, request, target, whenGone }: ApiCall<A>,
  ledger: Ledger,
  token: AccessToken,
  { resendCount, worker }: { readonly resendCount: number; readonly worker: Worker<Failure> }
): Effect.Effect<A, Failure, Scope.Scope> => {
  worker.setDeadline(attemptDeadline(ledger))
  noteSent(ledger)
  const answered = exchange(withBearer(request, token.value), {
    client,
    maxBodySize,
    userAgent,
    secrets: () => [token.value, ...(tokens.secrets?.() ?? [])],
    onRefusal: (refusal) => {
      ledger.refusal = refusal
      return pauseIfAsked(throttle, refusal)
    },
    decode,
    facts: { target, resendCount, atExit: worker.atExit }
  })
  return Effect.catchAll(answered, (failure) => {
    settle(ledger, failure)
    const isGone = ledger.lost && failure._tag === "RefusedStatus" && failure.followed !== true &&
      isNotFound(failure.status)
    return whenGone !== undefined && isGone ? Effect.sync(whenGone) : Effect.fail(failure)
  })
}
