import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Failure } from "./failure.js"
import { monotonic } from "./ledger.js"
import type { Ledger } from "./ledger.js"
import { longestHold } from "./pacing.js"
import type { Pacing } from "./pacing.js"
import { statusMeaning, tooManyRequests } from "./status.js"

/** A 429, a status with `Retry-After`, or a rate limit that is used up speaks of the whole layer, not of one call. */
export const holdOthers = (pacing: Pacing, failure: Failure, now: number, delay: number): void => {
  if (failure._tag !== "RefusedStatus" || failure.held === true) return
  const { exhausted, retryAfter, status } = failure
  const { repeat } = statusMeaning(status)
  const asked = repeat === "all" ? retryAfter ?? delay : repeat === "told" ? retryAfter : undefined
  if (asked !== undefined) holdFor(pacing, asked, now, status)
  // What the server says in so many words goes before what its counters say.
  if (exhausted !== undefined && retryAfter === undefined) holdFor(pacing, exhausted, now, tooManyRequests)
}

const holdFor = (pacing: Pacing, wait: number, now: number, status: number): void => {
  if (wait > 0) pacing.hold(now + Math.min(wait, longestHold), status)
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

/**
 * Holds the layer back after a good answer that used up a rate limit, as long as the call would wait at most: the next
 * request may well be answered, and no call fails for what an answer's counters say.
 */
export const holdExhausted = (ledger: Ledger, pacing: Pacing, wait: number | undefined): Effect.Effect<void> =>
  wait === undefined
    ? Effect.void
    : Effect.map(monotonic, (now) => holdFor(pacing, Math.min(wait, ledger.policy.maxRetryAfter), now, tooManyRequests))
