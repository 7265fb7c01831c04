import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { constVoid } from "effect/Function"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import * as Stream from "effect/Stream"
import { isSame } from "./windows.js"
import type { Window } from "./windows.js"

/** Which pages to read, how to read them, and the events they cause. */
export interface Pages<Page, Event, E> {
  /** The pages to read next, in order, at most `most`; none if the list has ended. */
  readonly plan: (most: number) => ReadonlyArray<Window>
  /** Reads one page. Events may occur meanwhile. */
  readonly read: (window: Window, tell: (event: Event) => void) => Effect.Effect<Page, E>
  readonly take: (window: Window, page: Page) => ReadonlyArray<Event>
  /** The error that ends the stream, if any. */
  readonly end: () => Option.Option<E>
}

interface Reader<Page, E> {
  readonly window: Window
  readonly fiber: Fiber.RuntimeFiber<Exit.Exit<Page, E>>
}

/**
 * Emits the events of pages in order, with `prefetch` pages in flight ahead of the consumer. A page in flight is kept as
 * long as it is planned, and interrupted when the stream ends.
 */
export const readAhead = <Page, Event, E>(
  make: (clock: Clock.Clock) => Pages<Page, Event, E>,
  prefetch: number
): Stream.Stream<Event, E> =>
  Stream.fromPull(Effect.gen(function*() {
    const pages = make(yield* Effect.clock)
    type Pull = Effect.Effect<Chunk.Chunk<Event>, Option.Option<E>>
    const readers: Array<Reader<Page, E>> = []
    const running = new Set<Fiber.Fiber<unknown>>()
    const told: Array<Event> = []
    let wake: () => void = constVoid
    yield* Effect.addFinalizer(() => Fiber.interruptAll(running))

    const tell = (event: Event): void => {
      told.push(event)
      wake()
    }
    const emit = (events: ReadonlyArray<Event>): Pull => Effect.succeed(Chunk.unsafeFromArray(events))

    // Everything between two pages happens in a single step of the run loop, where nothing can interrupt it.
    const pull: Pull = Effect.withFiberRuntime((fiber, { runtimeFlags }) => {
      /** Interrupts the pages in flight that are no longer planned, and starts those that are planned. */
      const start = (most: number): void => {
        const plan = pages.plan(most)
        const kept = readers.findIndex(({ window }, index) => !isPlanned(plan[index], window))
        for (const outdated of kept < 0 ? [] : readers.splice(kept)) outdated.fiber.unsafeInterruptAsFork(fiber.id())
        if (readers.length === plan.length) return
        const { currentContext: context } = fiber
        const flags = RuntimeFlags.enable(runtimeFlags, RuntimeFlags.Interruption)
        const fork = Runtime.runFork(Runtime.make({ context, runtimeFlags: flags, fiberRefs: fiber.getFiberRefs() }))
        for (const window of plan.slice(readers.length)) {
          const reader = fork(Effect.exit(pages.read(window, tell)))
          readers.push({ window, fiber: reader })
          running.add(reader)
          reader.addObserver(() => running.delete(reader))
        }
      }

      start(prefetch + 1)
      if (told.length > 0) return emit(told.splice(0))
      const [first] = readers
      if (first === undefined) return Effect.fail(pages.end())
      const exit = first.fiber.unsafePoll()
      if (exit === null) {
        return Effect.async((resume) => {
          wake = () => resume(pull)
          first.fiber.addObserver(wake)
        })
      }
      readers.shift()
      const read = Exit.flatten(exit)
      if (Exit.isFailure(read)) return Effect.failCause(Cause.map(read.cause, Option.some))
      const events = pages.take(first.window, read.value)
      start(prefetch)
      return events.length === 0 ? pull : emit(events)
    })
    return pull
  }))

const isPlanned = (planned: Window | undefined, window: Window): boolean =>
  planned !== undefined && isSame(planned, window)
