/** Pages in flight end when they are no longer planned, and with the stream, wherever it is interrupted. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { readAhead } from "../../src/internal/list/readAhead.js"
import { atEveryTurn } from "../support/interruption.js"
import { times } from "../support/runs.js"

const prefetch = 5

/** Two pages, and how many are in flight. After each page, those behind the next one are planned anew. */
const replanned = () => {
  const flying = { now: 0 }
  let next = 1
  const read = (isNext: boolean) =>
    Effect.acquireUseRelease(
      Effect.sync(() => flying.now++),
      () => isNext ? Effect.yieldNow() : Effect.never,
      () => Effect.sync(() => flying.now--)
    )
  const pages = readAhead(() => ({
    plan: (most) => next > 2 ? [] : Array.from({ length: most }, (_, index) => ({ page: next + 100 * index, size: 1 })),
    read: ({ page }) => read(page === next),
    take: ({ page }) => [next = page + 1],
    end: Option.none
  }), prefetch)
  return { flying, pages }
}

it.effect("a page that is no longer planned ends while the stream goes on", () => {
  const { flying, pages } = replanned()
  return Stream.runForEach(
    pages,
    () => Effect.map(Effect.repeatN(Effect.yieldNow(), 20), () => assert.isAtMost(flying.now, prefetch))
  )
})

const intervals = Array.from({ length: times(2, 50) }, (_, index) => index + 11)

it.effect("no page is in flight after an interruption, also if it was no longer planned", () =>
  atEveryTurn(intervals, (interrupt, turn) => {
    const { flying, pages } = replanned()
    return Effect.tap(
      interrupt(Stream.runDrain(pages)),
      () => Effect.sync(() => assert.strictEqual(flying.now, 0, turn))
    )
  }))
