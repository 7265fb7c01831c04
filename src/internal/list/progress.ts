import type { ProcessMakerPaginationStuck } from "../../ProcessMakerError.js"
import type { PlacedPage } from "./page.js"
import { startOf } from "./windows.js"

export type Stuck = ProcessMakerPaginationStuck["reason"]

/** So many requests in a row may bring the walk no nearer to the end. */
const patience = 100
/** So many pages may a list have whose length is not announced. */
const mostUnannounced = 10_000

/** Whether requests bring the walk nearer to the end of its list. */
export class Progress {
  #firstAnnounced: number | undefined
  #nearest = Number.POSITIVE_INFINITY
  #idle = 0

  /** Why the walk is stuck once this page is taken; undefined while it gets anywhere. */
  stuckAt(
    { announced, ids, window }: PlacedPage,
    unseen: number,
    seen: number,
    isSearching: boolean
  ): Stuck | undefined {
    this.#firstAnnounced ??= announced
    const position = startOf(window) + ids.length
    // A length that the page itself exceeds announces nothing.
    const left = announced === undefined || announced < position ? Number.POSITIVE_INFINITY : announced - position
    const isNearer = unseen > 0 && (seen <= (this.#firstAnnounced ?? 0) || left < this.#nearest)
    this.#idle = isNearer ? 0 : this.#idle + 1
    if (unseen > 0) {
      this.#nearest = Math.min(this.#nearest, left)
      return this.#idle > (left === Number.POSITIVE_INFINITY ? mostUnannounced : patience) ? "endless" : undefined
    }
    // All that was read may have to be passed once more.
    const isOver = this.#idle > patience + seen / window.size
    return isOver ? isSearching ? "lostPlace" : "repeated" : undefined
  }
}
