import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { duplicates, simulate } from "./simulation.js"
import type { Change, Run } from "./simulation.js"

const runs = (change: fc.Arbitrary<Change>): fc.Arbitrary<Run> =>
  fc.record({
    // Also lists and pages longer than what a cursor or the smaller memory holds, so that older clients are forgotten.
    length: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 80, max: 400 })),
    perPage: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 60, max: 100 })),
    prefetch: fc.integer({ min: 0, max: 4 }),
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

describe("PageWalk over a list that changes", () => {
  it("keeps the server's order while the list stands still", () => {
    fc.assert(
      fc.property(runs(still), (run) =>
        check(run, ({ emitted, report, survivors }) => {
          assert.deepStrictEqual(emitted, [...survivors])
          assert.strictEqual(report?.suspectedMisses, 0)
          assert.strictEqual(report?.duplicatesDropped, 0)
        })),
      { numRuns: 1000 }
    )
  })

  it("loses nothing when clients are only added", () => {
    fc.assert(fc.property(runs(insertion), (run) => check(run, complete)), { numRuns: 2000 })
  })

  it("loses nothing when clients are only deleted", () => {
    fc.assert(fc.property(runs(deletion), (run) => check(run, complete)), { numRuns: 2000 })
  })

  it("loses nothing when both happen, unless two states of the list have the same length", () => {
    fc.assert(
      fc.property(runs(fc.oneof(insertion, deletion)), (run) =>
        check(run, (outcome) => {
          if (!outcome.invisible) complete(outcome)
        })),
      { numRuns: 6000 }
    )
  })
})
