import type { ProcessMakerPaginationStuck } from "../../ProcessMakerError.js"
import type { PlacedPage } from "./page.js"
import { startOf } from "./windows.js"

export type Stuck = ProcessMakerPaginationStuck["reason"]

/** The maximum number of consecutive requests that do not bring the walk nearer to the end. */
const patience = 100
/** The maximum number of pages of a list whose length the server does not report. */
const mostUnannounced = 10_000

/** Detects a walk that does not get nearer to the end of its list. */
export class Progress {
  #firstAnnounced: number | undefined
  #nearest = Number.POSITIVE_INFINITY
  #idle = 0

  /** Takes a page with `unseen` new rows. Returns why the walk is stuck, or undefined if it is not. */
  stuckAt(
    { announced, ids, window }: PlacedPage,
    unseen: number,
    seen: number,
    isSearching: boolean
  ): Stuck | undefined {
    this.#firstAnnounced ??= announced
    const position = startOf(window) + ids.length
    // A length that this page exceeds says nothing.
    const left = announced === undefined || announced < position ? Number.POSITIVE_INFINITY : announced - position
    const isNearer = unseen > 0 && (seen <= (this.#firstAnnounced ?? 0) || left < this.#nearest)
    this.#idle = isNearer ? 0 : this.#idle + 1
    if (unseen > 0) {
      this.#nearest = Math.min(this.#nearest, left)
      return this.#idle > (left === Number.POSITIVE_INFINITY ? mostUnannounced : patience) ? "endless" : undefined
    }
    // A walk that starts over passes everything that it read once more.
    const isOver = this.#idle > patience + seen / window.size
    return isOver ? isSearching ? "lostPlace" : "repeated" : undefined
  }
}
