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

/** Which call, and what it was given. */
export type Call = Pick<CallFacts, "operation" | "userId" | "clientId" | "page" | "url" | "outcome">

/** One call's account of all it sends and waits for, whoever sends it: the operation itself, or the login before it. */
export interface Ledger {
  readonly call: Call
  readonly method: Method
  readonly policy: ResolvedPolicy
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number
  readonly startedAt: number
  attempts: number
  /** A write is on its way: if a deadline ends it now, its answer is lost. */
  underway: boolean
  /** Of a write: an attempt may have been carried out without an answer. */
  lost: boolean
  replayed: boolean
  /** The status of the attempt under way, when it is a refusal: noted before its body is read, it stands also if a deadline ends that. */
  refusal: RefusedStatus | undefined
}

/** Milliseconds of a clock that never jumps. */
export const monotonic: Effect.Effect<number> = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / 1e6)

/** The ledger of the call that is under way, so that a login on its behalf counts in it. */
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
  return {
    ...options,
    now,
    startedAt: now(),
    attempts: 0,
    underway: false,
    lost: false,
    replayed: false,
    refusal: undefined
  }
}

export const elapsed = ({ now, startedAt }: Ledger): number => Math.max(0, now() - startedAt)

/** Counts one request to the API. */
export const noteSent = (ledger: Ledger): void => {
  ledger.attempts += 1
  ledger.underway = ledger.method !== "GET"
}

/** Closes the account of an attempt that failed. */
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

/** Of one attempt that is sent now: its own, or the call's where that comes first. */
export const attemptDeadline = (ledger: Ledger): Deadline<Failure> => {
  const { attemptTimeout } = ledger.policy
  const total = totalDeadline(ledger)
  return attemptTimeout < total.millis
    ? { millis: attemptTimeout, failure: timedOut(ledger, "attempt", attemptTimeout) }
    : total
}

/** What a public error says of the call. */
export const factsOf = (ledger: Ledger): CallFacts => ({
  ...ledger.call,
  attempts: ledger.attempts,
  elapsed: Duration.millis(Math.round(elapsed(ledger))),
  ...(ledger.method === "GET" ? {} : { outcome: ledger.lost ? "unknown" : "notApplied" })
})
