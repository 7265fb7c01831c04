import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Failure, RefusedStatus } from "../failure/failure.js"
import { statusMeaning } from "../failure/status.js"
import { monotonic } from "./ledger.js"
import type { Ledger } from "./ledger.js"
import { longestHold } from "./pacing.js"
import type { Pacing } from "./pacing.js"

/** A 429, or a 503 with `Retry-After`, speaks of the whole layer, not of one call. */
export const holdOthers = (
  pacing: Pick<Pacing, "hold">,
  { retryAfter, status }: RefusedStatus,
  maxRetryAfter: number
): Effect.Effect<void> => {
  const { repeat } = statusMeaning(status)
  if (retryAfter === undefined || (repeat !== "all" && repeat !== "told")) return Effect.void
  const wait = Math.min(retryAfter, Math.max(longestHold, maxRetryAfter))
  return Effect.map(monotonic, (now) => pacing.hold(now + wait, status))
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
      return yield* Effect.fail<Failure>({ _tag: "RefusedStatus", status, retryAfter: left, errors: [] })
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
