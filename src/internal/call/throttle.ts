import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type { Failure, RefusedStatus } from "../failure/failure.js"
import { statusMeaning } from "../failure/status.js"
import { notePause, noteResume } from "../watch/notes.js"
import { elapsed, monotonic } from "./ledger.js"
import type { Ledger } from "./ledger.js"

/**
 * Holds back all calls of a layer after a 429, or a 503 with `Retry-After`, since these apply to every call. If the
 * server asks for a longer wait than the layer allows, one call probes the server at the end of the pause, and the
 * others wait for its response. Times are milliseconds of a monotonic clock.
 */
export interface Throttle {
  /** The longest pause. */
  readonly longest: number
  pausedUntil: number
  /** The end of the wait that the server asked for, later than the end of a capped pause. */
  askedUntil: number
  /** The status that caused the pause. */
  pausedBy: number
  /** The pause was reported to logs and metrics, but not yet its end. */
  isNoted: boolean
  /** The number of waiting calls. */
  queued: number
  /** The call that probes the server. */
  probe: Ledger | undefined
  /** The server has responded to this layer. */
  reached: boolean
  /** Resumes the calls that wait for the probe's response. */
  readonly waiting: Set<() => void>
}

/** The interval between paused calls when they resume, in milliseconds, so that they do not all resume at once. */
const gap = 50

export const makeThrottle = (longest: number): Throttle => ({
  longest,
  pausedUntil: Number.NEGATIVE_INFINITY,
  askedUntil: Number.NEGATIVE_INFINITY,
  pausedBy: 0,
  isNoted: false,
  queued: 0,
  probe: undefined,
  reached: false,
  waiting: new Set()
})

const awaitsProbe = ({ askedUntil, probe }: Throttle, ledger: Ledger): boolean =>
  probe !== undefined && probe !== ledger && askedUntil > ledger.now()

export const isPaused = (throttle: Throttle, ledger: Ledger): boolean => {
  if (throttle.pausedUntil > ledger.now() || awaitsProbe(throttle, ledger)) return true
  if (throttle.isNoted) noteResume()
  throttle.isNoted = false
  return false
}

/** Pauses all calls for `millis`, unless they are already paused for longer. */
export const pause = (throttle: Throttle, now: number, millis: number, status: number): Effect.Effect<void> => {
  throttle.askedUntil = Math.max(throttle.askedUntil, now + millis)
  const until = now + Math.min(millis, throttle.longest)
  if (until <= throttle.pausedUntil) return Effect.void
  const isNew = throttle.pausedUntil <= now
  throttle.isNoted = true
  throttle.pausedUntil = until
  throttle.pausedBy = status
  return isNew ? notePause(until - now, status) : Effect.void
}

/** Pauses all calls if this response asks for it. */
export const pauseIfAsked = (throttle: Throttle, { retryAfter, status }: RefusedStatus): Effect.Effect<void> => {
  const { repeat } = statusMeaning(status)
  return retryAfter !== undefined && (repeat === "all" || repeat === "retryAfter")
    ? Effect.flatMap(monotonic, (now) => pause(throttle, now, retryAfter, status))
    : Effect.void
}

/** Waits for the end of the pause. Fails immediately if the call must not wait that long. */
export const passThrottle = (throttle: Throttle, ledger: Ledger): Effect.Effect<void, Failure> =>
  Effect.flatMap(Random.next, (random) => {
    if (!isPaused(throttle, ledger)) return Effect.void
    const left = Math.max(0, throttle.pausedUntil - ledger.now())
    const { maxDelay, maxRetryAfter, totalTimeout } = ledger.policy
    const remaining = totalTimeout - elapsed(ledger)
    if (left > maxRetryAfter || left >= remaining) {
      return Effect.fail({ _tag: "RefusedStatus", status: throttle.pausedBy, retryAfter: left })
    }
    const longest = Math.min(maxDelay, remaining - left)
    return Effect.acquireUseRelease(
      Effect.sync(() => throttle.queued++),
      (ahead) => {
        const turn = (ahead + random) * gap
        const millis = Math.ceil(left + (turn < longest ? turn : random * longest))
        return left > 0
          ? Effect.sleep(millis)
          : Effect.zipRight(
            Effect.timeoutOption(probed(throttle), throttle.askedUntil - ledger.now()),
            Effect.sleep(millis)
          )
      },
      () => Effect.sync(() => throttle.queued--)
    ).pipe(Effect.zipRight(Effect.suspend(() => passThrottle(throttle, ledger))))
  })

const probed = ({ waiting }: Throttle): Effect.Effect<void> =>
  Effect.async((resume) => {
    const wake = () => resume(Effect.void)
    waiting.add(wake)
    return Effect.sync(() => waiting.delete(wake))
  })

/** Sends the request of a call that passed the throttle, as the probe if the pause was capped. */
export const probing = <A, R>(
  throttle: Throttle,
  ledger: Ledger,
  request: Effect.Effect<A, Failure, R>
): Effect.Effect<A, Failure, R> => {
  if (throttle.askedUntil <= ledger.now()) return request
  const probe = Effect.suspend(() => {
    throttle.probe = ledger
    return request
  })
  return Effect.onExit(probe, (exit) =>
    Effect.sync(() => {
      throttle.probe = undefined
      // Unless the response started another pause.
      if (isAnswer(exit) && throttle.pausedUntil <= ledger.now()) throttle.askedUntil = Number.NEGATIVE_INFINITY
      for (const wake of throttle.waiting) wake()
      throttle.waiting.clear()
    }))
}

const isAnswer = (exit: Exit.Exit<unknown, Failure>): boolean =>
  Exit.match(exit, {
    onSuccess: () => true,
    onFailure: (cause) => Option.exists(Cause.failureOption(cause), isAnswered)
  })

/** Whether the failure is a response. */
export const isAnswered = (failure: Failure): boolean => "status" in failure
