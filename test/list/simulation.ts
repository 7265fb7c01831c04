/**
 * A list that changes between requests, and the walk over it: no client, no clock, so that many thousands of runs are
 * cheap. What is told of a run is enough to judge it.
 */
import * as Chunk from "effect/Chunk"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { OauthClient, OauthClientId } from "../../src/index.js"
import type { PageCursor, PageReport } from "../../src/index.js"
import { PageWalk } from "../../src/internal/list/pageWalk.js"
import type { ListDocument } from "../../src/internal/wire/document.js"

export interface Change {
  /** Negative: deletions. */
  readonly amount: number
  /** Where, as a part of the list's length. */
  readonly at: number
  /** As many go at the end of the list as were added, so that its length says nothing. */
  readonly replaces?: boolean
}

export interface Run {
  readonly length: number
  readonly perPage: number
  readonly prefetch: number
  /** Pages ahead are answered the last one first. */
  readonly backwards: boolean
  readonly remembered: number
  /** What happens to the list before each request; nothing once they are used up. */
  readonly changes: ReadonlyArray<Change | undefined>
  /** After so many pages the run is killed, and goes on from the cursor of the last page. */
  readonly kills: ReadonlyArray<number>
}

export interface Outcome {
  readonly emitted: ReadonlyArray<string>
  readonly survivors: ReadonlyArray<string>
  readonly stuck: string | undefined
  readonly report: PageReport | undefined
  readonly requests: number
  /** The list was seen with the same length in different states: the change may not show. */
  readonly invisible: boolean
  readonly finalLength: number
}

const makeClient = (id: string): OauthClient =>
  new OauthClient({
    id: OauthClientId.make(id),
    name: id,
    secret: Option.none(),
    personalAccessClient: false,
    passwordClient: true,
    revoked: false,
    createdAt: Option.none(),
    updatedAt: Option.none()
  }, true)

export const documentOf = (ids: ReadonlyArray<string>, page: number, perPage: number): ListDocument => {
  const rows = ids.slice((page - 1) * perPage, page * perPage).map((id) => Either.right(makeClient(id)))
  const numbers = {
    total: ids.length,
    count: rows.length,
    perPage,
    currentPage: page,
    totalPages: Math.ceil(ids.length / perPage)
  }
  return { rows, numbers }
}

class Server {
  ids: Array<string>
  requests = 0
  private made: number
  private version = 0
  private readonly versions = new Map<number, Set<number>>()
  private readonly start: ReadonlyArray<string>
  private readonly run: Run

  constructor(run: Run) {
    this.run = run
    this.ids = Array.from({ length: run.length }, (_, index) => String(index))
    this.start = [...this.ids]
    this.made = run.length
  }

  read(page: number): ListDocument {
    this.change(this.run.changes[this.requests])
    this.requests += 1
    this.versions.set(this.ids.length, (this.versions.get(this.ids.length) ?? new Set()).add(this.version))
    return documentOf(this.ids, page, this.run.perPage)
  }

  private change(change: Change | undefined): void {
    if (change === undefined || change.amount === 0) return
    this.version += 1
    const at = Math.floor(change.at * (this.ids.length + 1))
    const added = Array.from({ length: Math.max(0, change.amount) }, () => `new-${this.made++}`)
    this.ids.splice(at, Math.max(0, -change.amount), ...added)
    if (change.replaces === true) this.ids.length -= added.length
  }

  get invisible(): boolean {
    return [...this.versions.values()].some((states) => states.size > 1)
  }

  get survivors(): ReadonlyArray<string> {
    const left = new Set(this.ids)
    return this.start.filter((id) => left.has(id))
  }
}

// As the stream does it: pages ahead are asked for when the page before them was taken, and thrown away when it says so.
const walkOnce = (server: Server, run: Run, resume: PageCursor | undefined, kill: number | undefined) => {
  const walk = new PageWalk({
    userId: "u",
    perPage: run.perPage,
    remembered: run.remembered,
    onDrift: "recover",
    resume
  })
  const ahead = new Map<number, ListDocument>()
  const emitted: Array<string> = []
  let cursor = resume
  let pages = 0
  let report: PageReport | undefined
  for (let wanted = walk.wanted; wanted !== undefined; wanted = walk.wanted) {
    const document = ahead.get(wanted) ?? server.read(wanted)
    ahead.delete(wanted)
    const step = walk.accept({ number: wanted, document, attempts: 1 })
    if (step.flush) ahead.clear()
    for (const event of step.events) {
      if (event._tag === "Completed") report = event.report
      if (event._tag !== "PageFetched") continue
      emitted.push(...event.page.clients.map(({ id }) => id))
      cursor = Option.getOrElse(event.page.next, () => cursor)
      pages += 1
    }
    if (step.stuck !== undefined) return { emitted, cursor, stuck: step.stuck, report, killed: false }
    if (report === undefined && kill !== undefined && pages >= kill) {
      return { emitted, cursor, stuck: undefined, report, killed: true }
    }
    const next = walk.wanted
    if (next === undefined) continue
    const last = Math.min(next + run.prefetch - 1, walk.aheadUntil)
    const count = Math.max(0, last - next + 1)
    for (const page of Array.from({ length: count }, (_, index) => run.backwards ? last - index : next + index)) {
      if (!ahead.has(page)) ahead.set(page, server.read(page))
    }
    if (server.requests > 10_000) return { emitted, cursor, stuck: "endless loop", report, killed: false }
  }
  return { emitted, cursor, stuck: undefined, report, killed: false }
}

export const simulate = (run: Run): Outcome => {
  const server = new Server(run)
  const emitted: Array<string> = []
  const kills = [...run.kills]
  let cursor: PageCursor | undefined
  for (;;) {
    const walked = walkOnce(server, run, cursor, kills.shift())
    emitted.push(...walked.emitted)
    cursor = walked.cursor
    if (walked.killed) continue
    return {
      emitted,
      survivors: server.survivors,
      stuck: walked.stuck,
      report: walked.report,
      requests: server.requests,
      invisible: server.invisible,
      finalLength: server.ids.length
    }
  }
}

export const duplicates = (ids: ReadonlyArray<string>): ReadonlyArray<string> =>
  Chunk.toReadonlyArray(Chunk.dedupe(Chunk.fromIterable(ids.filter((id, index) => ids.indexOf(id) !== index))))
