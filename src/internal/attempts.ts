import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FiberRef from "effect/FiberRef"
import * as HashSet from "effect/HashSet"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type { Outcome, SchemaIssue } from "../ProcessMakerError.js"
import { RetryPolicy } from "../RetryPolicy.js"
import type { RetryPolicyOptions } from "../RetryPolicy.js"
import { mayHaveBeenApplied } from "./failure.js"
import type { Failure, RefusedStatus } from "./failure.js"
import { longestHold } from "./pacing.js"
import type { Pacing } from "./pacing.js"
import { decide, defaultPolicy, resolvePolicy } from "./retryDecision.js"
import type { Method, ResolvedPolicy } from "./retryDecision.js"
import { statusMeaning, tooManyRequests } from "./status.js"

export interface Call {
  readonly operation: string
  readonly userId?: string | undefined
  readonly clientId?: string | undefined
  readonly page?: number | undefined
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
  /** The status of the attempt under way, when it is a refusal: it stands also if the body never ends. */
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
      onTimeout: (): Failure => ({ _tag: "TimedOut", deadline: "total", limit: ledger.policy.totalTimeout })
    })
  )

/** The layer's own policy, which was checked when the layer was built. */
export const layerPolicy = (retry: RetryPolicyOptions): ResolvedPolicy =>
  Either.getOrElse(resolvePolicy(retry), () => defaultPolicy)

/** The layer's policy under what this part of the program overrides. */
export const policyInForce = (retry: RetryPolicyOptions): Effect.Effect<ResolvedPolicy, ReadonlyArray<SchemaIssue>> =>
  Effect.flatMap(RetryPolicy, (override) => resolvePolicy(retry, override))

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
    ledger.refusal = undefined
    return Effect.tapBoth(withAttemptTimeout(request, ledger.policy.attemptTimeout, () => ledger.refusal), {
      onSuccess: () => Effect.sync(() => (ledger.underway = false)),
      onFailure: (failure) =>
        Effect.sync(() => {
          ledger.underway = false
          if (isWrite && mayHaveBeenApplied(failure)) ledger.lost = true
        })
    })
  })

export interface RepeatOptions {
  readonly pacing: Pacing
  /** Asked after a 401: whether another token may be had for one replay. */
  readonly mayReplay: boolean
  /** The method that decides what may be repeated. A login is repeated like a read: it changes nothing. */
  readonly method: Method
}

/** Repeats an attempt as long as the one decision says so, within what the ledger and the layer allow. */
export const repeating = <A, R>(
  ledger: Ledger,
  { mayReplay, method, pacing }: RepeatOptions,
  attempt: Effect.Effect<A, Failure, R>
): Effect.Effect<A, Failure, R> => {
  const again = (failure: Failure): Effect.Effect<void, Failure> =>
    Effect.gen(function*() {
      const now = yield* monotonic
      const random = yield* Random.next
      const { attempts, policy, replayed, startedAt } = ledger
      const decision = decide({
        method,
        failure,
        attempts,
        policy,
        random,
        elapsed: now - startedAt,
        budgetWait: pacing.budgetWait(now),
        mayReplay: mayReplay && !replayed
      })
      holdOthers(pacing, failure, now, decision._tag === "Wait" ? decision.delay : 0)
      if (decision._tag === "Stop") return yield* Effect.fail(failure)
      pacing.spend(now, decision.kind === "backOff")
      if (decision.kind === "replay") ledger.replayed = true
      yield* announce(ledger, { attempt: attempts, delay: decision.delay, failure })
      yield* Effect.sleep(decision.delay)
    })
  const from = (repeated: boolean): Effect.Effect<A, Failure, R> =>
    Effect.matchEffect(attempt, {
      onSuccess: (value) => Effect.sync(() => (pacing.earn(repeated), value)),
      onFailure: (failure) => Effect.zipRight(again(failure), Effect.suspend(() => from(true)))
    })
  return from(false)
}

// A 429, a status with `Retry-After`, or a rate limit that is used up speaks of the whole client, not of one call.
const holdOthers = (pacing: Pacing, failure: Failure, now: number, delay: number): void => {
  if (failure._tag !== "RefusedStatus" || failure.held === true) return
  const { exhausted, retryAfter, status } = failure
  const { repeat } = statusMeaning(status)
  const asked = repeat === "all" ? retryAfter ?? delay : repeat === "told" ? retryAfter : undefined
  if (asked !== undefined) holdFor(pacing, asked, now, status)
  if (exhausted !== undefined) holdFor(pacing, exhausted, now, tooManyRequests)
}

const holdFor = (pacing: Pacing, wait: number, now: number, status: number): void => {
  if (wait > 0) pacing.hold(now + Math.min(wait, longestHold), status)
}

const announce = (ledger: Ledger, repeat: Repeat): Effect.Effect<void> =>
  Effect.gen(function*() {
    const { attempt, delay, failure } = repeat
    const facts = { operation: ledger.call.operation, attempt, delay: `${delay}ms`, reason: reasonOf(failure) }
    const span = yield* Effect.option(Effect.currentSpan)
    if (Option.isSome(span)) span.value.event("retry", yield* Clock.currentTimeNanos, facts)
    yield* Effect.logDebug("ProcessMaker: trying again").pipe(
      Effect.annotateLogs(facts),
      // Effect makes an event of a log line, and there is one already.
      Effect.locallyWith(FiberRef.currentLoggers, HashSet.remove(Logger.tracerLogger))
    )
    yield* ledger.onRepeat(repeat)
  })

const reasonOf = (failure: Failure): string => {
  switch (failure._tag) {
    case "RefusedStatus":
    case "InvalidAnswer":
    case "LoginRefused":
      return `status ${failure.status}`
    case "NoAnswer":
      return failure.code ?? failure.reason
    case "TimedOut":
      return `${failure.deadline} timeout`
    case "NoToken":
      return failure.error._tag
  }
}

/** Those who waited for the end of a hold go on this far apart, in milliseconds: spread out, not as a herd. */
const gap = 50

/** Waits while the layer is held back; fails at once when the hold outlasts what the call may wait. */
export const passHold = (ledger: Ledger, pacing: Pacing): Effect.Effect<void, Failure> =>
  Effect.gen(function*() {
    const now = yield* monotonic
    const { left, status } = pacing.held(now)
    if (left <= 0) return
    const { maxDelay, maxRetryAfter, totalTimeout } = ledger.policy
    const remaining = totalTimeout - (now - ledger.startedAt)
    if (left > maxRetryAfter || left >= remaining) {
      return yield* Effect.fail<Failure>({ _tag: "RefusedStatus", status, retryAfter: left, held: true, errors: [] })
    }
    const random = yield* Random.next
    const longest = Math.min(maxDelay, remaining - left)
    yield* Effect.acquireUseRelease(
      Effect.sync(pacing.queue),
      (ahead) => {
        const turn = (ahead + random) * gap
        return Effect.sleep(Math.ceil(left + (turn < longest ? turn : random * longest)))
      },
      () => Effect.sync(pacing.leave)
    )
    return yield* passHold(ledger, pacing)
  })

/** Holds the layer back after an answer that used up a rate limit. */
export const holdExhausted = (pacing: Pacing, wait: number | undefined): Effect.Effect<void> =>
  wait === undefined
    ? Effect.void
    : Effect.map(monotonic, (now) => holdFor(pacing, wait, now, tooManyRequests))

/** What a public error says of the call. */
export interface Account extends Call {
  readonly attempts: number
  readonly elapsed: Duration.Duration
  readonly outcome?: Outcome
}

export const account = (ledger: Ledger): Effect.Effect<Account> =>
  Effect.map(elapsed(ledger), (millis) => ({
    ...ledger.call,
    attempts: ledger.attempts,
    elapsed: Duration.millis(Math.round(millis)),
    ...(ledger.method === "GET" ? {} : { outcome: ledger.lost || ledger.underway ? "unknown" : "notApplied" })
  }))
