import type { Place } from "./cursor.js"

/** The maximum number of IDs remembered. At least half of them are remembered at any time. */
const bound = 10_000
/** The maximum number of IDs in a cursor. */
const inCursor = 100

/** The IDs read last, in reading order. */
export class RecentIds {
  // Two halves, the older of which is dropped whole: deleting the oldest keys of a map one by one is slow.
  #older = new Map<string, number>()
  #newer = new Map<string, number>()
  #count = 0
  #latest: Array<string> = []
  /** IDs that come after the walk's place again, nearest first. */
  #ahead: ReadonlyArray<string> = []
  #complete: boolean

  /** `complete`: no others were read before. `ahead`: how many of the first ones come again. */
  constructor(ids: ReadonlyArray<string>, complete: boolean, ahead = 0) {
    this.#complete = complete
    for (const id of ids) this.add(id)
    this.#ahead = ids.slice(0, ahead)
  }

  /** Whether it still holds every ID that was read. */
  get complete(): boolean {
    return this.#complete
  }

  get last(): string | undefined {
    return this.#latest.at(-1)
  }

  /** The IDs for a cursor: those that come again, then those read last. */
  get latest(): Pick<Place, "ids" | "ahead"> {
    const ahead = this.#ahead.filter((id) => this.rank(id) > 0)
    const others = this.#latest.filter((id) => !ahead.includes(id))
    return { ids: [...ahead, ...others.slice(ahead.length - inCursor)], ahead: ahead.length }
  }

  /** The position of an ID in reading order, from 1; 0 if it is not remembered. */
  rank(id: string): number {
    return this.#newer.get(id) ?? this.#older.get(id) ?? 0
  }

  /** Whether the order of these IDs differs from the order in which they were read. */
  isShuffled(ids: ReadonlyArray<string>): boolean {
    const known = ids.map((id) => this.rank(id)).filter((rank) => rank > 0)
    return known.some((rank, index) => rank < (known[index - 1] ?? 0))
  }

  /** The walk continues behind this ID, or at the head: what was read after it comes again, unless it was deleted. */
  goOnBehind(id = ""): void {
    const met = this.#ahead.indexOf(id)
    const after = this.#latest.slice(this.#latest.lastIndexOf(id) + 1).filter((other) => !this.#ahead.includes(other))
    this.#ahead = met < 0 ? [...after, ...this.#ahead].slice(0, inCursor - 1) : this.#ahead.slice(met + 1)
  }

  /** The list ends at the place, so nothing comes again. */
  reachEnd(): void {
    this.#ahead = []
  }

  /**
   * Reads the rows of a page from an index on. The first `overlap` rows were expected again. Returns the indices of the
   * rows to emit (those not read before, or all), the number of other rows read before, and the number not read before.
   */
  readOn(ids: ReadonlyArray<string>, from: number, overlap: number, all: boolean) {
    const anchor = ids[from - 1]
    const isStartingOver = from === 0 && overlap > 0
    if (anchor === undefined ? isStartingOver : anchor !== this.last && this.rank(anchor) > 0) {
      this.goOnBehind(anchor)
      // For the next page and for a cursor, what precedes the place counts as read last.
      const before = ids.slice(0, from).filter((id) => this.rank(id) > 0)
      this.#latest = [...this.#latest.filter((id) => !before.includes(id)), ...before]
    }
    const fresh: Array<number> = []
    let [repeated, unseen] = [0, 0]
    ids.forEach((id, index) => {
      const isKnown = this.rank(id) > 0
      if (isKnown && index >= overlap) repeated++
      if (index < from) return
      if (!isKnown) unseen++
      if (!isKnown || all) fresh.push(index)
      this.add(id, isKnown)
    })
    return { fresh, repeated, unseen }
  }

  /** An ID that is read again becomes the last one: inserted rows came between it and the place. */
  add(id: string, isKnown: boolean = this.rank(id) > 0): void {
    if (this.#newer.size >= bound / 2) {
      this.#complete &&= this.#older.size === 0
      this.#older = this.#newer
      this.#newer = new Map()
    }
    const met = this.#ahead.indexOf(id)
    if (met >= 0) this.#ahead = this.#ahead.slice(met + 1)
    if (isKnown) this.#latest = this.#latest.filter((other) => other !== id)
    this.#newer.set(id, ++this.#count)
    this.#latest.push(id)
    if (this.#latest.length >= 2 * inCursor) this.#latest = this.#latest.slice(-inCursor)
  }
}
