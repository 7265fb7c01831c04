/** A plain value that describes a run, collected from the events of any number of streams. */
import type { PageEvent } from "effect-processmaker-oauth"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

/** Times are milliseconds: `at` since the run began. */
export interface Run {
  readonly title: string
  /** The source of the clients. */
  readonly source: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly elapsed: number
  readonly outcome: Outcome
  readonly users: number
  readonly pages: ReadonlyArray<ReadPage>
  /** The duration of each page, including retries; empty if not measured. */
  readonly latencies: ReadonlyArray<number>
  readonly retries: ReadonlyArray<Retry>
  readonly drifts: ReadonlyArray<Drift>
  readonly rejected: ReadonlyArray<Rejected>
  readonly failures: ReadonlyArray<Failure>
  readonly duplicatesDropped: number
  readonly suspectedMisses: number
  /** Requests without new clients: searches for the position, and a second look at the end. */
  readonly extraRequests: number
  /** Users whose pages could not overlap, so that a change may be undetected. */
  readonly unproven: number
}

export type Outcome = "completed" | "failed" | "interrupted"

interface Happened {
  readonly userId: string
  readonly at: number
}

export interface ReadPage extends Happened {
  readonly clients: number
}

export interface Retry extends Happened {
  readonly page: number
  readonly delay: number
  /** The tag of the error. */
  readonly tag: string
}

export interface Drift extends Happened {
  readonly page: number
  readonly totalBefore: number | null
  readonly totalNow: number | null
  readonly repeated: number
}

export interface Rejected extends Happened {
  readonly page: number
  /** The row on the page, from 1. */
  readonly row: number
  readonly issue: string
}

export interface Failure extends Happened {
  readonly tag: string
  readonly message: string
}

export interface Collector {
  /** Records an event of this user's stream. */
  readonly tell: (userId: string, event: PageEvent) => Effect.Effect<void>
  /** Records that this user's export failed. */
  readonly fail: (userId: string, error: { readonly _tag: string; readonly message: string }) => Effect.Effect<void>
  /** Measures the pages that this effect reads by their spans, which the current tracer still receives. */
  readonly measure: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The run so far. */
  readonly run: (outcome: Outcome) => Effect.Effect<Run>
}

/** The span of one page of a stream. */
const pageSpan = "OauthClientsService.findOauthClients"

export const makeCollector = (
  { source, title }: Pick<Run, "source" | "title">
): Effect.Effect<Collector> =>
  Effect.map(Clock.currentTimeMillis, (startedAt) => {
    const users = new Set<string>()
    const pages: Array<ReadPage> = []
    const latencies: Array<number> = []
    const retries: Array<Retry> = []
    const drifts: Array<Drift> = []
    const rejected: Array<Rejected> = []
    const failures: Array<Failure> = []
    let duplicatesDropped = 0
    let suspectedMisses = 0
    let extraRequests = 0
    let unproven = 0

    const note = (userId: string, event: PageEvent, at: number): void => {
      switch (event._tag) {
        case "PageFetched":
          pages.push({ userId, at, clients: event.page.clients.length })
          return
        case "PageRetrying": {
          const { delay, error, pageNumber: page } = event
          retries.push({ userId, at, page, delay: Duration.toMillis(delay), tag: error._tag })
          return
        }
        case "ItemRejected": {
          const { index, issue, pageNumber: page } = event
          rejected.push({ userId, at, page, row: index + 1, issue: `${issue.path.join(".")}: ${issue.expected}` })
          return
        }
        case "DriftDetected": {
          const { pageNumber: page, repeated, totalBefore, totalNow } = event
          const totals = { totalBefore: Option.getOrNull(totalBefore), totalNow: Option.getOrNull(totalNow) }
          drifts.push({ userId, at, page, repeated, ...totals })
          return
        }
        case "Completed":
          duplicatesDropped += event.report.duplicatesDropped
          suspectedMisses += event.report.suspectedMisses
          extraRequests += event.report.extraRequests
          if (event.report.unproven) unproven += 1
      }
    }
    const now = Effect.map(Clock.currentTimeMillis, (millis) => millis - startedAt)
    return {
      tell: (userId, event) =>
        Effect.map(now, (at) => {
          users.add(userId)
          note(userId, event, at)
        }),
      fail: (userId, { _tag, message }) =>
        Effect.map(now, (at) => {
          users.add(userId)
          failures.push({ userId, at, tag: _tag, message })
        }),
      measure: (effect) =>
        Effect.flatMap(
          Effect.tracer,
          (tracer) => Effect.withTracer(effect, measuring(tracer, (latency) => latencies.push(latency)))
        ),
      run: (outcome) =>
        Effect.map(now, (elapsed) => ({
          title,
          source,
          startedAt,
          elapsed,
          outcome,
          users: users.size,
          pages: [...pages],
          latencies: [...latencies],
          retries: [...retries],
          drifts: [...drifts],
          rejected: [...rejected],
          failures: [...failures],
          duplicatesDropped,
          suspectedMisses,
          extraRequests,
          unproven
        }))
    }
  })

const measuring = (tracer: Tracer.Tracer, tell: (latency: number) => void): Tracer.Tracer =>
  Tracer.make({
    span: (name, ...rest) => {
      const span = tracer.span(name, ...rest)
      if (name !== pageSpan) return span
      const end = span.end.bind(span)
      span.end = (endTime, exit) => {
        tell(Number(endTime - span.status.startTime) / 1e6)
        end(endTime, exit)
      }
      return span
    },
    context: (execution, fiber) => tracer.context(execution, fiber)
  })
