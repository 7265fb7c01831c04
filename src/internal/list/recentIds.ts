import type { Place } from "./cursor.js"

/** So many ids are remembered, and at least half of them at any time. */
const bound = 10_000
/** So many of them go into a cursor, which should stay small. */
const inCursor = 100

/** The ids that were read last, in the order in which they were read. */
export class RecentIds {
  // Two halves, the older of which is dropped whole: deleting the oldest keys of a set one by one is slow.
  #older = new Set<string>()
  #newer = new Set<string>()
  #latest: Array<string> = []
  /** What is to come again, nearest first, and how many others came since that was known. */
  #ahead: ReadonlyArray<string> = []
  #since = 0
  #complete: boolean

  /** `complete`: nothing was read before these; `ahead`: so many of them, the first ones, are to come again. */
  constructor(ids: ReadonlyArray<string>, complete: boolean, ahead = 0) {
    this.#complete = complete
    for (const id of ids) this.add(id)
    this.#ahead = ids.slice(0, ahead)
    this.#since = 0
  }

  /** Whether it still holds every id that was ever read. */
  get complete(): boolean {
    return this.#complete
  }

  get last(): string | undefined {
    return this.#latest.at(-1)
  }

  /** What a cursor remembers: what is to come again, and then what was read last. */
  get latest(): Pick<Place, "ids" | "ahead"> {
    const ahead = this.#since > inCursor ? [] : this.#ahead
    const others = this.#latest.filter((id) => !ahead.includes(id))
    return { ids: [...ahead, ...others.slice(ahead.length - inCursor)], ahead: ahead.length }
  }

  /** The walk goes on behind this id, or from the head. What was read after it is to come again, unless it is gone. */
  goOnBehind(id = ""): void {
    const met = this.#ahead.indexOf(id)
    const after = this.#latest.slice(this.#latest.lastIndexOf(id) + 1).filter((other) => !this.#ahead.includes(other))
    this.#ahead = met < 0 ? [...after, ...this.#ahead].slice(0, inCursor - 1) : this.#ahead.slice(met + 1)
    this.#since = 0
  }

  has(id: string): boolean {
    return this.#newer.has(id) || this.#older.has(id)
  }

  /** How late each of these was read, from 1; 0 for those that are not remembered. Slow, and rarely asked for. */
  ranks(ids: ReadonlyArray<string>): ReadonlyArray<number> {
    const found = new Map(ids.filter((id) => this.has(id)).map((id) => [id, 0]))
    if (found.size === 0) return ids.map(() => 0)
    let rank = 0
    for (const half of [this.#older, this.#newer]) {
      for (const id of half) {
        rank++
        if (found.has(id)) found.set(id, rank)
      }
    }
    return ids.map((id) => found.get(id) ?? 0)
  }

  /**
   * Reads the rows of a page from an index on, none if there is none; the first rows overlap with the page before. Fresh
   * are those that were not read yet, or all of them; repeated are others, behind the overlap, that were.
   */
  readOn(ids: ReadonlyArray<string>, from: number | undefined, overlap: number, all: boolean) {
    const fresh: Array<number> = []
    let [repeated, unseen] = [0, 0]
    if (from === undefined) return { fresh, repeated, unseen }
    const anchor = ids[from - 1]
    const isStartingOver = from === 0 && overlap > 0
    if (anchor === undefined ? isStartingOver : anchor !== this.last && this.has(anchor)) this.goOnBehind(anchor)
    ids.forEach((id, index) => {
      const isKnown = this.has(id)
      if (isKnown && index >= overlap) repeated++
      if (index < from) return
      if (!isKnown) unseen++
      if (!isKnown || all) fresh.push(index)
      // What is met again behind an anchor was overtaken by rows that were inserted: it is the last one after all.
      this.add(id, isKnown)
    })
    return { fresh, repeated, unseen }
  }

  /** Whether ids come in another order than they were read in. */
  isShuffled(ids: ReadonlyArray<string>): boolean {
    const known = this.ranks(ids).filter((rank) => rank > 0)
    return known.some((rank, index) => rank < (known[index - 1] ?? 0))
  }

  /** An id that is added again becomes the last one. */
  add(id: string, isKnown: boolean = this.has(id)): void {
    if (this.#newer.size >= bound / 2) {
      this.#complete &&= this.#older.size === 0
      this.#older = this.#newer
      this.#newer = new Set()
    }
    const met = this.#ahead.indexOf(id)
    if (met >= 0) this.#ahead = this.#ahead.slice(met + 1)
    else this.#since++
    // A cursor holds each once: what came again must not push out the others.
    if (isKnown) {
      this.#latest = this.#latest.filter((other) => other !== id)
      this.#newer.delete(id)
    }
    this.#newer.add(id)
    this.#latest.push(id)
    if (this.#latest.length >= 2 * inCursor) this.#latest = this.#latest.slice(-inCursor)
  }
}
