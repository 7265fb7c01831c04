/**
 * Pages: which one to read, how to stream them, and what a stream tells.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import type * as Option from "effect/Option"
import type { SchemaIssue } from "./ErrorDetail.js"
import type { OauthClientPage, PageCursor } from "./OauthClientPage.js"
import type { OauthClientsError } from "./ProcessMakerError.js"

/**
 * Which page of a list to read.
 *
 * @since 0.1.0
 * @category models
 */
export interface PageOptions {
  /** From 1. Default: 1. */
  readonly page?: number | undefined
  /** Clients on a page, 1 to 100. Default: 15. */
  readonly perPage?: number | undefined
}

/**
 * How to stream a list.
 *
 * @since 0.1.0
 * @category models
 */
export interface PageStreamOptions {
  /** Clients on a page, 1 to 100. Default: 100, or the cursor's. */
  readonly perPage?: number | undefined
  /** Where to go on. The place is checked first, by reading the page before it once more. */
  readonly resume?: PageCursor | typeof PageCursor.Encoded | undefined
  /** Pages in flight ahead of the consumer, 0 to 100; their order is kept. 0: strictly on demand. Default: 1. */
  readonly prefetch?: number | undefined
  /** Ends after so many pages; `next` of the last one goes on from there. Default: all pages. */
  readonly maxPages?: number | undefined
  /**
   * What to do with a client that cannot be decoded: `"fail"` ends the stream with `ProcessMakerInvalidResponse`,
   * `"skip"` reports it as `ItemRejected` and goes on. Default: `"fail"`.
   */
  readonly onInvalidItem?: "fail" | "skip" | undefined
  /**
   * What to do when the list changed while it is read: `"recover"` finds the place again and drops what came twice,
   * `"ignore"` passes on what the server sends, `"fail"` ends with `ProcessMakerPaginationStuck`. Default: `"recover"`.
   */
  readonly onDrift?: "recover" | "ignore" | "fail" | undefined
}

/**
 * What a stream did, in the end.
 *
 * @since 0.1.0
 * @category models
 */
export interface PageReport {
  /** Pages given out. */
  readonly pages: number
  /** Clients given out. */
  readonly clients: number
  /** Clients that could not be decoded. */
  readonly rejected: number
  /** Repeated requests. */
  readonly retries: number
  /** Clients that the server sent once more, most often because the list had moved, and that were dropped. */
  readonly duplicatesDropped: number
  /** What the server said of the list's length, first and last; none if it never did. */
  readonly firstTotal: Option.Option<number>
  readonly lastTotal: Option.Option<number>
  /**
   * How many clients the server counts at the end that were not read, by this stream or by those it resumes: added at a
   * place that was read already, hidden by the server, or missed. 0 when the stream ended early by `maxPages`.
   */
  readonly suspectedMisses: number
}

/**
 * What happens while pages are read. `Completed` is the last one.
 *
 * **Details**
 *
 * - `PageFetched`: a page, without what came twice.
 * - `PageRetrying`: an attempt at a page failed, the next one starts after `delay`. Pages that are fetched ahead tell it
 *   too, as it happens.
 * - `ItemRejected`: a row that could not be decoded (`onInvalidItem: "skip"`): its index on the page, and where and what
 *   was expected, never the value.
 * - `DriftDetected`: the list changed. `sign`: another `total`, or ids that `repeated`.
 *
 * @since 0.1.0
 * @category models
 */
export type PageEvent = Data.TaggedEnum<{
  PageFetched: { readonly page: OauthClientPage; readonly attempts: number }
  PageRetrying: {
    readonly pageNumber: number
    readonly attempt: number
    readonly delay: Duration.Duration
    readonly error: OauthClientsError
  }
  ItemRejected: { readonly pageNumber: number; readonly index: number; readonly issue: SchemaIssue }
  DriftDetected: {
    readonly pageNumber: number
    readonly sign: "total" | "repeated"
    readonly totalBefore: Option.Option<number>
    readonly totalNow: Option.Option<number>
    /** Clients on this page that were read before. */
    readonly repeated: number
  }
  Completed: { readonly report: PageReport }
}>

/**
 * Constructors, `$is` and an exhaustive `$match` for `PageEvent`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const PageEvent: Data.TaggedEnum.Constructor<PageEvent> = Data.taggedEnum<PageEvent>()
