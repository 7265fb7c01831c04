/** Runs a program as one that exports its spans and metrics by OpenTelemetry's own SDK, and keeps what was exported. */
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import type { MetricData } from "@opentelemetry/sdk-metrics"
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader
} from "@opentelemetry/sdk-metrics"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Struct from "effect/Struct"

export interface LogLine {
  readonly level: string
  readonly message: string
  readonly annotations: Readonly<Record<string, unknown>>
}

export interface Exported<A, E> {
  readonly exit: Exit.Exit<A, E>
  readonly spans: ReadonlyArray<ReadableSpan>
  readonly metrics: ReadonlyArray<MetricData>
  readonly logs: ReadonlyArray<LogLine>
}

let runs = 0

/** The metrics are those of this run alone, of all that the process counted: it labels its own. */
export const exported = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Exported<A, E>, never, R> =>
  Effect.suspend(() => {
    const run = `${++runs} of ${process.pid}`
    const logs: Array<LogLine> = []
    const spans = new InMemorySpanExporter()
    const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const metricReader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 })
    const logger = Logger.make(({ annotations, logLevel, message }) => {
      logs.push({
        level: logLevel.label,
        message: String(message),
        annotations: Object.fromEntries(HashMap.toEntries(annotations))
      })
    })
    return Effect.gen(function*() {
      const exit = yield* effect.pipe(
        Effect.tagMetrics("run", run),
        Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
        Logger.withMinimumLogLevel(LogLevel.All),
        Effect.exit
      )
      yield* Effect.promise(() => metricReader.forceFlush())
      const data = metrics.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
      return {
        exit,
        spans: spans.getFinishedSpans(),
        metrics: data.map((metric) => ofRun(metric, run)).filter(({ dataPoints }) => dataPoints.length > 0),
        logs
      }
    }).pipe(Effect.provide(NodeSdk.layer(() => ({
      resource: { serviceName: "test" },
      spanProcessor: new SimpleSpanProcessor(spans),
      metricReader
    }))))
  })

const ofRun = (metric: MetricData, run: string): MetricData => {
  const dataPoints = metric.dataPoints
    .filter(({ attributes }) => attributes["run"] === run)
    .map((point) => Object.assign({}, point, { attributes: Struct.omit(point.attributes, "run", "unit") }))
  return { ...metric, dataPoints } as MetricData
}

/** The spans as a tree: each with its children, in the order of their starts. */
export interface Node {
  readonly name: string
  readonly children: ReadonlyArray<Node>
}

export const treeOf = (spans: ReadonlyArray<ReadableSpan>): ReadonlyArray<Node> => {
  const started = [...spans].sort((left, right) => nanos(left.startTime) < nanos(right.startTime) ? -1 : 1)
  const below = (parent: string | undefined): ReadonlyArray<Node> =>
    started
      .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)
      .map((span) => ({ name: span.name, children: below(span.spanContext().spanId) }))
  return below(undefined)
}

const nanos = ([seconds, rest]: readonly [number, number]): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(rest)

export const spansNamed = (spans: ReadonlyArray<ReadableSpan>, name: string): ReadonlyArray<ReadableSpan> =>
  spans.filter((span) => span.name === name)

export const only = <A>(values: ReadonlyArray<A>): A => {
  const [first] = values
  if (first === undefined || values.length > 1) throw new Error(`${values.length} instead of one`)
  return first
}

export const metricNamed = (metrics: ReadonlyArray<MetricData>, name: string): MetricData =>
  only(metrics.filter(({ descriptor }) => descriptor.name === name))
