import * as Option from "effect/Option"
import type { PageReport } from "../../PageStream.js"

/** What a walk counts for its report. */
export interface PageTally {
  pages: number
  clients: number
  rejected: number
  retries: number
  duplicatesDropped: number
  firstTotal: number | undefined
  /** What the server said last, wherever the walk stood. */
  lastTotal: number | undefined
}

export const makeTally = (lastTotal: number | undefined): PageTally => ({
  pages: 0,
  clients: 0,
  rejected: 0,
  retries: 0,
  duplicatesDropped: 0,
  firstTotal: undefined,
  lastTotal
})

/** `seen` counts what was read by this walk and by those that it resumes; it says nothing when the walk was cut short. */
export const reportOf = (tally: PageTally, seen: number, cutShort: boolean): PageReport => ({
  ...tally,
  firstTotal: Option.fromNullable(tally.firstTotal),
  lastTotal: Option.fromNullable(tally.lastTotal),
  suspectedMisses: cutShort ? 0 : Math.max(0, (tally.lastTotal ?? 0) - seen)
})
