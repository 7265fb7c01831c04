/**
 * Streams a list: `readAhead` requests the pages, `walk` decides what each of them adds, and this file emits it as
 * events. Other rooms may use `listEvents`, `pageOf` (page.ts) and `checkCursor` (cursor.ts).
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { CallFacts } from "../../ErrorDetail.js"
import type { OauthClient } from "../../OauthClient.js"
import type { PageCursor } from "../../OauthClientPage.js"
import { PageEvent } from "../../PageStream.js"
import type { PageReport } from "../../PageStream.js"
import { ProcessMakerPaginationStuck } from "../../ProcessMakerError.js"
import type { Done, Repeat } from "../call/call.js"
import type { CallError } from "../failure/publicErrors.js"
import type { ListDocument } from "../wire/document.js"
import { makeCursor } from "./cursor.js"
import { idOf, makePage } from "./page.js"
import { readAhead } from "./readAhead.js"
import type { Pages } from "./readAhead.js"
import { Walk } from "./walk.js"
import type { WalkOptions } from "./walk.js"
import type { Window } from "./windows.js"

/** Reads one page, with retries, and reports each retry as it happens. */
export type ReadWindow = (
  window: Window,
  tell: (repeat: Repeat) => void
) => Effect.Effect<Done<ListDocument>, CallError>

export interface ListOptions extends WalkOptions {
  readonly userId: string
  /** What errors report about the operation. */
  readonly facts: Pick<CallFacts, "operation" | "outcome">
  readonly resume?: PageCursor | undefined
  readonly prefetch: number
  readonly maxPages?: number | undefined
}

/** The operation in the errors of all three streams. */
export const streamOperation = "streamOauthClients"

/** Emits everything that happens while a list is read. */
export const listEvents = (
  read: ReadWindow,
  options: ListOptions
): Stream.Stream<PageEvent, CallError | ProcessMakerPaginationStuck> =>
  readAhead((clock) => makePages(read, options, clock), options.prefetch)

type Counted = Omit<PageReport, "extraRequests" | "suspectedMisses" | "unproven">
type Tally = { -readonly [Name in keyof Counted]: Counted[Name] }

const makePages = (
  read: ReadWindow,
  { facts, maxPages = Number.POSITIVE_INFINITY, userId, ...options }: ListOptions,
  clock: Clock.Clock
): Pages<Done<ListDocument>, PageEvent, CallError | ProcessMakerPaginationStuck> => {
  const walk = new Walk(options)
  const startedAt = clock.unsafeCurrentTimeNanos()
  const tally: Tally = {
    pages: 0,
    clients: 0,
    rejected: 0,
    retries: 0,
    changes: 0,
    duplicatesDropped: 0,
    firstTotal: Option.none(),
    lastTotal: Option.none()
  }
  let attempts = 0
  let requested = 0
  let isOver = false
  let stuck: ProcessMakerPaginationStuck | undefined

  const report = (): PageReport => {
    const misses = Option.getOrElse(tally.lastTotal, () => 0) - walk.place.seen
    const suspectedMisses = walk.unproven && tally.pages < maxPages ? Math.max(0, misses) : 0
    return { ...tally, extraRequests: requested - tally.pages, suspectedMisses, unproven: walk.unproven }
  }

  const give = (window: Window, document: ListDocument, fresh: ReadonlyArray<number>, events: Array<PageEvent>) => {
    const clients: Array<OauthClient> = []
    for (const index of fresh) {
      const row = document.rows[index]
      if (row === undefined) continue
      if (Either.isRight(row)) clients.push(row.right)
      else {
        tally.rejected++
        const [issue] = row.left.issues
        if (issue !== undefined) events.push(PageEvent.ItemRejected({ pageNumber: window.page, index, issue }))
      }
    }
    return clients
  }

  return {
    plan: (most) => isOver ? [] : walk.plan(Math.min(most, maxPages - tally.pages)),
    read: (window, tell) => {
      requested++
      return read(window, (repeat) => {
        tally.retries++
        tell(PageEvent.PageRetrying({ pageNumber: window.page, ...repeat }))
      })
    },
    take: (window, { attempts: pageAttempts, value: document }) => {
      const events: Array<PageEvent> = []
      const { lastTotal } = walk
      const pageNumber = window.page
      attempts += pageAttempts
      const { end, fresh, repeated, sign } = walk.take({
        asked: window,
        rows: document.rows.map(idOf),
        numbers: document.numbers
      })
      const totalNow = Option.fromNullable(document.numbers.total)
      if (Option.isNone(tally.firstTotal)) tally.firstTotal = totalNow
      tally.lastTotal = Option.fromNullable(walk.lastTotal)
      tally.duplicatesDropped += repeated
      if (sign !== undefined) {
        tally.changes++
        const totalBefore = Option.fromNullable(lastTotal)
        events.push(PageEvent.DriftDetected({ pageNumber, sign, totalBefore, totalNow, repeated }))
      }
      const clients = give(window, document, fresh, events)
      const isLast = end === "ended"
      if (clients.length > 0 || isLast) {
        tally.pages++
        tally.clients += clients.length
        const cursor = makeCursor(userId, walk.place, walk.next)
        const page = makePage(document, window, clients, cursor, isLast)
        events.push(PageEvent.PageFetched({ page, attempts: pageAttempts }))
      }
      isOver = end !== undefined || tally.pages >= maxPages
      if (end !== undefined && end !== "ended") {
        const elapsed = Duration.millis(Math.round(Number(clock.unsafeCurrentTimeNanos() - startedAt) / 1e6))
        stuck = new ProcessMakerPaginationStuck({ ...facts, userId, pageNumber, reason: end, attempts, elapsed })
      } else if (isOver) events.push(PageEvent.Completed({ report: report() }))
      return events
    },
    end: () => Option.fromNullable(stuck)
  }
}
