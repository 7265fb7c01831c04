import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { PageEvent } from "../../PageStream.js"
import { ProcessMakerPaginationStuck } from "../../ProcessMakerError.js"
import type { OauthClientsError, OauthClientsStreamError } from "../../ProcessMakerError.js"
import type { Done, Repeat } from "../call/call.js"
import { monotonic } from "../call/ledger.js"
import type { ListDocument } from "../wire/document.js"
import { PageWalk } from "./pageWalk.js"
import type { WalkOptions } from "./pageWalk.js"

/** Reads one page, repeats and all; tells of each repeat as it happens. */
export type FetchPage = (
  page: number,
  onRepeat: (repeat: Repeat) => void
) => Effect.Effect<Done<ListDocument>, OauthClientsError>

/** What errors of a stream call it, whichever of its views it is. */
export const streamOperation = "streamOauthClients"

export interface PagesOptions extends WalkOptions {
  /** Pages in flight ahead of the consumer. */
  readonly prefetch: number
  readonly fetch: FetchPage
}

// What the fibers that read pages tell the one that walks.
type Signal =
  | { readonly _tag: "Retrying"; readonly event: PageEvent }
  | { readonly _tag: "Arrived"; readonly page: number; readonly exit: Exit.Exit<Done<ListDocument>, OauthClientsError> }

type Pull = Effect.Effect<Chunk.Chunk<PageEvent>, Option.Option<OauthClientsStreamError>>

/**
 * The one stream of events: a walk that pulls pages. Pages are read ahead by fibers of the stream's scope, so that the end
 * of the stream, whichever way it comes, ends them too.
 */
export const pageEvents = (options: PagesOptions): Stream.Stream<PageEvent, OauthClientsStreamError> =>
  Stream.fromPull(Effect.map(makeReader(options), (reader) => reader.pull))

const makeReader = (options: PagesOptions): Effect.Effect<{ readonly pull: Pull }, never, Scope.Scope> =>
  Effect.gen(function*() {
    const walk = new PageWalk(options)
    const signals = yield* Queue.unbounded<Signal>()
    const scope = yield* Effect.scope
    const startedAt = yield* monotonic
    const readers = new Map<number, Fiber.Fiber<unknown>>()
    const arrived = new Map<number, Exit.Exit<Done<ListDocument>, OauthClientsError>>()
    let attempts = 0
    /** What the walk ends with, once its last events were taken. */
    let failure: ProcessMakerPaginationStuck | undefined

    const start = (page: number): Effect.Effect<unknown> =>
      options.fetch(page, (repeat) => {
        const event = PageEvent.PageRetrying({ pageNumber: page, ...repeat })
        Queue.unsafeOffer(signals, { _tag: "Retrying", event })
      }).pipe(
        Effect.exit,
        Effect.flatMap((exit) => Queue.offer(signals, { _tag: "Arrived", page, exit })),
        Effect.forkIn(scope),
        Effect.map((reader) => readers.set(page, reader))
      )

    // The wanted page is not ahead of anyone while the consumer waits for it.
    const startUntil = (last: number): Effect.Effect<void> =>
      Effect.suspend(() => {
        const { wanted } = walk
        if (wanted === undefined) return flush
        const pages = Array.from({ length: Math.max(0, last - wanted + 1) }, (_, index) => wanted + index)
        return Effect.forEach(pages.filter((page) => !readers.has(page)), start, { discard: true })
      })

    // Whatever was read ahead, and whatever it has told, is worth nothing.
    const flush = Effect.gen(function*() {
      yield* Fiber.interruptAll(readers.values())
      yield* Queue.takeAll(signals)
      readers.clear()
      arrived.clear()
    })

    const accept = (number: number, exit: Exit.Exit<Done<ListDocument>, OauthClientsError>): Pull =>
      Effect.gen(function*() {
        readers.delete(number)
        arrived.delete(number)
        const { attempts: pageAttempts, value } = yield* Effect.mapError(exit, Option.some)
        attempts += pageAttempts
        const step = walk.accept({ number, document: value, attempts: pageAttempts })
        if (step.flush || step.stuck !== undefined) yield* flush
        if (step.stuck !== undefined) failure = yield* stuck(step.stuck, number)
        yield* startUntil(Math.min(walk.aheadUntil, (walk.wanted ?? 0) + options.prefetch - 1))
        return Chunk.unsafeFromArray(step.events)
      })

    const stuck = (reason: ProcessMakerPaginationStuck["reason"], pageNumber: number) =>
      Effect.map(monotonic, (now) => {
        const { userId } = options
        const elapsed = Duration.millis(Math.round(now - startedAt))
        const operation = streamOperation
        return new ProcessMakerPaginationStuck({ operation, userId, pageNumber, reason, attempts, elapsed })
      })

    const next: Pull = Effect.suspend(() => {
      const { wanted } = walk
      if (wanted === undefined) return Effect.fail(Option.fromNullable(failure))
      const here = arrived.get(wanted)
      if (here !== undefined) return accept(wanted, here)
      return Effect.flatMap(Queue.take(signals), (signal): Pull => {
        if (signal._tag === "Arrived") {
          arrived.set(signal.page, signal.exit)
          return next
        }
        walk.countRetry()
        return Effect.succeed(Chunk.of(signal.event))
      })
    })

    const pull: Pull = Effect.suspend(() =>
      Effect.zipRight(
        startUntil(Math.max(walk.wanted ?? 0, Math.min(walk.aheadUntil, (walk.wanted ?? 0) + options.prefetch))),
        next
      )
    )
    // A page may bring nothing to tell, when it was read to find the place again.
    const pullSome: Pull = Effect.flatMap(pull, (events) => Chunk.isEmpty(events) ? pullSome : Effect.succeed(events))
    return { pull: pullSome }
  })
