import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Tracer from "effect/Tracer"
import { recordOperation } from "./metrics.js"
import { attribute, operationSpan } from "./names.js"
import { endedBy, endSpan, isWatched, nanosOf, secondsSince } from "./spans.js"
import type { Ended, Watcher } from "./spans.js"

/** What an operation is about. What is no id is left out: it may be anything. */
export interface Facts {
  readonly userId?: string | undefined
  readonly clientId?: string | undefined
  readonly page?: number | undefined
}

export const attributesOf = ({ clientId, page, userId }: Facts): Record<string, string | number> => ({
  ...(userId === undefined ? {} : { [attribute.userId]: userId }),
  ...(clientId === undefined ? {} : { [attribute.clientId]: clientId }),
  ...(page === undefined ? {} : { [attribute.page]: page })
})

/** Measures an operation that ended by itself: how long the program let it run says nothing. */
export const record = (operation: string, startedAt: bigint, ended: Ended | undefined, fiber: Watcher): void => {
  if (ended !== undefined && ended.message === undefined) return
  recordOperation(secondsSince(startedAt, fiber), { operation, [attribute.errorType]: ended?.type })
}

/** Measures an operation, and gives it a span where anybody could see one. */
export const watchOperation = <A, E, R>(
  operation: string,
  run: () => { readonly facts: Facts; readonly effect: Effect.Effect<A, E, R> },
  parent?: Tracer.AnySpan
): Effect.Effect<A, E, R> =>
  Effect.withFiberRuntime((fiber) => {
    const startedAt = nanosOf(fiber)
    const { effect, facts } = safely(run)
    const measured = Effect.matchCauseEffect(effect, {
      onFailure: (cause) => {
        const exit = Exit.failCause(cause)
        record(operation, startedAt, endedBy(exit), fiber)
        return exit
      },
      onSuccess: (value) => {
        record(operation, startedAt, undefined, fiber)
        return Effect.succeed(value)
      }
    })
    if (!isWatched(fiber)) return measured
    const attributes = attributesOf(facts)
    return Effect.useSpan(
      operationSpan(operation),
      { attributes, captureStackTrace: false, ...(parent === undefined ? {} : { parent }) },
      (span) =>
        Effect.onExit(
          Effect.withParentSpan(measured, span),
          (exit) => Effect.sync(() => endSpan(span, endedBy(exit), fiber))
        )
    )
  })

// What a caller gives may throw when it is looked at. That is a defect like any other.
const safely = <A, E, R>(
  run: () => { readonly facts: Facts; readonly effect: Effect.Effect<A, E, R> }
): { readonly facts: Facts; readonly effect: Effect.Effect<A, E, R> } => {
  try {
    return run()
  } catch (defect) {
    return { facts: {}, effect: Effect.die(defect) }
  }
}
