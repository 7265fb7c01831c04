/** Scenes of the walk: small inputs, each for one rule. */
import { assert, describe, it } from "@effect/vitest"
import { placed } from "../../src/internal/list/page.js"
import type { PageRead } from "../../src/internal/list/page.js"
import { RecentIds } from "../../src/internal/list/recentIds.js"
import { Walk } from "../../src/internal/list/walk.js"
import { endOf, farthestWith, startOf } from "../../src/internal/list/windows.js"
import { compare, MovingList } from "./movingList.js"
import type { Change, Server } from "./movingList.js"
import { read } from "./reading.js"
import type { ReadOptions } from "./reading.js"

const pagesIn = (rows: number, perPage: number) => Math.max(1, Math.ceil(rows / perPage))
const each = (count: number, change: Omit<Change, "after" | "to">) =>
  Array.from({ length: count }, (): Change => ({ after: 1, to: 1, ...change }))
const all = { lost: 0, twice: 0 }
const silent: Server["numbers"] = () => undefined
const capped = (cap: number) => (asked: number) => Math.min(asked, cap)

const lists = (server: Server, options: ReadOptions, lengths: ReadonlyArray<number>) =>
  lengths.map((length) => {
    const list = new MovingList(length, [], server)
    return { list, ...read(list, options) }
  })

describe("a list that moves", () => {
  it("by a bulk that is searched for: a look that finds nothing is no further change", () => {
    const bulk: Change = { after: 8, kind: "insert", where: 0, to: 1, count: 900 }
    const list = new MovingList(2000, [bulk], { numbers: (said) => ({ ...said, total: 2000, total_pages: 20 }) })
    const { changes, end, ids, requests } = read(list, { prefetch: 0 })
    assert.deepStrictEqual([end, compare(ids, list)], ["ended", all])
    assert.isAbove(requests, 30)
    assert.isBelow(changes, 15)
  })

  it("at constant length, one deleted and one appended between all requests: nobody lost", () => {
    for (let length = 100; length < 1300; length += 37) {
      const list = new MovingList(length, each(900, { kind: "swap", where: (length % 7) / 10, count: 1 }))
      const { end, ids, unproven } = read(list, { perPage: 30 + length % 70 })
      assert.deepStrictEqual([end, compare(ids, list), unproven], ["ended", all, false])
    }
  })

  it("at its head, a few rows at every request and for ever: hardly more requests, however many are read ahead", () => {
    for (const [perPage, count] of [[20, 1], [20, 3], [60, 8], [100, 1], [100, 20]] as const) {
      for (const prefetch of [0, 1, 5]) {
        const list = new MovingList(10 * perPage, each(10_000, { kind: "swap", where: 0, count }))
        const { end, ids, requests } = read(list, { perPage, prefetch })
        assert.deepStrictEqual([end, compare(ids, list)], ["ended", all])
        assert.isAtMost(requests, 25 + prefetch)
      }
    }
  })

  it("and shrinks at its head at every request: a look finds the place though it moves on meanwhile", () => {
    for (const prefetch of [0, 3]) {
      const list = new MovingList(3000, each(50, { kind: "delete", where: 0, count: 20 }))
      const { end, ids, requests } = read(list, { prefetch })
      assert.deepStrictEqual([end, compare(ids, list)], ["ended", all])
      assert.isAtMost(requests, 45)
    }
  })

  it("by a third of a page at every request and for ever: endless, nobody twice", () => {
    for (const prefetch of [0, 5]) {
      const list = new MovingList(1000, each(10_000, { kind: "swap", where: 0, count: 35 }))
      const { end, ids, requests } = read(list, { prefetch })
      assert.deepStrictEqual([end, compare(ids, list).twice], ["endless", 0])
      assert.isBelow(requests, 450)
    }
  })

  it("by two a page, `c0 c1 | c2 c3`: c1 goes and one is appended in between, and c2 is not lost", () => {
    for (const size of [(asked: number) => asked, () => 2]) {
      const list = new MovingList(4, [{ after: 1, kind: "swap", where: 0.3, to: 1, count: 1 }], { size })
      const { end, ids, unproven } = read(list, { perPage: 2, prefetch: 0 })
      assert.strictEqual(end, "ended")
      assert.isTrue(compare(ids, list).lost === 0 || unproven)
    }
    const list = new MovingList(4, [{ after: 1, kind: "swap", where: 0.3, to: 1, count: 1 }])
    assert.deepStrictEqual(compare(read(list, { perPage: 2, prefetch: 0 }).ids, list), all)
  })

  it("672 clients that grow by two at every request take 10 requests, however many are read ahead", () => {
    for (const prefetch of [0, 1, 5]) {
      const list = new MovingList(672, each(900, { kind: "insert", where: 1, count: 2 }))
      assert.isAtMost(read(list, { perPage: 98, prefetch }).requests, 10)
    }
  })

  it("30 clients that grow by one at every request, at 10 a page, take a handful of requests", () => {
    const list = new MovingList(30, each(900, { kind: "insert", where: 1, count: 1 }))
    const { end, requests } = read(list, { perPage: 10 })
    assert.deepStrictEqual([end, requests <= 8], ["ended", true])
  })

  it("grows as fast as it is read: endless 100 pages beyond what was announced first", () => {
    for (const prefetch of [0, 3]) {
      const list = new MovingList(500, each(900, { kind: "insert", where: 1, count: 100 }))
      const { end, requests } = read(list, { prefetch })
      assert.deepStrictEqual([end, requests > 100, requests < 120], ["endless", true, true])
    }
  })

  it("growth within what was announced first is no endless list", () => {
    const list = new MovingList(15_000, each(130, { kind: "insert", where: 1, count: 100 }))
    const { end, ids } = read(list, {})
    assert.deepStrictEqual([end, ids.length], ["ended", 28_000])
  })

  it("loses all that was read: starts over if all of it is remembered, and is stuck if resumed", () => {
    const list = new MovingList(500, [{ after: 3, kind: "delete", where: 0, to: 0, count: 290 }])
    const { end, ids } = read(list, { prefetch: 0 })
    assert.deepStrictEqual([end, compare(ids, list)], ["ended", all])
    const cut = new MovingList(500)
    const { place } = read(cut, { prefetch: 0 }, 2)
    cut.remove(90, 110)
    const rest = read(cut, { resume: place, prefetch: 0 })
    assert.deepStrictEqual([rest.end, rest.ids, rest.requests < 20], ["lostPlace", [], true])
  })

  it("and remembers only so many: nobody twice", () => {
    const swaps = Array.from({ length: 40 }, (): Change => ({ after: 6, kind: "swap", where: 0.02, to: 0, count: 40 }))
    const list = new MovingList(25_000, swaps)
    assert.deepStrictEqual(compare(read(list, {}).ids, list), all)
  })

  it("what follows the latest-read row comes next, not what was inserted in front of it", () => {
    const numbers = { perPage: 4, total: 9 }
    const [, second] = steps({ rows: ["a", "b", "c", "d"], numbers }, { rows: ["c", "new", "d", "e"], numbers })
    assert.deepStrictEqual(second?.fresh, [3])
  })

  it("shows the change: its length, the last-read client moved, clients that repeat", () => {
    const numbers = { perPage: 4, total: 9 }
    const first = { rows: ["a", "b", "c", "d"], numbers }
    const [, total] = steps(first, { rows: ["d", "e", "f"], numbers: { perPage: 3, total: 8 } })
    assert.deepStrictEqual([total?.sign, total?.repeated], ["total", 0])
    const [, moved] = steps(first, { rows: ["c", "d", "e"], numbers: { perPage: 3, total: 9 } })
    assert.deepStrictEqual([moved?.sign, moved?.repeated, moved?.fresh], ["moved", 1, [2]])
    const [, repeated] = steps(first, { rows: ["d", "e", "a"], numbers: { perPage: 3, total: 9 } })
    assert.deepStrictEqual([repeated?.sign, repeated?.repeated, repeated?.fresh], ["repeated", 1, [1]])
  })

  it("with onDrift fail each sign ends the walk, and nothing of that page is given", () => {
    const append: Change = { after: 2, kind: "insert", where: 1, to: 1, count: 1 }
    const swap: Change = { after: 2, kind: "swap", where: 0.01, to: 1, count: 1 }
    const front: Change = { after: 2, kind: "insert", where: 0, to: 0, count: 1 }
    const uncounted: Server["numbers"] = ({ total: _, total_pages: __, ...said }) => said
    assert.strictEqual(read(new MovingList(500, [append]), { onDrift: "fail" }).end, "drift")
    const swapped = read(new MovingList(500, [swap]), { onDrift: "fail" })
    assert.deepStrictEqual([swapped.end, swapped.ids.length % 100 > 90 || swapped.ids.length === 100], ["drift", true])
    const single = new MovingList(100, [front], { size: () => 15, numbers: uncounted })
    assert.strictEqual(read(single, { onDrift: "fail" }).end, "drift")
  })
})

describe("a list at rest", () => {
  it("costs at most 1.15 times the pages at 100 a page, 1.5 at 15, and one more, however many are read ahead", () => {
    for (const [perPage, times] of [[100, 1.15], [15, 1.5]] as const) {
      for (const prefetch of [0, 1, 8]) {
        for (const { ids, list, requests } of lists({}, { perPage, prefetch }, [1, 99, 100, 101, 700, 1234, 2000])) {
          assert.deepStrictEqual(ids, list.ids)
          assert.isAtMost(requests, times * pagesIn(ids.length, perPage) + 1)
        }
      }
    }
  })

  it("with onDrift ignore: the server's own pages, one request each", () => {
    for (const { ids, list, requests } of lists({}, { perPage: 50, onDrift: "ignore" }, [0, 1, 49, 51, 120, 449])) {
      assert.deepStrictEqual([ids, requests], [list.ids, pagesIn(list.ids.length, 50)])
    }
    for (const size of [capped(20), () => 15]) {
      for (const numbers of [undefined, silent]) {
        const list = new MovingList(130, [], { size, numbers })
        assert.deepStrictEqual(read(list, { perPage: 50, onDrift: "ignore" }).ids, list.ids)
      }
    }
    const middle = { ids: ["c59"], position: 60, total: 120, maxPerPage: 50, seen: 60, ahead: 0 }
    assert.deepStrictEqual(
      read(new MovingList(120), { onDrift: "ignore", resume: middle }).ids,
      new MovingList(120).ids.slice(60)
    )
  })

  it.each([1, 4])("gives a row without an id once, though pages overlap, with %i pages planned", (planned) => {
    const rows = ["a", "b", undefined, undefined, "c", "d", undefined, "e"]
    const walk = new Walk({ perPage: 4, onDrift: "recover" })
    const given: Array<number> = []
    let requests = 0
    for (let [asked] = walk.plan(planned); asked !== undefined; [asked] = walk.plan(planned)) {
      requests++
      const start = startOf(asked)
      const numbers = { total: rows.length, perPage: asked.size }
      const { fresh } = walk.take({ asked, rows: rows.slice(start, endOf(asked)), numbers })
      given.push(...fresh.map((index) => start + index))
    }
    assert.deepStrictEqual([given, requests], [[0, 1, 2, 3, 4, 5, 6, 7], 4])
  })
})

describe("servers of other kinds", () => {
  it("that clamp, with a size for each page or a single one: all once", () => {
    for (const size of [(asked: number) => asked, () => 15]) {
      const lengths = [0, 1, 15, 30, 45, 90, 91]
      for (const { end, ids, list, requests } of lists({ clamps: true, size }, { perPage: 30 }, lengths)) {
        assert.deepStrictEqual([end, ids], ["ended", list.ids])
        assert.isBelow(requests, 20)
      }
    }
    const shrinks: Change = { after: 4, kind: "delete", where: 0, to: 0, count: 60 }
    const list = new MovingList(120, [shrinks], { clamps: true, size: () => 15 })
    assert.deepStrictEqual(compare(read(list, {}).ids, list), all)
  })

  it("that cap the size, or give a single one, with numbers or without: all once", () => {
    for (const size of [capped(50), () => 15, () => 150]) {
      for (const numbers of [undefined, silent, ({ total }: { total: number }) => ({ total })]) {
        const lengths = [0, 1, 14, 15, 49, 50, 51, 120, 150, 300]
        for (const { end, ids, list } of lists({ size, numbers }, { perPage: 100 }, lengths)) {
          assert.deepStrictEqual([end, ids], ["ended", list.ids])
        }
      }
    }
  })

  it("that cap the size: pages overlap, so that a swap between requests loses nobody", () => {
    for (const cap of [15, 50]) {
      const list = new MovingList(333, each(300, { kind: "swap", where: 0, count: 1 }), { size: capped(cap) })
      const { end, ids, unproven } = read(list, {})
      assert.deepStrictEqual([end, compare(ids, list), unproven], ["ended", all, false])
    }
  })

  it("that give a single size: unproven as soon as there are two pages", () => {
    const told = lists({ size: () => 15 }, { perPage: 100 }, [0, 14, 15, 16, 40]).map(({ unproven }) => unproven)
    assert.deepStrictEqual(told, [false, false, true, true, true])
  })

  it("that cap at a few rows, where only a larger page would overlap: all once, unproven", () => {
    for (const { end, ids, list, unproven } of lists({ size: capped(5) }, { perPage: 5 }, [59, 60, 61, 130])) {
      assert.deepStrictEqual([end, ids, unproven], ["ended", list.ids, ids.length > 59])
    }
  })

  it("that announce too little or too much: all once, in one request more at most", () => {
    for (const total of [-7, 0, 1]) {
      for (const perPage of [15, 100]) {
        const numbers: Server["numbers"] = (said) => ({ ...said, total: said.total + total })
        for (const { ids, list, requests } of lists({ numbers }, { perPage, prefetch: 0 }, [1, 100, 672, 1500])) {
          assert.deepStrictEqual(ids, list.ids)
          assert.isAtMost(requests, (perPage === 100 ? 1.15 : 1.5) * pagesIn(ids.length, perPage) + 2)
        }
      }
    }
  })

  it("that announce nothing: nothing is read ahead", () => {
    const uncounted: Server["numbers"] = ({ total: _, total_pages: __, ...said }) => said
    const list = new MovingList(300, [], { numbers: uncounted })
    assert.strictEqual(read(list, { prefetch: 8 }).requests, read(new MovingList(300), { prefetch: 0 }).requests)
  })

  it("that hide rows after counting them: one look more, and what is taken behind them is unproven", () => {
    const hides = (nth: number) => ({ isHidden: (id: string) => Number(id.slice(1)) % nth === nth - 1 })
    for (const { end, ids, list, unproven } of lists(hides(10), { perPage: 20 }, [40, 100, 333])) {
      const shown = list.ids.filter((id) => Number(id.slice(1)) % 10 !== 9)
      assert.deepStrictEqual([end, ids, unproven], ["ended", shown, true])
    }
  })

  it("that hide rows, and a page is inserted in front of those that were read: the look goes on behind them", () => {
    const isHidden = (id: string) => Number(id.slice(1)) % 2 === 0
    const grows: Change = { after: 1, kind: "insert", where: 0, to: 0, count: 49 }
    const list = new MovingList(50, [grows], { isHidden })
    for (const id of list.ids) if (isHidden(id)) list.stays.delete(id)
    assert.deepStrictEqual(compare(read(list, { perPage: 49, prefetch: 0 }).ids, list), all)
  })

  it("that hide rows, and 120 are deleted at once: a look at what was read already ends nothing", () => {
    const moves: ReadonlyArray<Change> = [
      { after: 2, kind: "insert", where: 0, to: 1, count: 2 },
      { after: 1, kind: "insert", where: 0, to: 0, count: 1 },
      { after: 1, kind: "delete", where: 0.488, to: 1, count: 120 }
    ]
    const isHidden = (id: string) => Number(id.slice(1)) % 3 === 0
    const list = new MovingList(322, moves, { isHidden })
    for (const id of list.ids) if (isHidden(id)) list.stays.delete(id)
    assert.deepStrictEqual(compare(read(list, { perPage: 80, prefetch: 0 }).ids, list), all)
  })

  it("whose numbers their own rows disprove, or that cap with a total that is too high: all once", () => {
    const server = { numbers: (said: { per_page: number }) => ({ ...said, per_page: 10 }) }
    for (const { end, ids, list, requests } of lists(server, { perPage: 50, prefetch: 0 }, [0, 9, 50, 120, 333])) {
      assert.deepStrictEqual([end, ids, requests < 60], ["ended", list.ids, true])
    }
    const grows: Change = { after: 1, kind: "insert", where: 0, to: 0, count: 23 }
    const numbers: Server["numbers"] = (said) => ({ ...said, total: said.total + 1 })
    const list = new MovingList(1, [grows], { size: capped(21), numbers })
    assert.isBelow(read(list, { prefetch: 0 }).requests, 15)
  })

  it("that lie end in all clients or in a reason, in a bounded number of requests", () => {
    const same = liar(() => tens(1), (page) => ({ ...honest(page), total: 1e6, total_pages: page + 1 }))
    assert.deepStrictEqual([same.end, same.ids.length, same.requests < 110], ["repeated", 10, true])
    const ignored = liar(() => tens(1), () => undefined)
    assert.deepStrictEqual([ignored.end, ignored.ids.length, ignored.requests < 110], ["repeated", 10, true])
    const first = () => ({ total: 4, per_page: 2, current_page: 1, total_pages: 2 })
    const cached = liar(() => [1, 2], first, 2)
    assert.deepStrictEqual([cached.end, cached.requests < 6], ["empty", true])
    assert.strictEqual(liar(() => [1], () => ({ ...honest(2), total: 125 })).end, "wrongPage")
    assert.strictEqual(liar(tens, (page) => ({ ...honest(page), total: 77 })).end, "empty")
    assert.strictEqual(liar(tens, (page) => ({ ...honest(page), total_pages: 900 })).ids.length, 35)
    const hole = liar((page) => page === 2 ? [] : tens(page), honest)
    assert.deepStrictEqual([hole.end, hole.ids.length, hole.unproven], ["ended", 25, true])
    for (const said of [undefined, { total: 5 }]) {
      const endless = liar((page) => tens(1).map((n) => n + page * 10), () => said)
      assert.deepStrictEqual([endless.end, endless.requests < 10_010], ["endless", true])
    }
  })

  it("a look without an anchor is taken if no number changed; a page with a higher number never is", () => {
    const numbers = { perPage: 4, total: 8 }
    const first = { rows: ["a", "b", "c"], numbers }
    assert.deepStrictEqual(steps(first, { rows: ["f", "g"], numbers })[1]?.fresh, [0, 1])
    const [, moved] = steps(first, { rows: ["f", "g"], numbers: { ...numbers, total: 7 } })
    assert.deepStrictEqual([moved?.fresh, moved?.end], [[], undefined])
    const pages = { perPage: 4, totalPages: 2 }
    const [, fewer] = steps({ ...first, numbers: pages }, { rows: ["f"], numbers: { ...pages, totalPages: 3 } })
    assert.deepStrictEqual(fewer?.fresh, [])
    const [wrong] = steps({ rows: ["a"], numbers: { ...numbers, currentPage: 2 } })
    assert.deepStrictEqual([wrong?.fresh, wrong?.end], [[], "wrongPage"])
  })
})

describe("parts of the walk", () => {
  it("plan what is announced, and nothing ahead while the place is searched", () => {
    const walk = new Walk({ perPage: 4, onDrift: "recover" })
    const first = { page: 1, size: 4 }
    assert.deepStrictEqual(walk.plan(8), [first])
    walk.take({ asked: first, rows: ["a", "b", "c", "d"], numbers: { perPage: 4, total: 20 } })
    const [second] = walk.plan(8)
    assert.isAbove(walk.plan(8).length, 4)
    if (second === undefined) return assert.fail()
    walk.take({ asked: second, rows: ["x", "y", "z"], numbers: { perPage: second.size, total: 20 } })
    assert.strictEqual(walk.plan(8).length, 1)
  })

  it("windows overlap, come as far as any does, and are larger than asked only where none else overlaps", () => {
    for (const most of [1, 2, 3, 4, 5, 6, 7, 11, 50, 100]) {
      for (let place = 1; place < 2000; place++) {
        const page = farthestWith(place - 1, most, place)
        const farthest = Math.max(...Array.from({ length: most }, (_, n) => Math.ceil(place / (n + 1)) * (n + 1)))
        if (startOf(page) >= place || endOf(page) <= place) assert.fail(`${most} at ${place}: no overlap`)
        if ((page.size <= most) !== (farthest > place)) assert.fail(`${most} at ${place}: ${page.size}`)
        if (page.size <= most && endOf(page) !== farthest) assert.fail(`${most} at ${place}: not as far as ${farthest}`)
      }
    }
  })

  it("ids: at least 5,000 of the last 10,000 are remembered, and that some were forgotten", () => {
    const ids = new RecentIds([], true)
    for (let n = 1; n <= 10_000; n++) ids.add(`${n}`)
    const ranks = (...of: ReadonlyArray<string>) => of.map((id) => ids.rank(id))
    assert.deepStrictEqual([ids.complete, ranks("1", "x", "10000")], [true, [1, 0, 10_000]])
    ids.add("10001")
    assert.deepStrictEqual([ids.complete, ranks("1", "5001")], [false, [0, 5001]])
    ids.add("5001")
    assert.deepStrictEqual([ids.last, ids.latest.ids.length], ["5001", 100])
    assert.deepStrictEqual(ranks("10001", "5001"), [10_001, 10_002])
  })

  it("ids: a cursor has each of the last 100 once, and first those that are to come again", () => {
    const ids = new RecentIds(numbered(1, 150), true)
    for (const id of numbered(141, 150)) ids.add(id)
    assert.deepStrictEqual(ids.latest, { ids: numbered(51, 150), ahead: 0 })
    ids.goOnBehind("120")
    for (const id of numbered(1001, 1090)) ids.add(id)
    assert.deepStrictEqual(ids.latest, { ids: [...numbered(121, 150), ...numbered(1021, 1090)], ahead: 30 })
    const resumed = new RecentIds(ids.latest.ids, false, ids.latest.ahead)
    for (const id of ["123", "1091"]) resumed.add(id)
    assert.deepStrictEqual([resumed.latest.ids[0], resumed.latest.ahead], ["124", 27])
    for (const id of numbered(1092, 1200)) resumed.add(id)
    assert.deepStrictEqual(resumed.latest, { ids: [...numbered(124, 150), ...numbered(1128, 1200)], ahead: 27 })
    // At the latest, they are forgotten as all others are.
    for (const id of numbered(2001, 12_000)) resumed.add(id)
    assert.deepStrictEqual(resumed.latest, { ids: numbered(11_901, 12_000), ahead: 0 })
  })

  it("numbers of a page are believed unless its rows disprove them", () => {
    const page = (rows: number, numbers: PageRead["numbers"]) =>
      placed({ asked: { page: 1, size: 10 }, rows: Array.from({ length: rows }, String), numbers })
    assert.deepInclude(page(10, {}), { isFull: true, isSized: false, goesOn: true, announced: undefined })
    assert.deepInclude(page(9, { total: 9 }), { isFull: false, goesOn: false, announced: 9 })
    assert.deepInclude(page(5, { perPage: 5, totalPages: 3 }), { isFull: true, goesOn: true, announced: 15 })
    assert.deepInclude(page(10, { perPage: 5, total: 10 }), { isSized: false, window: { page: 1, size: 10 } })
  })
})

const numbered = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`)

/** What a walk of 4 a page says to each page of a script, asked for or not. */
const steps = (...pages: ReadonlyArray<Omit<PageRead, "asked">>) => {
  const walk = new Walk({ perPage: 4, onDrift: "recover" })
  return pages.map((page) => walk.take({ asked: walk.plan(1)[0] ?? { page: 1, size: 4 }, ...page }))
}

/** A server that answers whatever it likes. */
const liar = (rows: (page: number) => ReadonlyArray<number>, said: (page: number) => unknown, perPage = 10) => {
  const answer = (page: number) => ({ rows: rows(page).map(String), pagination: said(page) })
  return read({ read: answer }, { perPage, prefetch: 0 })
}
const tens = (page: number) => Array.from({ length: 10 }, (_, n) => (page - 1) * 10 + n).filter((n) => n < 35)
const honest = (page: number) => ({ total: 35, per_page: 10, current_page: page, total_pages: 4 })

describe("a server that tells no numbers", () => {
  const numbers = {}
  const rows = (from: number, count: number) => Array.from({ length: count }, (_, index) => `c${from + index}`)

  it("and fills its list while an empty page is looked behind: its pages are as large as before", () => {
    const walk = new Walk({ perPage: 100, onDrift: "recover" })
    walk.take({ asked: { page: 1, size: 100 }, rows: [], numbers })
    assert.deepStrictEqual(walk.plan(1), [{ page: 2, size: 100 }])
    walk.take({ asked: { page: 2, size: 100 }, rows: rows(100, 3), numbers })
    assert.strictEqual(walk.place.maxPerPage, 100)
  })

  it("and grows from a single client while it is read: that is no cap either", () => {
    const list = new MovingList(1, [{ after: 1, kind: "insert", where: 0, to: 1, count: 79 }], { numbers: silent })
    const { end, ids, requests } = read(list, { perPage: 78, prefetch: 0 })
    assert.deepStrictEqual([end, compare(ids, list)], ["ended", all])
    assert.isAtMost(requests, 10)
  })

  it("and appends rows behind a last page that was not full: that is no cap", () => {
    const walk = new Walk({ perPage: 100, onDrift: "recover" })
    walk.take({ asked: { page: 1, size: 100 }, rows: rows(0, 100), numbers })
    const [second = assert.fail()] = walk.plan(1)
    const start = (second.page - 1) * second.size
    walk.take({ asked: second, rows: rows(start, 30), numbers })
    const [look = assert.fail()] = walk.plan(1)
    walk.take({ asked: look, rows: rows((look.page - 1) * look.size, 5), numbers })
    assert.strictEqual(walk.place.maxPerPage, 100)
  })
})
