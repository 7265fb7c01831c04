import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CallFacts } from "../../ErrorDetail.js"
import type { AccessTokenError, OauthClientsError } from "../../ProcessMakerError.js"
import { mayHaveBeenApplied } from "../failure/failure.js"
import type { Failure, RefusedStatus } from "../failure/failure.js"
import { loginError, publicError } from "../failure/publicErrors.js"
import type { Method, ResolvedPolicy } from "./retryDecision.js"

export interface Call {
  readonly operation: string
  readonly userId?: string | undefined
  readonly clientId?: string | undefined
  readonly page?: number | undefined
  readonly url?: string | undefined
}

/** What is told of a repeat before its wait. */
export interface Repeat {
  /** The attempt that failed, from 1. */
  readonly attempt: number
  /** In milliseconds. */
  readonly delay: number
  readonly failure: Failure
}

/** One call's account of all it sends and waits for, whoever sends it: the operation itself, or the login before it. */
export interface Ledger {
  readonly call: Call
  readonly method: Method
  readonly policy: ResolvedPolicy
  readonly startedAt: number
  readonly onRepeat: (repeat: Repeat) => Effect.Effect<void>
  attempts: number
  /** A write is on its way: if the total deadline ends it now, its answer is lost. */
  underway: boolean
  /** Of a write: an attempt may have been carried out without an answer. */
  lost: boolean
  replayed: boolean
  /** The status of the attempt under way, when it is a refusal: it stands also if a deadline ends the body. */
  refusal: RefusedStatus | undefined
}

/** Milliseconds of a clock that never jumps. */
export const monotonic: Effect.Effect<number> = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / 1e6)

export const elapsed = (ledger: Ledger): Effect.Effect<number> =>
  Effect.map(monotonic, (now) => Math.max(0, now - ledger.startedAt))

/** The ledger of the call that is under way, so that a login on its behalf counts in it. */
export class CurrentLedger
  extends Context.Reference<CurrentLedger>()("effect-processmaker-oauth/internal/CurrentLedger", {
    defaultValue: (): Option.Option<Ledger> => Option.none()
  })
{}

export const makeLedger = (
  options: Pick<Ledger, "call" | "method" | "policy"> & Partial<Pick<Ledger, "onRepeat">>
): Effect.Effect<Ledger> =>
  Effect.map(monotonic, (startedAt) => ({
    onRepeat: () => Effect.void,
    ...options,
    startedAt,
    attempts: 0,
    underway: false,
    lost: false,
    replayed: false,
    refusal: undefined
  }))

/** Runs a whole call under its ledger and its total deadline. */
export const underLedger = <A, R>(ledger: Ledger, effect: Effect.Effect<A, Failure, R>): Effect.Effect<A, Failure, R> =>
  effect.pipe(
    Effect.provideService(CurrentLedger, Option.some(ledger)),
    Effect.timeoutFail({
      duration: ledger.policy.totalTimeout,
      onTimeout: (): Failure =>
        ledger.refusal ?? { _tag: "TimedOut", deadline: "total", limit: ledger.policy.totalTimeout }
    })
  )

/** Puts the deadline of one attempt around sending and reading. */
export const withAttemptTimeout = <A, R>(
  effect: Effect.Effect<A, Failure, R>,
  limit: number,
  refusal: () => RefusedStatus | undefined = () => undefined
): Effect.Effect<A, Failure, R> =>
  Effect.timeoutFail(effect, {
    duration: limit,
    onTimeout: (): Failure => refusal() ?? { _tag: "TimedOut", deadline: "attempt", limit }
  })

/** Notes the status of a refusal before its body is read. */
export const noteRefusal = (ledger: Ledger, refusal: RefusedStatus): void => {
  ledger.refusal = refusal
  if (!mayHaveBeenApplied(refusal)) ledger.underway = false
}

/** Counts one request and puts its deadline around it. */
export const counted = <A, R>(ledger: Ledger, request: Effect.Effect<A, Failure, R>): Effect.Effect<A, Failure, R> =>
  Effect.suspend(() => {
    const isWrite = ledger.method !== "GET"
    ledger.attempts += 1
    ledger.underway = isWrite
    const ended = () => {
      ledger.underway = false
      ledger.refusal = undefined
    }
    return Effect.tapBoth(withAttemptTimeout(request, ledger.policy.attemptTimeout, () => ledger.refusal), {
      onSuccess: () => Effect.sync(ended),
      onFailure: (failure) =>
        Effect.sync(() => {
          ended()
          if (isWrite && mayHaveBeenApplied(failure)) ledger.lost = true
        })
    })
  })

const account = (ledger: Ledger): Effect.Effect<CallFacts> =>
  Effect.map(elapsed(ledger), (millis) => ({
    ...ledger.call,
    attempts: ledger.attempts,
    elapsed: Duration.millis(Math.round(millis)),
    ...(ledger.method === "GET" ? {} : { outcome: ledger.lost || ledger.underway ? "unknown" : "notApplied" })
  }))

/** The public error of a call that ended with this failure. */
export const toPublicError = (failure: Failure, ledger: Ledger): Effect.Effect<OauthClientsError> =>
  Effect.map(account(ledger), (call) => publicError(failure, call))

/** The same for a login. */
export const toAccessTokenError = (
  failure: Failure,
  ledger: Ledger,
  url: string
): Effect.Effect<AccessTokenError> => Effect.map(account(ledger), (call) => loginError(failure, { ...call, url }))
