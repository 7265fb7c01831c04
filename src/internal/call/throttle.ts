import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Failure, RefusedStatus } from "../failure/failure.js"
import { statusMeaning } from "../failure/status.js"
import { elapsed, monotonic } from "./ledger.js"
import type { Ledger } from "./ledger.js"

/**
 * Holds all calls of a layer back after an answer that asks for patience: a 429, or a 503 with `Retry-After`, speaks of
 * the layer, not of one call. Times are milliseconds of a monotonic clock.
 */
export interface Throttle {
  /** No server holds the layer back for longer at a time. */
  readonly longest: number
  heldUntil: number
  /** The status that asked for it. */
  heldBy: number
  /** How many wait for its end. */
  queued: number
}

/** Those who waited for the end of a hold go on this far apart, in milliseconds: spread out, not as a herd. */
const gap = 50

export const makeThrottle = (longest: number): Throttle => ({
  longest,
  heldUntil: Number.NEGATIVE_INFINITY,
  heldBy: 0,
  queued: 0
})

export const isHeld = (throttle: Throttle, ledger: Ledger): boolean => throttle.heldUntil > ledger.now()

/** Holds all calls back for so long, unless they are held back for longer already. */
export const hold = (throttle: Throttle, now: number, millis: number, status: number): void => {
  const until = now + Math.min(millis, throttle.longest)
  if (until <= throttle.heldUntil) return
  throttle.heldUntil = until
  throttle.heldBy = status
}

/** Holds all calls back if this answer asks for it. */
export const holdIfAsked = (throttle: Throttle, { retryAfter, status }: RefusedStatus): Effect.Effect<void> => {
  const { repeat } = statusMeaning(status)
  return retryAfter !== undefined && (repeat === "all" || repeat === "told")
    ? Effect.map(monotonic, (now) => hold(throttle, now, retryAfter, status))
    : Effect.void
}

/** Waits for the end of the hold; fails at once when it outlasts what the call may wait. */
export const passThrottle = (throttle: Throttle, ledger: Ledger): Effect.Effect<void, Failure> =>
  Effect.flatMap(Random.next, (random) => {
    const left = throttle.heldUntil - ledger.now()
    if (left <= 0) return Effect.void
    const { maxDelay, maxRetryAfter, totalTimeout } = ledger.policy
    const remaining = totalTimeout - elapsed(ledger)
    if (left > maxRetryAfter || left >= remaining) {
      return Effect.fail({ _tag: "RefusedStatus", status: throttle.heldBy, retryAfter: left })
    }
    const longest = Math.min(maxDelay, remaining - left)
    return Effect.acquireUseRelease(
      Effect.sync(() => throttle.queued++),
      (ahead) => {
        const turn = (ahead + random) * gap
        return Effect.sleep(Math.ceil(left + (turn < longest ? turn : random * longest)))
      },
      () => Effect.sync(() => throttle.queued--)
    ).pipe(Effect.zipRight(Effect.suspend(() => passThrottle(throttle, ledger))))
  })
