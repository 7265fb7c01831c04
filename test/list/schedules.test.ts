/** The rule of overlapping pages against a model of a list that moves: those that stay come exactly once, in few requests. */
import { assert, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import type { Place } from "../../src/internal/list/cursor.js"
import { runs } from "../support/runs.js"
import { compare, MovingList } from "./movingList.js"
import type { Change, Server } from "./movingList.js"
import { read } from "./reading.js"

const part = fc.nat(1000).map((n) => n / 1000)

/** Changes anywhere, a few rows or several pages at once; then the list comes to rest. */
const changes = (perPage: number): fc.Arbitrary<ReadonlyArray<Change>> =>
  fc.array(
    fc.record({
      after: fc.nat(4),
      kind: fc.constantFrom("insert", "delete", "swap"),
      where: part,
      to: fc.oneof(fc.constant(1), part),
      count: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) },
        fc.integer({ min: 1, max: 4 * perPage })
      )
    }),
    { maxLength: 25 }
  )

const silent: Server["numbers"] = () => undefined
const tooHigh: Server["numbers"] = (said) => ({ ...said, total: said.total + 1 })
const tooLow: Server["numbers"] = (said) => ({ ...said, total: said.total - 7, total_pages: said.total_pages - 1 })
const numbers: ReadonlyArray<Server["numbers"]> = [
  undefined,
  tooLow,
  (said) => ({ ...said, total: 0, total_pages: 0 }),
  tooHigh,
  (said) => ({ ...said, total: null, total_pages: null }),
  ({ total: _, ...said }) => said,
  silent
]

const schedule = fc.integer({ min: 1, max: 100 }).chain((perPage) =>
  fc.record({
    perPage: fc.constant(perPage),
    length: fc.nat(perPage < 10 ? 150 : 15 * perPage),
    changes: changes(perPage),
    prefetch: fc.nat(8),
    numbers: fc.constantFrom(...numbers),
    cap: fc.option(fc.integer({ min: 12, max: 100 }), { nil: 100 })
  })
  // A cap that no number tells shows only while the list is at rest, and a row too many is a page in small pages.
).filter(({ cap, numbers, perPage }) =>
  (numbers !== silent || cap === 100) && (numbers !== tooHigh || Math.min(cap, perPage) > 20)
)

const isStuck = (end: string): boolean => end !== "ended" && end !== "taken"

const check = <A>(arbitrary: fc.Arbitrary<A>, quick: number, many: number, holds: (value: A) => void) =>
  fc.assert(fc.asyncProperty(arbitrary, async (value) => holds(value)), runs(quick, many))

/** The requests of a quiet list, and a few for each change, more for one of several pages. */
const mostRequests = (pages: number, perPage: number, moves: ReadonlyArray<Change>, prefetch: number) =>
  1.6 * pages + 5 + prefetch
  + moves.reduce((sum, { count }) => sum + 8 + 2 * prefetch + 3 * Math.ceil(count / perPage), 0)

it(
  "a list that moves in any way: those that stay exactly once, in order, in few requests",
  () =>
    check(schedule, 200, 10_000, ({ cap, changes, length, numbers, perPage, prefetch }) => {
      const list = new MovingList(length, changes, { size: (asked) => Math.min(asked, cap), numbers })
      const { end, ids, requests, unproven } = read(list, { perPage, prefetch })
      assert.deepStrictEqual({ end, ...compare(ids, list) }, { end: "ended", lost: 0, twice: 0 })
      const given = new Set(ids)
      const stayed = list.ids.filter((id) => given.has(id) && list.stays.has(id))
      assert.deepStrictEqual(ids.filter((id) => list.stays.has(id)), stayed)
      const size = Math.min(perPage, cap)
      const grown = changes.reduce((sum, { count, kind }) => sum + (kind === "insert" ? count : 0), length)
      const pages = Math.ceil(grown / size) * (size < 12 ? 2 : 1)
      assert.isAtMost(requests, mostRequests(pages, size, changes, prefetch))
      assert.isTrue(!unproven || numbers === silent)
      assert.isTrue(perPage < 12 || list.largest <= perPage)
    }),
  300_000
)

it(
  "killed after any page and resumed while the list moves: those that stay exactly once, or lost for good",
  async () => {
    let lostForGood = 0
    let again = 0
    let all = 0
    const pages = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 30 })
    await check(fc.tuple(schedule, pages), 100, 3000, ([{ changes, length, numbers, perPage, prefetch }, pages]) => {
      const list = new MovingList(length, changes, { numbers })
      const ids: Array<string> = []
      let resume: Place | undefined
      let end = "taken"
      for (const count of [...pages, Number.POSITIVE_INFINITY]) {
        const part = read(list, resume === undefined ? { perPage, prefetch } : { resume, prefetch }, count)
        ids.push(...part.ids)
        resume = part.place
        end = part.end
        if (isStuck(end)) break
      }
      const { lost, twice } = compare(ids, list)
      // A cursor remembers 100. Where more are inserted at once in front of some that were read, and the length does not
      // tell where to look, a cursor that is made among them may have forgotten those.
      if (changes.every(({ count, kind }) => kind === "delete" || count <= 80)) assert.strictEqual(twice, 0)
      if (!isStuck(end)) assert.strictEqual(lost, 0)
      all++
      again += twice > 0 ? 1 : 0
      lostForGood += isStuck(end) ? 1 : 0
    })
    assert.isAtMost(again, 2 + 0.004 * all)
    assert.isAtMost(lostForGood, 5 + 0.12 * all)
  },
  300_000
)

it(
  "one size whatever is asked: nobody twice, everybody while the length tells of each change, else unproven",
  async () => {
    const sizes = fc.integer({ min: 12, max: 30 })
    await check(fc.tuple(schedule, sizes), 100, 3000, ([{ changes, length, perPage, prefetch }, size]) => {
      const list = new MovingList(length, changes, { size: () => size })
      const { end, ids, unproven } = read(list, { perPage, prefetch })
      const { lost, twice } = compare(ids, list)
      assert.strictEqual(twice, 0)
      assert.isTrue(isStuck(end) || lost === 0 || unproven)
    })
    await check(schedule, 50, 2000, ({ changes, length, perPage, prefetch }) => {
      const list = new MovingList(length, changes.filter(({ kind }) => kind === "delete"), { size: () => 15 })
      const { end, ids } = read(list, { perPage, prefetch })
      assert.deepStrictEqual([end, compare(ids, list).lost], ["ended", 0])
    })
  },
  300_000
)

it("rows that are hidden after they were counted: nobody twice, and whoever may be missing is told", () =>
  check(
    fc.tuple(schedule, fc.integer({ min: 2, max: 9 })),
    100,
    3000,
    ([{ changes, length, perPage, prefetch }, nth]) => {
      const isHidden = (id: string) => Number(id.slice(1)) % nth === 0
      // Of what happens between two requests at constant length, hidden rows leave no trace.
      const told = changes.filter(({ kind }) => kind !== "swap")
        .map(({ after, count, kind, to, where }) => ({ after: after + 1, count, kind, to, where }))
      const list = new MovingList(length, told, { isHidden })
      for (const id of list.ids) if (isHidden(id)) list.stays.delete(id)
      const { end, ids, unproven } = read(list, { perPage: Math.max(perPage, 20), prefetch })
      const { lost, twice } = compare(ids, list)
      assert.strictEqual(twice, 0)
      assert.isTrue(isStuck(end) || lost === 0 || unproven)
      if (changes.length === 0) assert.deepStrictEqual([end, lost], ["ended", 0])
    }
  ), 300_000)

it(
  "onDrift fail: a list at rest is read; one that moves is read exactly, or fails",
  () =>
    check(schedule, 100, 3000, ({ changes, length, numbers, perPage, prefetch }) => {
      const quiet = new MovingList(length, [], { numbers })
      const all = read(quiet, { perPage, prefetch, onDrift: "fail" })
      assert.deepStrictEqual([all.end, all.ids, all.changes], ["ended", quiet.ids, 0])
      const list = new MovingList(length, changes, { numbers })
      const { changes: seen, end, ids } = read(list, { perPage, prefetch, onDrift: "fail" })
      assert.strictEqual(end, seen === 0 ? "ended" : "drift")
      if (end === "ended") assert.deepStrictEqual(compare(ids, list), { lost: 0, twice: 0 })
    }),
  300_000
)

it(
  "a list whose order is not stable: nobody twice, and it is told",
  () =>
    check(
      fc.tuple(fc.integer({ min: 30, max: 300 }), fc.integer({ min: 1, max: 1000 })),
      100,
      2000,
      ([length, step]) => {
        const ids = Array.from({ length }, (_, index) => `c${index}`)
        let turn = 0
        const shuffled = () => {
          turn += step
          return ids.map((id, index) => [id, Math.imul(index + 1, 2654435761 + 2 * turn) >>> 0] as const)
            .sort(([, one], [, other]) => one - other).map(([id]) => id)
        }
        const list = {
          read: (page: number, size: number) => ({
            rows: shuffled().slice((page - 1) * size, page * size),
            pagination: { total: length, per_page: size, current_page: page, total_pages: Math.ceil(length / size) }
          })
        }
        const { end, ids: given, requests, unproven } = read(list, { perPage: 10 })
        assert.strictEqual(new Set(given).size, given.length)
        assert.isTrue(isStuck(end) || given.length === length || unproven)
        assert.isBelow(requests, 1000)
      }
    ),
  300_000
)
