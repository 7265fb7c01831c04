/** Pages in flight end with the stream, wherever it is interrupted. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { readAhead } from "../../src/internal/list/readAhead.js"
import { atEveryTurn } from "../support/interruption.js"
import { times } from "../support/runs.js"

const intervals = Array.from({ length: times(2, 50) }, (_, index) => index + 10)

it.effect("no page is in flight after an interruption, also if it was no longer planned", () =>
  atEveryTurn(intervals, (interrupt, turn) =>
    Effect.gen(function*() {
      let inFlight = 0
      let next = 1
      const read = (isNext: boolean) =>
        Effect.acquireUseRelease(
          Effect.sync(() => inFlight++),
          () => isNext ? Effect.yieldNow() : Effect.never,
          () => Effect.sync(() => inFlight--)
        )
      const pages = readAhead(() => ({
        // After each page, those behind the next one are planned anew.
        plan: (most) =>
          next > 4 ? [] : Array.from({ length: most }, (_, index) => ({ page: next + 100 * index, size: 1 })),
        read: ({ page }) => read(page === next),
        take: ({ page }) => [next = page + 1],
        end: Option.none
      }), 5)
      const isDone = yield* interrupt(Stream.runDrain(pages))
      assert.strictEqual(inFlight, 0, turn)
      return isDone
    })))
