/** Scenes of a walk that goes on from the place of another one, as a job does that was killed. */
import { assert, describe, it } from "@effect/vitest"
import { compare, MovingList } from "./movingList.js"
import type { Change, Server } from "./movingList.js"
import { read } from "./reading.js"
import type { List } from "./reading.js"

const all = { lost: 0, twice: 0 }
const silent: Server["numbers"] = () => undefined

describe("resumed", () => {
  it("after the 40 or the 90 latest-read were deleted: exactly the rest", () => {
    for (const gone of [40, 90]) {
      const list = new MovingList(500)
      const { ids, place } = read(list, { prefetch: 0 }, 3)
      list.remove(ids.length - gone, gone)
      const rest = read(list, { resume: place })
      assert.deepStrictEqual([rest.end, rest.ids], ["ended", list.ids.slice(ids.length - gone)])
    }
  })

  it("where the list grew by pages in front: finds the place ahead, at once where the length is told", () => {
    for (const [numbers, most] of [[undefined, 10], [silent, 30]] as const) {
      const list = new MovingList(1000, [], { numbers })
      const { ids, place } = read(list, { prefetch: 0 }, 4)
      list.insert(0, 450)
      const rest = read(list, { resume: place, prefetch: 0 })
      assert.deepStrictEqual([rest.end, rest.ids], ["ended", list.ids.slice(450 + ids.length)])
      assert.isAtMost(rest.requests, most)
    }
  })

  it("where more were inserted in front of the last-read one than a cursor remembers: nobody twice", () => {
    for (const numbers of [undefined, silent]) {
      const list = new MovingList(2, [], { numbers })
      const first = read(list, {})
      list.insert(1, 153)
      const second = read(list, { resume: first.place })
      assert.strictEqual(second.ids.length, numbers === undefined ? 0 : 153)
      assert.deepStrictEqual(read(list, { resume: second.place }).ids, [])
    }
  })

  it("where the list grows again while the place is searched: looks there too, and nobody comes twice", () => {
    const list = new MovingList(130)
    const first = read(list, { perPage: 48 })
    list.insert(8, 61)
    let requests = 0
    const growing: List = {
      read: (page, size) => {
        if (++requests === 2) list.insert(165, 153)
        return list.read(page, size)
      }
    }
    const second = read(growing, { resume: first.place, prefetch: 0 }, 2)
    const third = read(list, { resume: second.place })
    assert.deepStrictEqual(compare([...first.ids, ...second.ids, ...third.ids], list), all)
  })

  it("killed after it started over, before it met again what it had read: nobody twice", () => {
    for (const pages of [3, 4, 5, 6]) {
      const grows: Change = { after: 2, kind: "insert", where: 0, to: 0, count: 100 }
      const list = new MovingList(60, [grows], { numbers: silent })
      const first = read(list, { perPage: 30, prefetch: 0 }, pages)
      const second = read(list, { resume: first.place })
      assert.deepStrictEqual(compare([...first.ids, ...second.ids], list), all)
    }
  })

  it("far down a list that does not say how long it is: finds the place on either side in few requests", () => {
    const list = new MovingList(10_000, [], { numbers: silent })
    const { ids, place } = read(list, { prefetch: 0 }, 55)
    list.insert(0, 450)
    const grown = read(list, { resume: place, prefetch: 0 }, 1)
    assert.deepStrictEqual([grown.ids[0], grown.requests < 25], [`c${ids.length}`, true])
    list.remove(0, 900)
    const shrunk = read(list, { resume: place, prefetch: 0 }, 1)
    assert.deepStrictEqual([shrunk.ids[0], shrunk.requests < 25], [`c${ids.length}`, true])
  })

  it("after each page, where a bulk came in front of some that were read, at constant length: nobody twice", () => {
    for (const perPage of [10, 20, 100]) {
      for (const count of [20, 60, 100]) {
        for (const distance of [5, 40, 95]) {
          const list = new MovingList(400)
          const ids: Array<string> = []
          let part = read(list, { perPage, prefetch: 0 }, 1)
          for (let isMoved = false; part.end === "taken"; part = read(list, { resume: part.place, prefetch: 0 }, 1)) {
            ids.push(...part.ids)
            if (isMoved || ids.length <= 150) continue
            isMoved = true
            list.insert(ids.length - distance, list.remove(400 - count, count))
          }
          assert.deepStrictEqual([part.end, compare([...ids, ...part.ids], list)], ["ended", all])
        }
      }
    }
  })

  it("after every two pages, where more than a cursor remembers came in front of some that were read: nobody twice", () => {
    for (const count of [130, 250]) {
      for (const distance of [20, 60, 95]) {
        const list = new MovingList(900, [], { numbers: silent })
        let part = read(list, { prefetch: 0 }, 4)
        const ids = [...part.ids]
        list.insert(ids.length - distance, count)
        for (let end = "taken"; end === "taken"; end = part.end) {
          part = read(list, { resume: part.place, prefetch: 0 }, 2)
          ids.push(...part.ids)
        }
        assert.deepStrictEqual([part.end, compare(ids, list)], ["ended", all])
      }
    }
  })

  it("killed where it went on behind an early client, since later ones were deleted: nobody twice", () => {
    const list = new MovingList(63, [], { numbers: silent })
    const first = read(list, { perPage: 38 })
    list.remove(19, 44)
    const inserting: List = {
      read: (page, size) => {
        const answer = list.read(page, size)
        if (list.requests === first.requests + 3) list.insert(6, 91)
        return answer
      }
    }
    const second = read(inserting, { resume: first.place, prefetch: 0 }, 3)
    const third = read(list, { resume: second.place })
    assert.deepStrictEqual(compare([...first.ids, ...second.ids, ...third.ids], list), all)
  })

  it("after its end, also that of an empty list: what was added since", () => {
    for (const length of [0, 1, 60, 100, 235]) {
      const list = new MovingList(length)
      const { place } = read(list, { perPage: 100 })
      assert.deepStrictEqual(read(list, { resume: place }).ids, [])
      list.insert(length, 30)
      assert.deepStrictEqual(read(list, { resume: place }).ids, list.ids.slice(length))
    }
  })

  it("in pages of another size", () => {
    for (const [one, other] of [[100, 7], [7, 100], [3, 50], [60, 2]] as const) {
      const list = new MovingList(333)
      const { ids, place } = read(list, { perPage: one }, 3)
      assert.deepStrictEqual(read(list, { resume: place, perPage: other }).ids, list.ids.slice(ids.length))
    }
  })

  it("from a page that brought nothing to remember: by its position, unproven", () => {
    const place = { ids: [], position: 60, total: null, maxPerPage: 30, seen: 60, ahead: 0 }
    const { end, ids, unproven } = read(new MovingList(90), { resume: place })
    assert.deepStrictEqual([end, ids, unproven], ["ended", new MovingList(90).ids.slice(60), true])
  })

  it("while it meets again what was read before it started over: nobody twice", () => {
    const list = new MovingList(177, [
      { after: 1, kind: "insert", where: 0, to: 0, count: 2 },
      { after: 1, kind: "insert", where: 0.05, to: 0, count: 84 },
      { after: 0, kind: "insert", where: 0.652, to: 1, count: 1 }
    ], {})
    const first = read(list, { perPage: 45 }, 2)
    const second = read(list, { resume: first.place }, 4)
    const third = read(list, { resume: second.place }, 1)
    const last = read(list, { resume: third.place })
    assert.deepStrictEqual(compare([first, second, third, last].flatMap(({ ids }) => ids), list), all)
  })
})
