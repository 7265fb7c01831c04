import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import type { PageEvent } from "../../PageStream.js"
import { ProcessMakerError } from "../../ProcessMakerError.js"
import { attribute, attributesOf, metric } from "./names.js"
import type { Facts } from "./names.js"
import { noteDrift } from "./notes.js"
import { endedBy, watching } from "./spans.js"
import type { Ended, Subject } from "./spans.js"

const subjectOf = (operation: string, facts: Facts): Subject => ({
  name: `OauthClientsService.${operation}`,
  attributes: () => attributesOf(facts),
  record: (seconds, found) => {
    // An interrupted operation has no meaningful duration.
    if (found[attribute.errorType] !== "interrupted") metric.operationDuration.update(seconds, { operation, ...found })
  }
})

const isPublicError = Schema.is(ProcessMakerError)

// A stream's consumer may fail with its own error, which is not the stream's.
const ended = (exit: Exit.Exit<unknown, unknown>): Ended | undefined =>
  endedBy(exit, (error) => isPublicError(error) ? { type: error._tag, message: error.message } : undefined)

/** Watches an operation. */
export const watchOperation = <A, E, R>(
  operation: string,
  run: () => { readonly facts: Facts; readonly effect: Effect.Effect<A, E, R> },
  parent?: Tracer.AnySpan
): Effect.Effect<A, E, R> => {
  const watch = ({ effect, facts }: ReturnType<typeof run>) =>
    watching({ parent, ...subjectOf(operation, facts) }, ({ end, restore, span }) => {
      const finish = (exit: Exit.Exit<A, E>): Exit.Exit<A, E> => {
        end(ended(exit))
        return exit
      }
      // `onExit` is slow, and only a span records an interruption.
      return span === undefined
        ? Effect.flatMap(Effect.exit(effect), finish)
        : Effect.onExit(restore(Effect.withParentSpan(effect, span)), (exit) => Effect.sync(() => finish(exit)))
    })
  return Effect.matchCauseEffect(Effect.sync(run), {
    // Reading a caller's input may throw, which is a defect like any other.
    onFailure: (defect) => watch({ facts: {}, effect: Effect.failCause(defect) }),
    onSuccess: watch
  })
}

export interface WatchedStream {
  /** The parent of the spans of its pages. */
  readonly span: Tracer.Span | undefined
  /** Records the events that are about to be emitted. */
  readonly note: (events: Chunk.Chunk<PageEvent>) => void
}

/** Watches a stream, and counts what it emits. */
export const watchStream = <A, E, R>(
  operation: string,
  facts: Facts,
  events: (watched: WatchedStream) => Stream.Stream<A, E, R>
): Stream.Stream<A, E, R> =>
  Stream.unwrapScoped(watching(subjectOf(operation, facts), ({ end, span }) => {
    const tally = { [attribute.pages]: 0, [attribute.clients]: 0, [attribute.retries]: 0 }
    const noteEvent = (event: PageEvent): void => {
      if (event._tag === "PageFetched") {
        const { length } = event.page.clients
        tally[attribute.pages] += 1
        tally[attribute.clients] += length
        metric.pages.update(1)
        metric.clients.update(length)
      } else if (event._tag === "PageRetrying") tally[attribute.retries] += 1
      else if (event._tag === "DriftDetected") noteDrift({ ...facts, page: event.pageNumber }, event.sign)
    }
    const note = (events: Chunk.Chunk<PageEvent>): void => {
      for (const event of events) noteEvent(event)
    }
    return Effect.as(
      Effect.addFinalizer((exit) => Effect.sync(() => end(ended(exit), tally))),
      events({ span, note })
    )
  }))
