/**
 * The way through an offset-paged list that changes while it is read: pages in, decisions out, no effects.
 *
 * The invariant: whatever stays in the list and lies in front of a remembered client has been read. The head of the list
 * counts as one: nothing lies in front of it. A page is a piece of the list without gaps. So what follows a remembered
 * client (the anchor) on a page is what comes next, and taking it keeps the invariant. When the page was read and where
 * it lay do not matter, only that the clients that stay keep their order. Hence exactly once. Nothing is lost: clients are
 * taken only behind an anchor, and the list ends only where a page with an anchor is not full. Nothing comes twice: what
 * is remembered is dropped, and what was forgotten lies in front of every anchor.
 *
 * The rest is about reaching an anchor in few requests, and about servers that prevent it (`unproven`).
 */
import type { PageStreamOptions } from "../../PageStream.js"
import type { Place } from "./cursor.js"
import { placed, unnamedUpTo } from "./page.js"
import type { PageRead, PlacedPage } from "./page.js"
import { Progress } from "./progress.js"
import type { Stuck } from "./progress.js"
import { RecentIds } from "./recentIds.js"
import { nextLook, searched } from "./search.js"
import type { Search } from "./search.js"
import { endOf, learnt, pageWith, startOf } from "./windows.js"
import type { Paging, Window } from "./windows.js"

export interface WalkOptions {
  readonly perPage: number
  readonly onDrift: NonNullable<PageStreamOptions["onDrift"]>
  readonly resume?: Place | undefined
}

/** What a page adds. */
export interface Step {
  /** Which rows of the page are new, by their index. */
  readonly fresh: ReadonlyArray<number>
  /** How the page shows that the list changed. */
  readonly sign: "total" | "moved" | "repeated" | undefined
  /** How many of its rows were read before, those that were to overlap apart. */
  readonly repeated: number
  /** Undefined while there is more to read. */
  readonly end: "ended" | Stuck | undefined
}

export class Walk {
  readonly #onDrift: WalkOptions["onDrift"]
  readonly #recent: RecentIds
  #paging: Paging
  readonly #progress = new Progress()
  /** Behind the last row that was read, when the list had this length. */
  #position: number
  #total: number | undefined
  #seen: number
  /** The last page that was taken. */
  #taken: PlacedPage | undefined
  /** The pages that were planned, in order, from the one that is wanted now. */
  #planned: ReadonlyArray<Window>
  /** By how many rows more than one pages overlap: more while the list loses rows in front of the place. */
  #slack = 0
  #search: Search | undefined
  #unproven = false
  #lastTotal: number | undefined

  constructor({ onDrift, perPage, resume }: WalkOptions) {
    const { ahead = 0, ids = [], position = 0, seen = 0, total } = resume ?? {}
    this.#onDrift = onDrift
    this.#recent = new RecentIds(ids, position === 0, ahead)
    this.#paging = { most: perPage, isFixed: onDrift === "ignore" }
    this.#position = position
    this.#seen = seen
    this.#total = this.#lastTotal = total ?? undefined
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

  /** The page that goes on behind the place. */
  get next(): Window {
    return this.#planned[0] ?? this.#next()
  }

  /** The length of the list as the server said it last. */
  get lastTotal(): number | undefined {
    return this.#lastTotal
  }

  /** Whether a page was taken without an anchor: changes between it and the page before it may have left no sign. */
  get unproven(): boolean {
    return this.#unproven
  }

  /** The pages to read, in order: the one that is wanted, and those to read ahead behind it, as far as announced. */
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
      // Behind the anchor may be what was overtaken by rows that were inserted, in an order of its own.
      this.#unproven ||= this.#recent.isShuffled(page.ids.slice(0, from))
    }
    const overlap = Math.max(0, this.#position - startOf(page.window))
    const { fresh, repeated, unseen } = this.#recent.readOn(page.ids, from, overlap, this.#onDrift === "ignore")
    this.#seen += unseen
    const { total = this.#lastTotal } = page.numbers
    const isOtherTotal = total !== (this.#lastTotal ?? total)
    this.#lastTotal = total
    const sign = isOtherTotal ? "total" : isMoved ? "moved" : repeated > 0 ? "repeated" : undefined
    const refused = isWrong ? "wrongPage" : sign !== undefined && this.#onDrift === "fail" ? "drift" : undefined
    const end = refused ?? this.#progress.stuckAt(page, unseen, this.#seen, this.#search !== undefined)
      ?? (from === undefined ? this.#lookElsewhere(page) : this.#goOn(page, from, fresh.length))
    if (end !== undefined) this.#planned = []
    return { fresh: refused === undefined ? fresh : [], sign, repeated, end }
  }

  /** Learns how large the server makes its pages. */
  #sized(page: PlacedPage): PlacedPage {
    const { asked, ids, window } = page
    const taken = this.#taken
    // Fewer rows may be all there were. A cap so small counts as a single size.
    const isBlind = taken?.isSized === false && taken.window.page === 1 && taken.ids.length > 10
    if (!isBlind || !this.#isLook() || ids.every((id) => this.#recent.has(id))) {
      this.#paging = learnt(this.#paging, asked.size, window.size)
      return page
    }
    // More lies behind a first page that was not full: the server has a cap that it does not tell, or hides rows.
    const size = taken.ids.length
    this.#paging = { most: size, isFixed: false }
    this.#taken = { ...taken, window: { page: 1, size }, isFull: true }
    return { ...page, window: { page: window.page, size }, isFull: ids.length >= size }
  }

  /** Whether the last client that was read is not where the page should have it. */
  #isMoved({ ids, window }: PlacedPage): boolean {
    const overlap = this.#position - startOf(window)
    return overlap > 0 && this.#search === undefined && ids[overlap - 1] !== this.#recent.last
  }

  /** The index of the row that comes next; none if the page does not show it. */
  #follows(page: PlacedPage): number | undefined {
    const { ids, window } = page
    const { complete, last } = this.#recent
    const start = startOf(window)
    // Nobody minds what moves, or nothing is known that could be met again: then rows are counted.
    if (this.#onDrift === "ignore" || (last === undefined && this.#position > 0)) {
      this.#unproven ||= start > 0
      return Math.max(0, this.#position - start)
    }
    const index = last === undefined ? -1 : ids.indexOf(last)
    if (index >= 0) return index + 1
    const ranks = this.#recent.ranks(ids)
    const highest = Math.max(0, ...ranks)
    // In a list that grew, what was read later may be behind inserted rows: first looks where it would be.
    const isBehind = last !== undefined && this.#expected(page) > searched(this.#search, this.#position, page).ahead
    if (highest > 0 && !isBehind) return ranks.indexOf(highest) + 1
    // Where all is remembered and nothing of it is left, the head is the anchor: the walk starts over.
    if (start === 0 && complete) return 0
    if (!this.#isNeighbour(page)) return undefined
    this.#unproven ||= ids.length > 0 || this.#paging.isFixed
    return 0
  }

  /** The neighbour of the page in front, where none can overlap or rows are hidden: believed if no number changed. */
  #isNeighbour(page: PlacedPage): boolean {
    const taken = this.#search === undefined ? this.#taken : undefined
    const growth = this.#growth(page)
    return taken !== undefined && endOf(taken.window) === startOf(page.window)
      && (growth === 0 || (growth > 0 && page.ids.length === 0))
      && taken.numbers.totalPages === page.numbers.totalPages
  }

  /** Whether a page is read only because the one before it was not full though more was announced. */
  #isLook(): boolean {
    return this.#search === undefined && this.#taken?.isFull === false
  }

  /** The page shows what comes next: the walk goes on behind it, or ends. */
  #goOn(page: PlacedPage, from: number, fresh: number): Step["end"] {
    const { announced = 0, asked, goesOn, ids, isFull, numbers, window } = page
    const position = startOf(window) + ids.length
    const isStill = this.#taken?.ids.at(-1) === this.#recent.last && this.#growth(page) === 0
    const isPast = ids.length === 0 || isStill
    if (fresh === 0 && (window.page < asked.page || (this.#isLook() && !isFull && isPast))) {
      return announced - position >= window.size ? "empty" : "ended"
    }
    const movedBack = this.#position - startOf(window) - from
    this.#slack = Math.floor(Math.max(0, Math.min(movedBack, this.#paging.most / 4)))
    this.#search = undefined
    this.#taken = page
    this.#position = position
    this.#total = numbers.total ?? this.#total
    const [, ...ahead] = this.#planned
    this.#planned = ahead[0] !== undefined && this.#goesOnAt(ahead[0]) ? ahead : [this.#next()]
    return isFull || goesOn ? undefined : "ended"
  }

  /** The page has no anchor, or maybe not the one that was read last. */
  #lookElsewhere(page: PlacedPage): Step["end"] {
    this.#search = searched(this.#search, this.#position, page)
    const look = nextLook(this.#search, this.#position, this.#expected(page), this.#recent.complete, this.#paging)
    if (look === undefined) return "lostPlace"
    this.#planned = [look]
    return undefined
  }

  /** Where the place is by now if all that the list grew by lies in front of it. */
  #expected(page: PlacedPage): number {
    return Math.max(0, this.#position + this.#growth(page))
  }

  /** By how much the list grew since the position was known, if the numbers say so. */
  #growth({ numbers: { total } }: PlacedPage): number {
    return (total ?? 0) - (this.#total ?? total ?? 0)
  }

  #next(): Window {
    const { isFull = true, window } = this.#taken ?? {}
    return isFull || window === undefined ? this.#behind(this.#position) : { page: window.page + 1, size: window.size }
  }

  /** Whether a page that was planned earlier, and may be in flight, still goes on behind the place. */
  #goesOnAt(window: Window): boolean {
    const isOverlap = startOf(window) <= this.#lastNamed(this.#position) && endOf(window) > this.#position
    return isOverlap && !this.#paging.isFixed && window.size <= this.#paging.most
  }

  /** The page that goes on behind a position, and contains the last row in front of it that has an id. */
  #behind(position: number): Window {
    return pageWith(this.#paging, Math.max(0, this.#lastNamed(position) - this.#slack), position)
  }

  #lastNamed(position: number): number {
    return Math.max(0, position - 1 - unnamedUpTo(this.#recent.last))
  }
}
