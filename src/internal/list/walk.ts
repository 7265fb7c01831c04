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
import type { ProcessMakerPaginationStuck } from "../../ProcessMakerError.js"
import type { Place } from "./cursor.js"
import { placed, unnamedUpTo } from "./page.js"
import type { PageRead, PlacedPage } from "./page.js"
import { RecentIds } from "./recentIds.js"
import { endOf, farthestWith, isSame, pageWith, startOf } from "./windows.js"
import type { Window } from "./windows.js"

export interface WalkOptions {
  readonly perPage: number
  readonly onDrift: NonNullable<PageStreamOptions["onDrift"]>
  readonly resume?: Place | undefined
}

type Stuck = ProcessMakerPaginationStuck["reason"]

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

/** The part of the list that was searched for an anchor. Nothing is left to search ahead where `ahead` is infinite. */
interface Search {
  readonly back: number
  readonly ahead: number
}

/** So many requests in a row may bring the walk no nearer to the end. */
const patience = 100
/** So many pages may a list have whose length is not announced. */
const mostUnannounced = 10_000

export class Walk {
  readonly #onDrift: WalkOptions["onDrift"]
  readonly #recent: RecentIds
  /** The size of the largest page: as asked for, or as the server allows. */
  #most: number
  /** The server has a single size, or nobody minds what moves: pages do not overlap. */
  #isFixed: boolean
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
  #firstAnnounced: number | undefined
  #nearest = Number.POSITIVE_INFINITY
  #idle = 0

  constructor({ onDrift, perPage, resume }: WalkOptions) {
    const { ahead = 0, ids = [], position = 0, seen = 0, total } = resume ?? {}
    this.#onDrift = onDrift
    this.#recent = new RecentIds(ids, position === 0, ahead)
    this.#most = perPage
    this.#isFixed = onDrift === "ignore"
    this.#position = position
    this.#seen = seen
    this.#total = this.#lastTotal = total ?? undefined
    this.#planned = [this.#next()]
  }

  get place(): Place {
    return {
      position: this.#position,
      total: this.#total ?? null,
      maxPerPage: this.#most,
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
    if (from !== undefined && (isMoved || this.#search !== undefined)) this.#unproven ||= this.#isShuffled(page, from)
    const seen = this.#seen
    const { fresh, repeated } = from === undefined ? { fresh: [], repeated: 0 } : this.#read(page, from)
    const { total = this.#lastTotal } = page.numbers
    const sign = total !== (this.#lastTotal ?? total)
      ? "total"
      : isMoved
      ? "moved"
      : repeated > 0
      ? "repeated"
      : undefined
    this.#lastTotal = total
    const refused = isWrong ? "wrongPage" : sign !== undefined && this.#onDrift === "fail" ? "drift" : undefined
    const end = refused ?? this.#goesNowhere(page, this.#seen - seen)
      ?? (from === undefined ? this.#lookElsewhere(page) : this.#goOn(page, from, fresh.length))
    if (end !== undefined) this.#planned = []
    return { fresh: refused === undefined ? fresh : [], sign, repeated, end }
  }

  /** Learns how large the server makes its pages. */
  #sized(page: PlacedPage): PlacedPage {
    const { asked, ids, window: { page: number, size } } = page
    const taken = this.#taken
    const isBlind = taken?.isSized === false && taken.window.page === 1 && taken.ids.length > 0
    if (isBlind && this.#isLook() && ids.some((id) => !this.#recent.has(id))) {
      // More lies behind a first page that was not full: the server has a cap that it does not tell, or hides rows.
      this.#most = taken.ids.length
      this.#taken = { ...taken, window: { page: 1, size: this.#most }, isFull: true }
      return { ...page, window: { page: number, size: this.#most }, isFull: ids.length >= this.#most }
    }
    // A cap lets smaller pages through. A larger page than asked for, or a cap where only a larger one overlaps, does not.
    this.#isFixed ||= size > asked.size || (size < asked.size && asked.size > this.#most)
    if (size !== asked.size) this.#most = size > asked.size ? size : Math.min(this.#most, size)
    return page
  }

  /** Whether the last client that was read is not where the page should have it. */
  #isMoved({ asked, ids, window }: PlacedPage): boolean {
    const overlap = this.#position - startOf(window)
    const isOverlap = overlap > 0 && isSame(asked, window) && this.#search === undefined
    return isOverlap && ids[overlap - 1] !== this.#recent.last
  }

  /** The index of the row that comes next; none if the page does not show it. */
  #follows(page: PlacedPage): number | undefined {
    const { asked, ids, numbers, window } = page
    const { complete, last } = this.#recent
    const start = startOf(window)
    const isBlind = this.#onDrift === "ignore" || (last === undefined && this.#position > 0)
    const index = last === undefined || isBlind ? -1 : ids.indexOf(last)
    if (index >= 0) return index + 1
    const ranks = isBlind ? [] : this.#recent.ranks(ids)
    const highest = Math.max(0, ...ranks)
    // In a list that grew, what was read later may be behind inserted rows: the numbers say where to look for it first.
    if (highest > 0) {
      return this.#search !== undefined || this.#growth(page) <= 0
        ? ranks.indexOf(highest) + 1
        : undefined
    }
    // Where all is remembered and nothing of it is left, the head is the anchor: the walk starts over.
    if (start === 0 && complete && !isBlind) return 0
    // The neighbour of the page in front, where none can overlap or rows are hidden: believed if no number changed.
    const taken = this.#search === undefined ? this.#taken : undefined
    const growth = this.#growth(page)
    const isStill = growth === 0 || (growth > 0 && ids.length === 0)
    const isNeighbour = taken !== undefined && endOf(taken.window) === start && (this.#isFixed || isSame(asked, window))
      && isStill && !differ(taken.numbers.totalPages, numbers.totalPages)
    if (!isNeighbour && !isBlind) return undefined
    this.#unproven ||= start > 0 && (ids.length > 0 || this.#isFixed)
    return isBlind ? Math.max(0, this.#position - start) : 0
  }

  /** Whether clients that were read before come in another order than then: what rests on their order is not proven. */
  #isShuffled({ ids }: PlacedPage, from: number): boolean {
    const ranks = this.#recent.ranks(ids)
    // Behind the anchor may be what was overtaken by rows that were inserted, in its own order.
    return [ranks.slice(0, from), ranks.slice(from)].some((part) => {
      const known = part.filter((rank) => rank > 0)
      return known.some((rank, index) => rank < (known[index - 1] ?? 0))
    })
  }

  #read({ ids, window }: PlacedPage, from: number): Pick<Step, "fresh" | "repeated"> {
    const fresh: Array<number> = []
    const overlap = Math.max(0, this.#position - startOf(window))
    let repeated = 0
    const anchor = ids[from - 1]
    if (anchor !== undefined && anchor !== this.#recent.last && this.#recent.has(anchor)) {
      this.#recent.goOnBehind(anchor)
    }
    for (let index = Math.min(from, overlap); index < ids.length; index++) {
      const id = ids[index] ?? ""
      const isKnown = this.#recent.has(id)
      if (isKnown && index >= overlap) repeated++
      if (index < from) continue
      if (!isKnown) this.#seen++
      if (!isKnown || this.#onDrift === "ignore") fresh.push(index)
      // What is met again behind an anchor was overtaken by rows that were inserted: it is the last one after all.
      this.#recent.add(id)
    }
    return { fresh, repeated }
  }

  /** Whether a page is read only because the one before it was not full though more was announced. */
  #isLook(): boolean {
    return this.#search === undefined && this.#taken?.isFull === false
  }

  /** Whether too many requests brought the walk no nearer to the end. */
  #goesNowhere({ announced, ids, window }: PlacedPage, unseen: number): Stuck | undefined {
    this.#firstAnnounced ??= announced
    const position = startOf(window) + ids.length
    // A length that the page itself exceeds announces nothing.
    const left = announced === undefined || announced < position ? Number.POSITIVE_INFINITY : announced - position
    const isNearer = unseen > 0 && (this.#seen <= (this.#firstAnnounced ?? 0) || left < this.#nearest)
    this.#idle = isNearer ? 0 : this.#idle + 1
    if (unseen > 0) {
      this.#nearest = Math.min(this.#nearest, left)
      return this.#idle > (left === Number.POSITIVE_INFINITY ? mostUnannounced : patience) ? "endless" : undefined
    }
    // All that was read may have to be passed once more.
    const isOver = this.#idle > patience + this.#seen / this.#most
    return isOver ? this.#search === undefined ? "repeated" : "lostPlace" : undefined
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
    this.#slack = Math.floor(movedBack > 0 ? Math.min(2 * movedBack, this.#most / 4) : this.#slack / 2)
    this.#search = undefined
    this.#taken = page
    this.#position = position
    this.#total = numbers.total ?? this.#total
    const [, ...ahead] = this.#planned
    this.#planned = ahead[0] !== undefined && this.#goesOnAt(ahead[0]) ? ahead : [this.#next()]
    return isFull || goesOn ? undefined : "ended"
  }

  /** The page has no anchor: looks where the list's length says, then back and ahead, whichever is nearer. */
  #lookElsewhere(page: PlacedPage): Step["end"] {
    const isFirst = this.#search === undefined
    const growth = isFirst ? this.#growth(page) : 0
    const { ahead, back } = this.#search = this.#searched(page)
    const isBack = back > 0 && this.#position - back <= ahead - this.#position
    const isOver = !isBack && ahead === Number.POSITIVE_INFINITY
    if (isOver && !this.#recent.complete) return "lostPlace"
    // Not far back at first: pages near the head that reach far back do not reach beyond the place.
    const next = isBack ? back - this.#most / (isFirst ? 4 : 2) : isOver ? 0 : ahead
    const position = Math.max(0, Math.floor(growth === 0 ? next : this.#position + growth - this.#most / 4))
    this.#planned = [this.#isFixed ? pageWith(position, this.#most) : farthestWith(position, this.#most)]
    return undefined
  }

  /** What was searched once this page shows no anchor either. Nothing lies ahead of a page that is not full. */
  #searched({ isFull, window }: PlacedPage): Search {
    // Whoever remembers all need not look ahead: further back is an anchor, at the latest the head.
    const none = this.#recent.complete ? Number.POSITIVE_INFINITY : this.#position
    const { ahead, back } = this.#search ?? { ahead: none, back: this.#position }
    return {
      back: Math.min(back, startOf(window)),
      ahead: isFull ? Math.max(ahead, endOf(window)) : Number.POSITIVE_INFINITY
    }
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
    if (isSame(window, this.#next())) return true
    const isOverlap = startOf(window) <= this.#lastNamed(this.#position) && endOf(window) > this.#position
    return isOverlap && !this.#isFixed && this.#taken?.isFull === true && window.size <= this.#most
  }

  /** The page that goes on behind a position, and contains the last row in front of it that has an id. */
  #behind(position: number): Window {
    if (this.#isFixed) return pageWith(position, this.#most)
    return farthestWith(Math.max(0, this.#lastNamed(position) - this.#slack), this.#most, position)
  }

  #lastNamed(position: number): number {
    return Math.max(0, position - 1 - unnamedUpTo(this.#recent.last))
  }
}

const differ = (one: number | undefined, other: number | undefined): boolean =>
  one !== undefined && other !== undefined && one !== other
