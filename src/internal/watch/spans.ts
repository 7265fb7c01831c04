import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Tracer from "effect/Tracer"
import type { Attributes } from "./metrics.js"
import { attribute } from "./names.js"

/** How an operation failed or was interrupted. */
export interface Ended {
  /** An `error.type`: one of few values. */
  readonly type: string
  /** A message for the span; none for an interruption, which is not an error. */
  readonly message?: string
}

/** What to measure. */
export interface Subject {
  readonly name: string
  readonly kind?: Tracer.SpanKind
  readonly parent?: Tracer.AnySpan | undefined
  /** Called only if there is a span. */
  readonly attributes: () => Attributes
  /** Updates the metrics at the end, with the attributes found so far and an `error.type`. */
  readonly record: (seconds: number, found: Attributes) => void
}

export interface Watch {
  readonly span: Tracer.Span | undefined
  /** Makes an effect interruptible as before. Until then, the span could not be ended. */
  readonly restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  readonly end: (ended: Ended | undefined, found?: Attributes) => void
}

// Its spans go nowhere.
const nativeTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/** Whether a span is visible: the program has a tracer, or a span around the call. */
const isWatched = (fiber: Fiber.RuntimeFiber<unknown, unknown>): boolean =>
  fiber.getFiberRef(FiberRef.currentTracerEnabled) && (
    Context.get(fiber.currentDefaultServices, Tracer.Tracer) !== nativeTracer ||
    Option.isSome(Context.getOption(fiber.currentContext, Tracer.ParentSpan))
  )

export const defined: (attributes: Attributes) => Record<string, string | number> = Record.filter(
  Predicate.isNotUndefined
)

/** Measures `use` until it calls `end`, with a span if one is visible. */
export const watching = <A, E, R>(
  { attributes, name, record, ...options }: Subject,
  use: (watch: Watch) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.withFiberRuntime((fiber) => {
    const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
    const startedAt = clock.unsafeCurrentTimeNanos()
    const watch = (restore: Watch["restore"], span?: Tracer.Span) =>
      use({
        span,
        restore,
        end: (ended, found) => {
          const endedAt = clock.unsafeCurrentTimeNanos()
          const noted = { [attribute.errorType]: ended?.type, ...found }
          record(Number(endedAt - startedAt) / 1e9, noted)
          if (span === undefined) return
          for (const [key, value] of Object.entries(defined(noted))) span.attribute(key, value)
          span.end(fiber.getFiberRef(FiberRef.currentTracerTimingEnabled) ? endedAt : 0n, exitOf(ended))
        }
      })
    if (!isWatched(fiber)) return watch(identity)
    const made = { attributes: defined(attributes()), captureStackTrace: false, ...options }
    return Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Effect.makeSpan(name, made), (span) => watch(restore, span))
    )
  })

/** Describes an exit that is not a success. `failed` describes its error. */
export const endedBy = <E>(
  exit: Exit.Exit<unknown, E>,
  failed: (error: E) => Ended | undefined
): Ended | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  if (Cause.isInterruptedOnly(exit.cause)) return { type: "interrupted" }
  return Option.match(Cause.failureOption(exit.cause), {
    onSome: failed,
    // A defect's message may hold anything. The program itself sees the defect.
    onNone: () => ({ type: "defect", message: "a defect ended it" })
  })
}

// Only a message, since the original error has an internal stack.
const exitOf = (ended: Ended | undefined): Exit.Exit<void, Error> => {
  if (ended === undefined) return Exit.void
  if (ended.message === undefined) return Exit.interrupt(FiberId.none)
  return Exit.fail(Object.assign(new Error(ended.message), { name: ended.type, stack: ended.message }))
}

/** The current span. */
export const currentSpan = (): Tracer.AnySpan | undefined =>
  Fiber.getCurrentFiber().pipe(
    Option.flatMap((fiber) => Context.getOption(fiber.currentContext, Tracer.ParentSpan)),
    Option.getOrUndefined
  )

/** Links the current span to another, whose work it waits for. */
export const linkTo = (span: Tracer.AnySpan | undefined): void => {
  const current = currentSpan()
  if (span !== undefined && current?._tag === "Span" && current !== span) {
    current.addLinks([{ _tag: "SpanLink", span, attributes: {} }])
  }
}
