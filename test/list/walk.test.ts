import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { PageWalk } from "../../src/internal/list/pageWalk.js"
import { documentOf, duplicates, simulate } from "./simulation.js"
import type { Change, Run } from "./simulation.js"

const runs = (change: fc.Arbitrary<Change>): fc.Arbitrary<Run> =>
  fc.record({
    // Also lists and pages longer than what a cursor or the smaller memory holds, so that older clients are forgotten.
    length: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 80, max: 400 })),
    perPage: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 60, max: 100 })),
    prefetch: fc.integer({ min: 0, max: 4 }),
    backwards: fc.boolean(),
    remembered: fc.constantFrom(10_000, 48),
    changes: fc.array(fc.option(change, { nil: undefined, freq: 3 }), { maxLength: 40 }),
    kills: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 3 })
  })

const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
const insertion = fc.record({ amount: fc.integer({ min: 1, max: 5 }), at })
const deletion = fc.record({ amount: fc.integer({ min: -5, max: -1 }), at })
const still = fc.record({ amount: fc.constant(0), at })

const check = (run: Run, judge: (outcome: ReturnType<typeof simulate>) => void) => {
  const outcome = simulate(run)
  assert.deepStrictEqual(duplicates(outcome.emitted), [], "a client came out twice")
  assert.isBelow(outcome.requests, 5000)
  judge(outcome)
}

const missing = ({ emitted, survivors }: ReturnType<typeof simulate>) => {
  const out = new Set(emitted)
  return survivors.filter((id) => !out.has(id))
}

const complete = (outcome: ReturnType<typeof simulate>) => {
  assert.strictEqual(outcome.stuck, undefined)
  assert.deepStrictEqual(missing(outcome), [])
}

describe("PageWalk over a list without an end", () => {
  it("stops after 10,000 pages when nothing says how many there are", () => {
    const walk = new PageWalk({ userId: "u", perPage: 1, remembered: 10_000, onDrift: "recover" })
    let stuck: string | undefined
    for (let page = walk.wanted; page !== undefined && page < 20_000; page = walk.wanted) {
      const { rows } = documentOf([String(page)], 1, 1)
      stuck = walk.accept({ number: page, document: { rows, numbers: {} }, attempts: 1 }).stuck
    }
    assert.strictEqual(stuck, "endless")
  })
})

describe("PageWalk over a list that changes", () => {
  it("keeps the server's order while the list stands still", () => {
    fc.assert(
      fc.property(runs(still), (run) =>
        check(run, ({ emitted, report, survivors }) => {
          assert.deepStrictEqual(emitted, [...survivors])
          assert.strictEqual(report?.suspectedMisses, 0)
          assert.strictEqual(report?.duplicatesDropped, 0)
        })),
      { numRuns: 200 }
    )
  })

  it("loses nothing when clients are only added", () => {
    fc.assert(fc.property(runs(insertion), (run) => check(run, complete)), { numRuns: 400 })
  })

  it("loses nothing when clients are only deleted", () => {
    fc.assert(fc.property(runs(deletion), (run) => check(run, complete)), { numRuns: 400 })
  })

  it("loses nothing when both happen, unless two states of the list have the same length", () => {
    fc.assert(
      fc.property(runs(fc.oneof(insertion, deletion)), (run) =>
        check(run, (outcome) => {
          if (!outcome.invisible) complete(outcome)
        })),
      { numRuns: 1200 }
    )
  })

  for (const length of [100, 105]) {
    for (const amount of [40, 60]) {
      it(`passes by ${amount} clients that come again in a list of ${length}`, () => {
        const changes = [...Array.from({ length: 6 }, () => undefined), { amount, at: 0, replaces: true }]
        complete(
          simulate({ length, perPage: 10, prefetch: 0, backwards: false, remembered: 10_000, changes, kills: [] })
        )
      })
    }
  }

  it("loses nothing when ids that come again are the only sign of a change", () => {
    fc.assert(
      fc.property(runs(still), fc.nat(40), fc.integer({ min: 1, max: 99 }), (run, before, amount) => {
        // Less than a page: a list that moved by whole pages looks like one that stands still, or repeats itself.
        const moved = { amount: Math.min(amount, run.perPage - 1, run.length), at: 0, replaces: true }
        const changes = [...Array.from({ length: before }, () => undefined), moved]
        check({ ...run, changes, kills: [], remembered: 10_000 }, complete)
      }),
      { numRuns: 600 }
    )
  })
})
