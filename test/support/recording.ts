/** Runs a program and keeps whatever it shows: its exit, its spans, its logs, the metrics. */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Metric from "effect/Metric"
import type * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

class Recorded implements Tracer.Span {
  readonly _tag = "Span"
  readonly sampled = true
  readonly attributes = new Map<string, unknown>()
  readonly events: Array<unknown> = []
  readonly links: Array<Tracer.SpanLink> = []
  readonly traceId = "0af7651916cd43dd8448eb211c80319c"
  readonly spanId = "b7ad6b7169203331"
  readonly name: string
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly context: Context.Context<never>
  readonly kind: Tracer.SpanKind
  status: Tracer.SpanStatus = { _tag: "Started", startTime: 0n }

  constructor(
    name: string,
    parent: Option.Option<Tracer.AnySpan>,
    context: Context.Context<never>,
    kind: Tracer.SpanKind
  ) {
    this.name = name
    this.parent = parent
    this.context = context
    this.kind = kind
  }

  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    this.status = { _tag: "Ended", startTime: 0n, endTime, exit }
  }

  attribute(key: string, value: unknown): void {
    this.attributes.set(key, value)
  }

  event(name: string, startTime: bigint, attributes?: Record<string, unknown>): void {
    this.events.push({ name, startTime, attributes })
  }

  addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    this.links.push(...links)
  }
}

export interface Recording<A, E> {
  readonly exit: Exit.Exit<A, E>
  /** All that was shown on the way, and the exit's causes. */
  readonly shown: ReadonlyArray<unknown>
  readonly spans: ReadonlyArray<string>
}

export const record = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Recording<A, E>, never, R> =>
  Effect.gen(function*() {
    const spans: Array<Recorded> = []
    const logs: Array<unknown> = []
    const tracer = Tracer.make({
      span: (name, parent, context, _links, _time, kind) => {
        const span = new Recorded(name, parent, context, kind)
        spans.push(span)
        return span
      },
      context: (run) => run()
    })
    const recorder = Logger.make(({ annotations, cause, message, spans: logSpans }) => {
      logs.push(message, cause, Cause.pretty(cause), [...annotations], [...logSpans].map(String))
    })
    const exit = yield* effect.pipe(
      Effect.tapErrorCause((cause) => Effect.logError("failed", cause)),
      Effect.tapDefect((cause) => Effect.logFatal(cause)),
      Effect.withSpan("the program"),
      Effect.withTracer(tracer),
      Effect.provide(Logger.replace(Logger.defaultLogger, recorder)),
      Logger.withMinimumLogLevel(LogLevel.All),
      Effect.exit
    )
    const spoken = spans.map(({ attributes, context, events, links, name, status }) => ({
      name,
      attributes,
      events,
      links,
      status,
      context
    }))
    const causes = exit._tag === "Failure"
      ? [exit.cause, Cause.pretty(exit.cause, { renderErrorCause: true }), Cause.squash(exit.cause)]
      : []
    return {
      exit,
      shown: [exit, ...causes, spoken, logs, Metric.unsafeSnapshot()],
      spans: spans.map(({ name }) => name)
    }
  })
