import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Tracer from "effect/Tracer"
import { ProcessMakerError } from "../../ProcessMakerError.js"
import { attribute } from "./names.js"

/** How something ended that did not succeed. */
export interface Ended {
  /** An `error.type`: one of few values. */
  readonly type: string
  /** A sentence for the span; none where the program interrupted it, which is no error. */
  readonly message?: string
}

export type Watcher = Pick<
  Fiber.RuntimeFiber<unknown, unknown>,
  "getFiberRef" | "currentDefaultServices" | "currentContext"
>

// Its spans go nowhere.
const nativeTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/** Whether anybody could see a span: a program with a tracer, or with a span of its own around the call. */
export const isWatched = (fiber: Watcher): boolean =>
  fiber.getFiberRef(FiberRef.currentTracerEnabled) && (
    Context.get(fiber.currentDefaultServices, Tracer.Tracer) !== nativeTracer ||
    Option.isSome(Context.getOption(fiber.currentContext, Tracer.ParentSpan))
  )

export const nanosOf = ({ currentDefaultServices }: Watcher): bigint =>
  Context.get(currentDefaultServices, Clock.Clock).unsafeCurrentTimeNanos()

export const secondsSince = (startedAt: bigint, fiber: Watcher): number => Number(nanosOf(fiber) - startedAt) / 1e9

/** How an exit counts: by an error of this library, or by what `failed` makes of another. */
export const endedBy = <E>(
  exit: Exit.Exit<unknown, E>,
  failed: (error: E) => Ended | undefined = byPublicError
): Ended | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  if (Cause.isInterruptedOnly(exit.cause)) return { type: "interrupted" }
  return Option.match(Cause.failureOption(exit.cause), {
    onSome: failed,
    // What a defect says may be anything: whoever runs the program gets to see it.
    onNone: () => ({ type: "defect", message: "a defect ended it" })
  })
}

const isPublicError = Schema.is(ProcessMakerError)

// A consumer of a stream may fail with an error of its own, which is none of the stream's.
const byPublicError = (error: unknown): Ended | undefined =>
  isPublicError(error) ? { type: error._tag, message: error.message } : undefined

/** Ends a span with a sentence: what the work failed with has a stack of ours. */
export const endSpan = (span: Tracer.Span, ended: Ended | undefined, fiber: Watcher): void => {
  if (ended !== undefined) span.attribute(attribute.errorType, ended.type)
  span.end(fiber.getFiberRef(FiberRef.currentTracerTimingEnabled) ? nanosOf(fiber) : 0n, exitOf(ended))
}

const exitOf = (ended: Ended | undefined): Exit.Exit<void, Error> => {
  if (ended === undefined) return Exit.void
  if (ended.message === undefined) return Exit.interrupt(FiberId.none)
  return Exit.fail(Object.assign(new Error(ended.message), { name: ended.type, stack: ended.message }))
}

/** The span around what runs now. */
export const currentSpan = (): Tracer.AnySpan | undefined =>
  Fiber.getCurrentFiber().pipe(
    Option.flatMap((fiber) => Context.getOption(fiber.currentContext, Tracer.ParentSpan)),
    Option.getOrUndefined
  )

/** Links the span around what runs now to another, whose work it waits for. */
export const linkTo = (span: Tracer.AnySpan | undefined): void => {
  const current = currentSpan()
  if (span !== undefined && current?._tag === "Span" && current !== span) {
    current.addLinks([{ _tag: "SpanLink", span, attributes: {} }])
  }
}
