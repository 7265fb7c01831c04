import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as HashSet from "effect/HashSet"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import type { Failure } from "../failure/failure.js"
import { countRetry, setHeld } from "./metrics.js"
import { attribute, retryEvent } from "./names.js"
import { attributesOf } from "./operations.js"
import type { Facts } from "./operations.js"
import { errorType } from "./requests.js"

/** Notes that a call sends one more request after so many, before its wait of so many milliseconds. */
export const noteRetry = (
  facts: Facts & { readonly operation: string },
  attempts: number,
  delay: number,
  failure: Failure
): Effect.Effect<void> =>
  Effect.gen(function*() {
    const { operation } = facts
    const reason = errorType(failure)
    countRetry(1, { operation, reason })
    const how = {
      [attribute.reason]: reason,
      [attribute.delay]: delay / 1000,
      [attribute.resendCount]: attempts
    }
    const span = yield* Effect.option(Effect.currentSpan)
    if (Option.isSome(span)) span.value.event(retryEvent, yield* Clock.currentTimeNanos, how)
    yield* Effect.logDebug("ProcessMaker: retrying").pipe(
      Effect.annotateLogs({ [attribute.operation]: operation, ...attributesOf(facts), ...how }),
      // Effect makes an event of a log line, and there is one already.
      Effect.locallyWith(FiberRef.currentLoggers, HashSet.remove(Logger.tracerLogger))
    )
  })

/** In milliseconds: a shorter hold is not worth a line. */
const notable = 1000

/** Notes that all calls of a layer wait, for so many milliseconds and because of an answer with this status. */
export const noteHold = (millis: number, status: number): Effect.Effect<void> => {
  setHeld(millis / 1000, {})
  return millis <= notable
    ? Effect.void
    : Effect.annotateLogs(Effect.logWarning("ProcessMaker: the server asked all calls to wait"), {
      [attribute.status]: status,
      [attribute.delay]: millis / 1000
    })
}

/** Notes that calls go out again. */
export const noteRelease = (): void => setHeld(0, {})

/** Notes that a list changed while it was streamed. To be called from within a fiber, whose loggers are told. */
export const noteDrift = (facts: Facts, sign: string): void => {
  const told = Effect.annotateLogs(Effect.logInfo("ProcessMaker: the list changed"), {
    [attribute.sign]: sign,
    ...attributesOf(facts)
  })
  Option.map(Fiber.getCurrentFiber(), (fiber) =>
    Runtime.runSync(Runtime.make({
      context: fiber.currentContext,
      runtimeFlags: RuntimeFlags.none,
      fiberRefs: fiber.getFiberRefs()
    }))(told))
}
