import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Failure, RefusedStatus } from "../failure/failure.js"
import { statusMeaning } from "../failure/status.js"
import { noteRetry } from "../watch/notes.js"
import { decide } from "./decision.js"
import type { Method } from "./decision.js"
import { elapsed } from "./ledger.js"
import type { Ledger } from "./ledger.js"
import type { RetryBudget } from "./retryBudget.js"
import { isAnswered, pause } from "./throttle.js"
import type { Throttle } from "./throttle.js"

export interface RepeatOptions {
  readonly budget: RetryBudget
  readonly throttle: Throttle
  /** Whether another token can be obtained for one replay after a 401. */
  readonly mayReplay: boolean
  /** The method that decides what may be retried. A login is retried like a read, since it changes nothing. */
  readonly method: Method
  /** Called before the wait of each retry, which is in milliseconds. */
  readonly onRepeat?: ((failure: Failure, delay: number) => void) | undefined
}

/** Retries an attempt as `decide` says, within the limits of the ledger and the layer. */
export const repeating = <A, R>(
  ledger: Ledger,
  { budget, mayReplay, method, onRepeat, throttle }: RepeatOptions,
  attempt: Effect.Effect<A, Failure, R>
): Effect.Effect<A, Failure, R> => {
  const waitToRetry = (failure: Failure): Effect.Effect<void, Failure> =>
    Effect.flatMap(Random.next, (random) => {
      const now = ledger.now()
      throttle.reached ||= isAnswered(failure)
      const { attempts, call, policy, replayed } = ledger
      const decision = decide({
        method,
        failure,
        attempts,
        policy,
        random,
        elapsed: elapsed(ledger),
        budgetWait: budget.wait(now),
        mayReplay: mayReplay && !replayed,
        reached: throttle.reached
      })
      if (decision._tag === "Stop") return Effect.fail(failure)
      const { delay, kind } = decision
      budget.spend(now, kind === "backOff")
      if (kind === "replay") ledger.replayed = true
      onRepeat?.(failure, delay)
      // A 429 without a retry time pauses the other calls for as long as this one waits.
      const paused = namesNoTime(failure) ? pause(throttle, now, delay, failure.status) : Effect.void
      return Effect.zipRight(Effect.zipRight(paused, noteRetry(call, attempts, delay, failure)), Effect.sleep(delay))
    })
  const from = (repeated: boolean): Effect.Effect<A, Failure, R> =>
    Effect.matchEffect(attempt, {
      onSuccess: (value) => {
        throttle.reached = true
        budget.earn(repeated)
        return Effect.succeed(value)
      },
      onFailure: (failure) => Effect.zipRight(waitToRetry(failure), Effect.suspend(() => from(true)))
    })
  return from(false)
}

const namesNoTime = (failure: Failure): failure is RefusedStatus =>
  failure._tag === "RefusedStatus" && failure.retryAfter === undefined && statusMeaning(failure.status).repeat === "all"
