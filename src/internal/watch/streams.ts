import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import type { PageEvent } from "../../PageStream.js"
import { countClients, countDrift, countPages } from "./metrics.js"
import { attribute, operationSpan } from "./names.js"
import { noteDrift } from "./notes.js"
import { attributesOf, record } from "./operations.js"
import type { Facts } from "./operations.js"
import { endedBy, endSpan, isWatched, nanosOf } from "./spans.js"

export interface WatchedStream {
  /** The parent of the spans of its pages. */
  readonly span: Tracer.Span | undefined
  /** Notes what is about to be emitted. */
  readonly note: (events: Chunk.Chunk<PageEvent>) => void
}

/** Measures a stream, counts what it emits, and gives it a span where anybody could see one. */
export const watchStream = <A, E, R>(
  operation: string,
  facts: Facts,
  events: (watched: WatchedStream) => Stream.Stream<A, E, R>
): Stream.Stream<A, E, R> =>
  Stream.unwrapScoped(Effect.withFiberRuntime((fiber) => {
    const startedAt = nanosOf(fiber)
    const tally = { pages: 0, clients: 0, retries: 0 }
    const watch = (span?: Tracer.Span): Effect.Effect<Stream.Stream<A, E, R>, never, Scope.Scope> => {
      const end = (exit: Exit.Exit<unknown, unknown>): void => {
        const ended = endedBy(exit)
        record(operation, startedAt, ended, fiber)
        if (span === undefined) return
        span.attribute(attribute.pages, tally.pages)
        span.attribute(attribute.clients, tally.clients)
        span.attribute(attribute.retries, tally.retries)
        endSpan(span, ended, fiber)
      }
      const note = (events: Chunk.Chunk<PageEvent>): void => {
        for (const event of events) noteEvent(event, tally, facts)
      }
      return Effect.as(Effect.addFinalizer((exit) => Effect.sync(() => end(exit))), events({ span, note }))
    }
    const attributes = attributesOf(facts)
    return isWatched(fiber)
      ? Effect.flatMap(Effect.makeSpan(operationSpan(operation), { attributes, captureStackTrace: false }), watch)
      : watch()
  }))

const noteEvent = (
  event: PageEvent,
  tally: { pages: number; clients: number; retries: number },
  facts: Facts
): void => {
  if (event._tag === "PageFetched") {
    const { length } = event.page.clients
    tally.pages += 1
    tally.clients += length
    countPages(1, {})
    countClients(length, {})
  } else if (event._tag === "PageRetrying") tally.retries += 1
  else if (event._tag === "DriftDetected") {
    countDrift(1, { sign: event.sign })
    noteDrift({ ...facts, page: event.pageNumber }, event.sign)
  }
}
