import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { CallFacts } from "../../ErrorDetail.js"
import type { ResolvedPolicy } from "../config/policy.js"
import { mayHaveBeenApplied } from "../failure/failure.js"
import type { Failure, RefusedStatus } from "../failure/failure.js"
import type { Deadline } from "./deadline.js"
import type { Method } from "./decision.js"

/** The operation of a call, and its arguments. */
export type Call = Pick<CallFacts, "operation" | "userId" | "clientId" | "page" | "url" | "outcome">

/** Records the attempts and time of one call, including its login. */
export interface Ledger {
  readonly call: Call
  readonly method: Method
  readonly policy: ResolvedPolicy
  /** The time in milliseconds of a monotonic clock. */
  readonly now: () => number
  readonly startedAt: number
  attempts: number
  /** A write is in flight: if a deadline ends it now, its response is lost. */
  underway: boolean
  /** A write may have been applied without a response. */
  lost: boolean
  replayed: boolean
  /**
   * The error status of the attempt in flight. It is noted before the body is read, so it counts even if a deadline
   * ends the read.
   */
  refusal: RefusedStatus | undefined
}

/** The time in milliseconds of a monotonic clock. */
export const monotonic: Effect.Effect<number> = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / 1e6)

/** The ledger of the current call, which also records its login. */
export class CurrentLedger
  extends Context.Reference<CurrentLedger>()("effect-processmaker-oauth/internal/CurrentLedger", {
    defaultValue: (): Option.Option<Ledger> => Option.none()
  })
{}

export const makeLedger = (
  { currentDefaultServices }: Pick<Fiber.RuntimeFiber<unknown, unknown>, "currentDefaultServices">,
  options: Pick<Ledger, "call" | "method" | "policy">
): Ledger => {
  const clock = Context.get(currentDefaultServices, Clock.Clock)
  const now = () => Number(clock.unsafeCurrentTimeNanos()) / 1e6
  // On every call's path, a spread comes last: V8 adds a property after one a hundred times as slowly.
  return {
    now,
    startedAt: now(),
    attempts: 0,
    underway: false,
    lost: false,
    replayed: false,
    refusal: undefined,
    ...options
  }
}

export const elapsed = ({ now, startedAt }: Ledger): number => Math.max(0, now() - startedAt)

/** Counts one request to the API. */
export const noteSent = (ledger: Ledger): void => {
  ledger.attempts += 1
  ledger.underway = ledger.method !== "GET"
}

/** Records the end of a failed attempt. */
export const settle = (ledger: Ledger, failure: Failure): Failure => {
  if (ledger.underway && mayHaveBeenApplied(failure)) ledger.lost = true
  ledger.underway = false
  ledger.refusal = undefined
  return failure
}

const timedOut = (ledger: Ledger, deadline: "attempt" | "total", limit: number) => (): Failure =>
  settle(ledger, ledger.refusal ?? { _tag: "TimedOut", deadline, limit })

export const totalDeadline = (ledger: Ledger): Deadline<Failure> => {
  const { totalTimeout } = ledger.policy
  return { millis: totalTimeout - elapsed(ledger), failure: timedOut(ledger, "total", totalTimeout) }
}

/** The deadline of an attempt that is sent now: its own or the call's, whichever is earlier. */
export const attemptDeadline = (ledger: Ledger): Deadline<Failure> => {
  const { attemptTimeout } = ledger.policy
  const total = totalDeadline(ledger)
  return attemptTimeout < total.millis
    ? { millis: attemptTimeout, failure: timedOut(ledger, "attempt", attemptTimeout) }
    : total
}

/** The facts of the call for a public error. */
export const factsOf = (ledger: Ledger): CallFacts => ({
  ...ledger.call,
  attempts: ledger.attempts,
  elapsed: Duration.millis(Math.round(elapsed(ledger))),
  ...(ledger.method === "GET" ? {} : { outcome: ledger.lost ? "unknown" : "notApplied" })
})
