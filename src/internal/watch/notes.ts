import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as HashSet from "effect/HashSet"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import type { Failure } from "../failure/failure.js"
import { attribute, attributesOf, metric } from "./names.js"
import type { Facts } from "./names.js"
import { describe } from "./requests.js"
import { defined } from "./spans.js"

/** Records a retry after `attempts` requests, before its wait of `delay` milliseconds. */
export const noteRetry = (
  { operation, ...facts }: Facts & { readonly operation: string },
  attempts: number,
  delay: number,
  failure: Failure
): Effect.Effect<void> =>
  Effect.gen(function*() {
    const reason = describe(failure).type
    metric.retries.update(1, { operation, reason })
    const how = { [attribute.reason]: reason, [attribute.delay]: delay / 1000, [attribute.resendCount]: attempts }
    const span = yield* Effect.option(Effect.currentSpan)
    if (Option.isSome(span)) span.value.event("retry", yield* Clock.currentTimeNanos, how)
    yield* Effect.logDebug("ProcessMaker: retrying").pipe(
      Effect.annotateLogs({ [attribute.operation]: operation, ...defined(attributesOf(facts)), ...how }),
      // Effect turns a log line into a span event, and the span already has one.
      Effect.locallyWith(FiberRef.currentLoggers, HashSet.remove(Logger.tracerLogger))
    )
  })

/** In milliseconds: shorter pauses are not logged. */
const notable = 1000

/** Records that a response with this status pauses all calls of a layer, for `millis` milliseconds. */
export const notePause = (millis: number, status: number): Effect.Effect<void> => {
  metric.held.update(millis / 1000)
  return millis <= notable
    ? Effect.void
    : Effect.annotateLogs(Effect.logWarning("ProcessMaker: the server asked all calls to wait"), {
      [attribute.status]: status,
      [attribute.delay]: millis / 1000
    })
}

/** Records the end of a pause. */
export const noteResume = (): void => metric.held.update(0)

/** Records that a list changed while it was streamed. Must be called from within a fiber, whose loggers it uses. */
export const noteDrift = (facts: Facts, sign: string): void => {
  metric.drift.update(1, { sign })
  const line = Effect.annotateLogs(Effect.logInfo("ProcessMaker: the list changed"), {
    [attribute.sign]: sign,
    ...defined(attributesOf(facts))
  })
  Option.map(
    Fiber.getCurrentFiber(),
    (fiber) => Effect.runSync(Effect.zipRight(Effect.setFiberRefs(fiber.getFiberRefs()), line))
  )
}
