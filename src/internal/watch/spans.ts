/**
 * What can be watched: spans, and what is told of repeats. Nothing is made where nobody could see it.
 */
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as HashSet from "effect/HashSet"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import type { Failure } from "../failure/failure.js"

// Its spans go nowhere.
const nativeTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/** Whether anybody could see a span: a program with a tracer, or with a span of its own around the call. */
const isWatched = (
  fiber: Pick<Fiber.RuntimeFiber<unknown, unknown>, "getFiberRef" | "currentDefaultServices" | "currentContext">
): boolean =>
  fiber.getFiberRef(FiberRef.currentTracerEnabled) && (
    Context.get(fiber.currentDefaultServices, Tracer.Tracer) !== nativeTracer ||
    Option.isSome(Context.getOption(fiber.currentContext, Tracer.ParentSpan))
  )

/** The span of an operation of the service. */
export const operationSpan = <A, E, R>(
  operation: string,
  attributes: Readonly<Record<string, unknown>>,
  run: () => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.withFiberRuntime((fiber) =>
    isWatched(fiber)
      ? Effect.withSpan(run(), `OauthClientsService.${operation}`, { captureStackTrace: false, attributes })
      : run()
  )

/** The span of one request, for its exchange to fill. */
export const requestSpan = <A, E, R>(
  { method, url }: HttpClientRequest.HttpClientRequest,
  exchange: (span: Tracer.Span | undefined) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.withFiberRuntime((fiber) =>
    isWatched(fiber)
      ? Effect.useSpan(`http.client ${method}`, {
        kind: "client",
        captureStackTrace: false,
        attributes: { "http.request.method": method, "url.full": url }
      }, exchange)
      : exchange(undefined)
  )

/** An event of the current span and a line at debug level for each repeat, before its wait of so many milliseconds. */
export const noteRepeat = (
  operation: string,
  attempt: number,
  delay: number,
  failure: Failure
): Effect.Effect<void> =>
  Effect.gen(function*() {
    const facts = { operation, attempt, delay: `${delay}ms`, reason: reasonOf(failure) }
    const span = yield* Effect.option(Effect.currentSpan)
    if (Option.isSome(span)) span.value.event("retry", yield* Clock.currentTimeNanos, facts)
    yield* Effect.logDebug("ProcessMaker: trying again").pipe(
      Effect.annotateLogs(facts),
      // Effect makes an event of a log line, and there is one already.
      Effect.locallyWith(FiberRef.currentLoggers, HashSet.remove(Logger.tracerLogger))
    )
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
