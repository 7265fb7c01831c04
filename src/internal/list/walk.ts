/**
 * Reads an offset-paged list that changes meanwhile: takes pages and decides what is new and which page comes next. It
 * has no effects.
 *
 * The invariant: every client that stays in the list and precedes a remembered client has been read. The head of the
 * list counts as remembered, since nothing precedes it. A page is a piece of the list without gaps, so the clients that
 * follow a remembered one (the anchor) on a page are the next ones, and reading them keeps the invariant. It does not
 * matter when the page was read or where it was, only that the clients that stay keep their order. So each of them is
 * emitted exactly once. None is lost: clients are taken only behind an anchor, and the list ends only at a page that has
 * an anchor and is not full. None is repeated: remembered clients are dropped, and forgotten ones precede every anchor.
 *
 * The rest reaches an anchor in few requests, and handles servers that prevent it (`unproven`).
 */
import type { PageStreamOptions } from "../../PageStream.js"
import type { Place } from "./cursor.js"
import { placed, unnamedUpTo } from "./page.js"
import type { PageRead, PlacedPage } from "./page.js"
import { Progress } from "./progress.js"
import type { Stuck } from "./progress.js"
import { RecentIds } from "./recentIds.js"
import { endOf, learnt, nextLook, pageWith, searched, startOf } from "./windows.js"
import type { Paging, Search, Window } from "./windows.js"

export interface WalkOptions {
  readonly perPage: number
  readonly onDrift: NonNullable<PageStreamOptions["onDrift"]>
  readonly resume?: Place | undefined
}

/** What a page adds. */
export interface Step {
  /** The indices of the rows to emit. */
  readonly fresh: ReadonlyArray<number>
  /** How the page shows that the list changed. */
  readonly sign: "total" | "moved" | "repeated" | undefined
  /** The number of its rows that were read before, not counting the planned overlap. */
  readonly repeated: number
  /** Undefined if there is more to read. */
  readonly end: "ended" | Stuck | undefined
}

export class Walk {
  readonly #onDrift: WalkOptions["onDrift"]
  readonly #recent: RecentIds
  readonly #progress = new Progress()
  #paging: Paging
  /** The place behind the last row read, in a list of length `#total`. */
  #position: number
  #total: number | undefined
  #seen: number
  /** The last page taken. */
  #taken: PlacedPage | undefined
  /** The planned pages, starting with the next one. */
  #planned: ReadonlyArray<Window>
  /** How many rows beyond the first pages overlap by: more while the list loses rows in front of the place. */
  #slack = 0
  #search: Search | undefined
  /** The length of the list as last reported. */
  lastTotal: number | undefined
  /** A page was taken without an anchor, so a change between it and the previous page may be undetected. */
  unproven = false

  constructor({ onDrift, perPage, resume }: WalkOptions) {
    const { ahead = 0, ids = [], position = 0, seen = 0, total } = resume ?? {}
    this.#onDrift = onDrift
    this.#recent = new RecentIds(ids, position === 0, ahead)
    this.#paging = { most: perPage, isFixed: onDrift === "ignore" }
    this.#position = position
    this.#seen = seen
    this.#total = this.lastTotal = total ?? undefined
    this.#planned = [this.#next()]
  }

  get place(): Place {
    return {
      position: this.#position,
      total: this.#total ?? null,
      maxPerPage: this.#paging.most,
      seen: this.#seen,
      ...this.#recent.latest
    }
  }

  /** The page that continues behind the place. */
  get next(): Window {
    return this.#planned[0] ?? this.#next()
  }

  /** The pages to read, in order: the next one, and those to prefetch after it, up to the announced length. */
  plan(most: number): ReadonlyArray<Window> {
    const { announced = 0, isFull = false } = this.#search === undefined ? this.#taken ?? {} : {}
    const plan = [...this.#planned]
    for (let last = plan.at(-1); last !== undefined && plan.length < most; last = plan.at(-1)) {
      if (!isFull || endOf(last) >= announced) break
      plan.push(this.#behind(endOf(last)))
    }
    this.#planned = plan
    return plan.slice(0, most)
  }

  take(read: PageRead): Step {
    const page = this.#sized(placed(read))
    const isMoved = this.#isMoved(page)
    const isWrong = page.window.page > page.asked.page || page.window.page < 1
    const from = isWrong ? undefined : this.#follows(page)
    if (from !== undefined && (isMoved || this.#search !== undefined)) {
      // Rows behind the anchor may differ in order, since inserted rows came between them.
      this.unproven ||= this.#recent.isShuffled(page.ids.slice(0, from))
    }
    const overlap = Math.max(0, this.#position - startOf(page.window))
    const { fresh, repeated, unseen } = from === undefined
      ? { fresh: [], repeated: 0, unseen: 0 }
      : this.#recent.readOn(page.ids, from, overlap, this.#onDrift === "ignore")
    this.#seen += unseen
    const { total = this.lastTotal } = page.numbers
    const isOtherTotal = total !== (this.lastTotal ?? total)
    this.lastTotal = total
    const sign = isOtherTotal ? "total" : isMoved ? "moved" : repeated > 0 ? "repeated" : undefined
    const refused = isWrong ? "wrongPage" : sign !== undefined && this.#onDrift === "fail" ? "drift" : undefined
    const end = refused ?? this.#progress.stuckAt(page, unseen, this.#seen, this.#search !== undefined)
      ?? (from === undefined ? this.#lookElsewhere(page) : this.#goOn(page, from, fresh.length))
    if (end !== undefined) this.#planned = []
    if (end === "ended") this.#recent.reachEnd()
    return { fresh: refused === undefined ? fresh : [], sign, repeated, end }
  }

  /** Learns the page sizes that the server supports. */
  #sized(page: PlacedPage): PlacedPage {
    const { asked, ids, window } = page
    const taken = this.#taken
    // A first page of a few rows may be the whole list. A cap that small counts as a single size.
    const isBlind = taken?.isSized === false && taken.window.page === 1 && taken.ids.length > 10
    if (!isBlind || !this.#isLook() || ids.every((id) => this.#recent.rank(id) > 0)) {
      this.#paging = learnt(this.#paging, asked.size, window.size)
      return page
    }
    // The list continues after a first page that was not full: the server has an unreported cap, or hides rows.
    const size = taken.ids.length
    this.#paging = { most: size, isFixed: false }
    this.#taken = { ...taken, window: { page: 1, size }, isFull: true }
    return { ...page, window: { page: window.page, size }, isFull: ids.length >= size }
  }

  /** Whether the last client read is not where it should be on the page. */
  #isMoved({ ids, window }: PlacedPage): boolean {
    const overlap = this.#position - startOf(window)
    return overlap > 0 && this.#search === undefined && ids[overlap - 1] !== this.#recent.last
  }

  /** The index of the next row to read, or undefined if the page has no anchor. */
  #follows(page: PlacedPage): number | undefined {
    const { ids, window } = page
    const { complete, last } = this.#recent
    const start = startOf(window)
    // If changes are ignored, or no row before the place is known, the position decides.
    if (this.#onDrift === "ignore" || (last === undefined && this.#position > 0)) {
      this.unproven ||= start > 0
      return Math.max(0, this.#position - start)
    }
    const index = last === undefined ? -1 : ids.indexOf(last)
    if (index >= 0) return index + 1
    const ranks = ids.map((id) => this.#recent.rank(id))
    const highest = Math.max(0, ...ranks)
    // In a list that grew, a later row may be behind inserted ones, so look at its expected position first.
    const isBehind = last !== undefined && this.#expected(page) > searched(this.#search, this.#position, page).ahead
    if (highest > 0 && !isBehind) return ranks.indexOf(highest) + 1
    // If every row read is remembered but none is left, the walk starts over at the head.
    if (start === 0 && complete) return 0
    if (!this.#isNeighbour(page)) return undefined
    this.unproven ||= ids.length > 0 || this.#paging.isFixed
    return 0
  }

  /** Whether the page directly follows the previous one and no number changed, for servers whose pages cannot overlap. */
  #isNeighbour(page: PlacedPage): boolean {
    const taken = this.#search === undefined ? this.#taken : undefined
    const growth = this.#growth(page)
    return taken !== undefined && endOf(taken.window) === startOf(page.window)
      && (growth === 0 || (growth > 0 && page.ids.length === 0))
      && taken.numbers.totalPages === page.numbers.totalPages
  }

  /** Whether the next page is read only because the previous one was not full although more was announced. */
  #isLook(): boolean {
    return this.#search === undefined && this.#taken?.isFull === false
  }

  /** Continues behind a page with an anchor, or ends. */
  #goOn(page: PlacedPage, from: number, fresh: number): Step["end"] {
    const { announced = 0, asked, goesOn, ids, isFull, numbers, window } = page
    const position = startOf(window) + ids.length
    const isStill = this.#taken?.ids.at(-1) === this.#recent.last && this.#growth(page) === 0
    const isPast = ids.length === 0 || isStill
    if (fresh === 0 && (window.page < asked.page || (this.#isLook() && !isFull && isPast))) {
      return announced - position >= window.size ? "empty" : "ended"
    }
    const movedBack = this.#position - startOf(window) - from
    if (!isFull && announced <= position) this.#recent.reachEnd()
    this.#slack = Math.floor(Math.max(0, Math.min(movedBack, this.#paging.most / 4)))
    this.#search = undefined
    this.#taken = page
    this.#position = position
    this.#total = numbers.total ?? this.#total
    const [, ...ahead] = this.#planned
    this.#planned = ahead[0] !== undefined && this.#goesOnAt(ahead[0]) ? ahead : [this.#next()]
    return isFull || goesOn ? undefined : "ended"
  }

  /** Searches for an anchor, or for a later one. */
  #lookElsewhere(page: PlacedPage): Step["end"] {
    this.#search = searched(this.#search, this.#position, page)
    const look = nextLook(this.#search, this.#position, this.#expected(page), this.#recent.complete, this.#paging)
    if (look === undefined) return "lostPlace"
    this.#planned = [look]
    return undefined
  }

  /** The place now, if everything that the list grew by was inserted in front of it. */
  #expected(page: PlacedPage): number {
    return Math.max(0, this.#position + this.#growth(page))
  }

  /** How much the list grew since the position was known, according to its length. */
  #growth({ numbers: { total } }: PlacedPage): number {
    return (total ?? 0) - (this.#total ?? total ?? 0)
  }

  #next(): Window {
    const { isFull = true, window } = this.#taken ?? {}
    return isFull || window === undefined ? this.#behind(this.#position) : { page: window.page + 1, size: window.size }
  }

  /** Whether a page that was planned earlier, and may be in flight, still continues behind the place. */
  #goesOnAt(window: Window): boolean {
    const isOverlap = startOf(window) <= this.#lastNamed(this.#position) && endOf(window) > this.#position
    return isOverlap && !this.#paging.isFixed && window.size <= this.#paging.most
  }

  /** The page that continues behind a position and contains the last row before it that has an ID. */
  #behind(position: number): Window {
    return pageWith(this.#paging, Math.max(0, this.#lastNamed(position) - this.#slack), position)
  }

  #lastNamed(position: number): number {
    return Math.max(0, position - 1 - unnamedUpTo(this.#recent.last))
  }
}
