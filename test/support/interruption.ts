/** Interruption at every point where a fiber can be interrupted: where it yields. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { rest } from "./runs.js"

/** Runs an effect up to some turn, and interrupts it there. Gives whether it had ended by itself. */
export type Interrupt = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<boolean, never, R>

/**
 * Tries each turn after which an effect can be interrupted, until it ends before that. The effect yields after so many
 * operations of the run loop (no scheduler allows fewer than ten), so that different intervals meet different points.
 */
export const atEveryTurn = <E, R>(
  intervals: ReadonlyArray<number>,
  attempt: (interrupt: Interrupt, turn: string) => Effect.Effect<boolean, E, R>
): Effect.Effect<void, E, R> =>
  Effect.gen(function*() {
    for (const interval of intervals) {
      let isDone = false
      for (let turns = 0; !isDone; turns++) {
        yield* Effect.promise(rest)
        isDone = yield* attempt((effect) =>
          Effect.withMaxOpsBeforeYield(effect, interval).pipe(
            Effect.fork,
            Effect.tap(() => Effect.repeatN(Effect.yieldNow(), turns)),
            Effect.flatMap((fiber) => Effect.zipLeft(Fiber.poll(fiber), Fiber.interrupt(fiber))),
            Effect.map(Option.isSome)
          ), `after ${turns} turns of ${interval} operations`)
      }
    }
  })
