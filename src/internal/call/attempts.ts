import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as HashSet from "effect/HashSet"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type { Failure, RefusedStatus } from "../failure/failure.js"
import { statusMeaning } from "../failure/status.js"
import { monotonic } from "./ledger.js"
import type { Ledger, Repeat } from "./ledger.js"
import type { Pacing } from "./pacing.js"
import { decide } from "./retryDecision.js"
import type { Method } from "./retryDecision.js"

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
      if (decision._tag === "Stop") return yield* Effect.fail(failure)
      if (namesNoTime(failure)) pacing.hold(now + decision.delay, failure.status)
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

// A 429 that names no time: the others are held back as long as this call waits itself.
const namesNoTime = (failure: Failure): failure is RefusedStatus =>
  failure._tag === "RefusedStatus" && failure.retryAfter === undefined && statusMeaning(failure.status).repeat === "all"

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
    case "InvalidInput":
      return "invalid input"
    case "NoToken":
      return failure.error._tag
  }
}
