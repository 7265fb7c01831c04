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
  #complete: boolean

  /** `complete`: nothing was read before these. */
  constructor(ids: ReadonlyArray<string>, complete: boolean) {
    this.#complete = complete
    for (const id of ids) this.add(id)
  }

  /** Whether it still holds every id that was ever read. */
  get complete(): boolean {
    return this.#complete
  }

  get last(): string | undefined {
    return this.#latest.at(-1)
  }

  /** What a cursor remembers. */
  get latest(): ReadonlyArray<string> {
    return this.#latest.slice(-inCursor)
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

  /** An id that is added again becomes the last one. */
  add(id: string): void {
    if (this.#newer.size >= bound / 2) {
      this.#complete &&= this.#older.size === 0
      this.#older = this.#newer
      this.#newer = new Set()
    }
    this.#newer.delete(id)
    this.#newer.add(id)
    this.#latest.push(id)
    if (this.#latest.length >= 2 * inCursor) this.#latest = this.#latest.slice(-inCursor)
  }
}
