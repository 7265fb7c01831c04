/**
 * The way through an offset-paged list that may change while it is read: a state machine without effects. It is told
 * each page that was read, and says which one it wants next. `docs/pagination.md` says what it guarantees, and why.
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { OauthClient } from "../../OauthClient.js"
import type { PageCursor } from "../../OauthClientPage.js"
import { PageEvent } from "../../PageStream.js"
import type { PageStreamOptions } from "../../PageStream.js"
import type { ProcessMakerPaginationStuck } from "../../ProcessMakerError.js"
import type { BadRow, ListDocument, Row } from "../wire/document.js"
import { BarrenPages } from "./barrenPages.js"
import { makePage } from "./makePage.js"
import { extentOf } from "./pageExtent.js"
import type { Extent } from "./pageExtent.js"
import { planSearch } from "./pageSearch.js"
import type { PageRead, PageSearch } from "./pageSearch.js"
import { makeTally, reportOf } from "./pageTally.js"
import type { PageTally } from "./pageTally.js"
import { makeRecentIds } from "./recentIds.js"
import type { RecentIds } from "./recentIds.js"

export interface WalkOptions {
  readonly userId: string
  readonly perPage: number
  readonly resume?: PageCursor | undefined
  readonly maxPages?: number | undefined
  readonly onDrift: NonNullable<PageStreamOptions["onDrift"]>
  /** How many ids are remembered: the bound of the memory that recovery takes. */
  readonly remembered: number
}

type Stuck = ProcessMakerPaginationStuck["reason"]

/** What comes of a page. */
export interface Step {
  readonly events: Array<PageEvent>
  stuck: Stuck | undefined
  /** The list moved: pages that were read ahead are worth nothing. */
  flush: boolean
}

/** A page that looks wrong is read again so often before it is believed. */
const doubtsAllowed = 2
/** So many searches in a row may find the place and lose it again at once. */
const searchesAllowed = 8
/** A search is planned anew at once when the list changes again, and once more after all of a plan, up to so often. */
const replansAtOnce = 3
const roundsAllowed = 20
/** More pages than this without an announced end are endless; with one, twice as many as announced and 1,000 more. */
const mostPages = 10_000

export class PageWalk {
  readonly #options: WalkOptions
  readonly #recent: RecentIds
  readonly #tally: PageTally
  #wantedPage: number
  #done = false
  #search: PageSearch | undefined
  /** A page that waits until the page before it has been found again. */
  #pending: PageRead | undefined
  /** The list's length at which the place is known. */
  #total: number | undefined
  #lastPage: number | undefined
  #pageSize: number | undefined
  #firstCount: number | undefined
  #shortPagesAreNormal = false
  #seen: number
  #doubts = 0
  readonly #barren = new BarrenPages()
  #searches = 0
  #pagesRead = 0
  #step: Step = newStep()

  constructor(options: WalkOptions) {
    const { onDrift, remembered, resume } = options
    this.#options = options
    this.#recent = makeRecentIds(remembered, resume?.anchors ?? [])
    this.#seen = resume?.seen ?? 0
    this.#total = resume?.total ?? undefined
    this.#tally = makeTally(this.#total)
    this.#wantedPage = resume?.page ?? 1
    // Between two runs the list may have changed without a trace in its length: look at the page before the place.
    if (resume !== undefined && onDrift !== "ignore") this.#startSearch(resume.page, this.#total)
  }

  /** The page to read next; none when the walk is over. */
  get wanted(): number | undefined {
    return this.#done ? undefined : this.#wantedPage
  }

  /** The last page that it makes sense to read ahead, as far as is known. */
  get aheadUntil(): number {
    if (this.#done || this.#search !== undefined || this.#lastPage === undefined) return this.#wantedPage
    const allowed = this.#wantedPage + (this.#options.maxPages ?? Number.POSITIVE_INFINITY) - this.#tally.pages - 1
    return Math.min(this.#lastPage, allowed)
  }

  countRetry(): void {
    this.#tally.retries += 1
  }

  accept(read: PageRead): Step {
    this.#step = newStep()
    this.#read(read)
    const step = this.#step
    if (this.#done && step.stuck === undefined) {
      step.events.push(PageEvent.Completed({ report: reportOf(this.#tally, this.#seen, this.#isEnough()) }))
    }
    return step
  }

  #read(read: PageRead): void {
    const { number } = read
    this.#pagesRead += 1
    const extent = extentOf(number, read.document, this.#options.perPage, this.#firstCount)
    this.#firstCount ??= read.document.rows.length
    const current = read.document.numbers.currentPage ?? number
    if (current !== number) return this.#doubt() ? undefined : this.#stop("wrongPage")
    if (this.#pageSize !== undefined && extent.total !== undefined && extent.pageSize !== this.#pageSize) {
      return this.#stop("pageSize")
    }
    if (extent.total !== undefined) this.#pageSize = extent.pageSize
    const changed = this.#observe(number, extent)
    if (this.#pagesRead > this.#mostReads()) return this.#stop("endless")
    if (this.#step.stuck !== undefined) return
    return this.#search === undefined ? this.#advance(read, extent, changed) : this.#look(read, extent, this.#search)
  }

  #mostReads(): number {
    const pageSize = this.#pageSize
    const { firstTotal } = this.#tally
    return firstTotal === undefined || pageSize === undefined ? mostPages : 2 * Math.ceil(firstTotal / pageSize) + 1000
  }

  /** Notes the list's length, and tells when it is another one than before. */
  #observe(number: number, extent: Extent): boolean {
    this.#lastPage = extent.lastPage
    if (extent.total === undefined) return false
    const before = this.#tally.lastTotal
    this.#tally.firstTotal ??= extent.total
    this.#tally.lastTotal = extent.total
    if (before !== undefined && before !== extent.total) this.#drift("total", number, before, extent.total, 0)
    return this.#total !== undefined && this.#total !== extent.total
  }

  #drift(
    sign: "total" | "repeated",
    pageNumber: number,
    before: number | undefined,
    now: number | undefined,
    repeated: number
  ) {
    this.#step.events.push(PageEvent.DriftDetected({
      pageNumber,
      sign,
      totalBefore: Option.fromNullable(before),
      totalNow: Option.fromNullable(now),
      repeated
    }))
    if (this.#options.onDrift === "fail") this.#stop("drift")
  }

  /** The place is known: the page follows what was read before, unless the list moved. */
  #advance(read: PageRead, extent: Extent, changed: boolean): void {
    const { number, document: { rows } } = read
    const repeated = rows.filter((row) => this.#isKnown(row)).length
    const allRepeated = repeated > 0 && repeated === rows.length
    if (allRepeated && extent.total === undefined && number === 2 && this.#isUnpaged(rows)) return this.#finish()
    const odd = rows.length === 0 ? this.#seen < (extent.total ?? 0) && number > 1 : allRepeated
    if (!changed && (odd || (extent.short && !this.#shortPagesAreNormal)) && this.#doubt()) return
    if (!changed && extent.short) this.#shortPagesAreNormal = true
    if (repeated > 0) this.#drift("repeated", number, this.#tally.lastTotal, extent.total, repeated)
    if (this.#step.stuck !== undefined) return
    const start = changed && this.#options.onDrift !== "ignore" ? this.#behindFrontier(rows) : 0
    if (start === undefined && number > 1 && this.#maySearch(extent)) {
      this.#pending = read
      this.#step.flush = true
      return this.#startSearch(number, extent.total)
    }
    if (this.#step.stuck !== undefined) return
    const { onDrift } = this.#options
    // What was read ahead of a change may be where the next clients were before it.
    this.#step.flush = changed || (repeated > 0 && onDrift !== "ignore")
    const rank = Math.max(0, ...rows.map((row) => this.#rankOf(row)))
    const fresh = this.#take(read, extent, start ?? 0)
    const nearer = this.#barren.note(fresh, rank)
    // Less than a page of what was read already is the end of a list that moved; a whole one may be any page again.
    const endsShort = this.#done && allRepeated && this.#seen < (extent.total ?? 0) && rows.length === extent.pageSize
    if ((endsShort && !nearer) || (!this.#done && this.#barren.tooMany(this.#pagesOfGrowth()))) {
      this.#stop(rows.length === 0 ? "empty" : "repeated")
    }
  }

  /** Without any numbers: the same list once more may be all there is, unless it has just the size of a page. */
  #isUnpaged(rows: ListDocument["rows"]): boolean {
    return this.#seen === rows.length && rows.length !== this.#options.perPage
  }

  /** Where the rows start that follow the last one read, if that is among these. */
  #behindFrontier(rows: ListDocument["rows"]): number | undefined {
    const frontier = this.#recent.frontier()
    const index = frontier === undefined ? -1 : rows.findIndex((row) => idOf(row) === frontier)
    return index < 0 ? undefined : index + 1
  }

  #maySearch(extent: Extent): boolean {
    this.#searches += 1
    if (this.#searches <= searchesAllowed) return true
    // It changes with every request. Growth alone moves nothing out of sight; else the place cannot be found.
    if ((extent.total ?? 0) < (this.#total ?? 0)) this.#stop("lostPlace")
    return false
  }

  #startSearch(from: number, total: number | undefined, round = 1): void {
    const growth = (total ?? 0) - (this.#total ?? 0)
    const pageSize = this.#pageSize ?? this.#options.perPage
    this.#search = planSearch({ from, growth, lastPage: this.#lastPage ?? from, pageSize, round, total })
    this.#lookOn(this.#search)
  }

  #lookOn(search: PageSearch): void {
    const next = search.near.shift() ?? (search.best === undefined ? search.far.shift() : undefined)
    if (next !== undefined) this.#wantedPage = next
    else if (this.#tally.lastTotal !== search.total && search.round < roundsAllowed) this.#replan(search)
    else if (search.best !== undefined) this.#settle(search.best.read)
    else if (this.#remembersAll()) this.#startOver()
    else this.#stop("lostPlace")
  }

  /** All that was read is gone, and all of that is remembered: what is left was not read. */
  #startOver(): void {
    this.#search = undefined
    this.#pending = undefined
    this.#total = undefined
    this.#wantedPage = 1
  }

  /** The place is lost: an id that was read shows it again, since the order of the others stays. */
  #look(read: PageRead, extent: Extent, search: PageSearch): void {
    const { rows } = read.document
    if (this.#behindFrontier(rows) !== undefined) return this.#settle(read)
    if (extent.total === 0 && rows.length === 0) return this.#doubt() ? undefined : this.#finish()
    if (this.#options.onDrift === "fail") return this.#stop("drift")
    if (extent.total !== search.total && search.round < replansAtOnce) return this.#replan(search)
    const rank = Math.max(0, ...rows.map((row) => this.#rankOf(row)))
    if (rank > (search.best?.rank ?? 0)) search.best = { read, rank }
    return this.#lookOn(search)
  }

  #replan({ from, round }: PageSearch): void {
    this.#startSearch(from, this.#tally.lastTotal, round + 1)
  }

  #rankOf(row: Row): number {
    const id = idOf(row)
    return id === undefined ? 0 : this.#recent.rank(id)
  }

  /** Goes on behind the highest-ranking row of a page. */
  #settle(read: PageRead): void {
    const { number, document } = read
    const ranks = document.rows.map((row) => this.#rankOf(row))
    const extent = extentOf(number, document, this.#options.perPage, this.#firstCount)
    this.#search = undefined
    this.#take(read, extent, ranks.indexOf(Math.max(...ranks)) + 1, true)
    const pending = this.#pending
    this.#pending = undefined
    const follows = pending !== undefined && !this.#done && pending.number === this.#wantedPage
      && pending.document.numbers.total === this.#total
    if (follows && this.#step.stuck === undefined) this.#read(pending)
  }

  /** Gives out what is new on a page, from a row on, and says how much that was. `again`: the page was read before. */
  #take(read: PageRead, extent: Extent, start: number, again = false): number {
    const { document: { rows }, number } = read
    this.#total = extent.total ?? this.#total
    this.#doubts = 0
    const { clients, fresh } = this.#collect(number, rows, start, again)
    this.#seen += fresh
    if (fresh > 0) this.#searches = 0
    const rest = this.#seen < (extent.total ?? 0)
    // Where pages are shorter than they say, there are more of them than that.
    const more = rows.length > 0 ? extent.more || (rest && this.#shortPagesAreNormal) : extent.more && rest
    if (clients.length > 0 || fresh > 0 || (rows.length === 0 && number === 1)) this.#give(read, clients, more)
    if (!more || this.#isEnough()) this.#finish()
    this.#wantedPage = number + 1
    return fresh
  }

  #isEnough(): boolean {
    return this.#tally.pages >= (this.#options.maxPages ?? Number.POSITIVE_INFINITY)
  }

  #pagesOfGrowth(): number {
    const growth = Math.max(
      0,
      (this.#tally.lastTotal ?? 0) - (this.#options.resume?.total ?? this.#tally.firstTotal ?? 0)
    )
    return Math.ceil(growth / (this.#pageSize ?? this.#options.perPage))
  }

  #collect(pageNumber: number, rows: ListDocument["rows"], start: number, again: boolean) {
    const clients: Array<OauthClient> = []
    let fresh = 0
    for (const [index, row] of rows.entries()) {
      const id = idOf(row)
      const known = this.#isKnown(row)
      if (known && this.#options.onDrift !== "ignore") {
        this.#tally.duplicatesDropped += again ? 0 : 1
        continue
      }
      // A row without an id cannot be known: on a page that is read again it was told the first time.
      if (index < start || (again && id === undefined)) continue
      fresh += known ? 0 : 1
      if (id !== undefined && !known) this.#recent.add(id)
      if (Either.isRight(row)) clients.push(row.right)
      else this.#reject(pageNumber, index, row.left)
    }
    return { clients, fresh }
  }

  #reject(pageNumber: number, index: number, { issues: [issue] }: BadRow): void {
    this.#tally.rejected += 1
    if (issue !== undefined) this.#step.events.push(PageEvent.ItemRejected({ pageNumber, index, issue }))
  }

  #give({ attempts, document, number }: PageRead, clients: ReadonlyArray<OauthClient>, more: boolean): void {
    const { perPage, userId } = this.#options
    const place = () => ({
      userId,
      perPage,
      page: number + 1,
      total: this.#total ?? null,
      seen: this.#seen,
      anchors: this.#recent.anchors()
    })
    const next = more ? Option.some(place()) : Option.none()
    this.#tally.pages += 1
    this.#tally.clients += clients.length
    const page = makePage(document, clients, next, { page: number, perPage })
    this.#step.events.push(PageEvent.PageFetched({ page, attempts }))
  }

  #isKnown(row: Row): boolean {
    const id = idOf(row)
    return id !== undefined && this.#recent.has(id)
  }

  #remembersAll(): boolean {
    return this.#recent.size() >= this.#seen
  }

  /** Whether to read the page once more before it is believed. */
  #doubt(): boolean {
    if (this.#options.onDrift === "ignore") return false
    this.#doubts += 1
    return this.#doubts <= doubtsAllowed
  }

  #stop(reason: Stuck): void {
    this.#step.stuck ??= reason
    this.#done = true
  }

  #finish(): void {
    this.#done = true
  }
}

const newStep = (): Step => ({ events: [], stuck: undefined, flush: false })

const idOf = (row: Row): string | undefined => Either.isRight(row) ? row.right.id : row.left.id
