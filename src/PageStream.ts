/**
 * Options and events of page requests and page streams.
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
 * Options of `findOauthClients`.
 *
 * @since 0.1.0
 * @category models
 */
export interface PageOptions {
  /** The page number, from 1. Default: 1. */
  readonly page?: number | undefined
  /** The page size, 1 to 100. Default: 15. */
  readonly perPage?: number | undefined
}

/**
 * Options of the streams.
 *
 * @since 0.1.0
 * @category models
 */
export interface PageStreamOptions {
  /**
   * The maximum page size, 1 to 100. Default: 100, or that of the cursor. Requests also use smaller pages, so that each
   * page overlaps the previous one. Where no smaller page overlaps (possible up to 10), they use the next larger one
   * that does.
   */
  readonly perPage?: number | undefined
  /** The `cursor` of the last processed page, as a `PageCursor` or parsed from JSON. */
  readonly resume?: PageCursor | typeof PageCursor.Encoded | undefined
  /**
   * The number of pages to prefetch, 0 to 100. Pages are emitted in order. 0 fetches strictly on demand. Default: 1.
   */
  readonly prefetch?: number | undefined
  /** Ends the stream after this many pages; the `cursor` of the last one resumes it. Default: all pages. */
  readonly maxPages?: number | undefined
  /**
   * What to do with a client that cannot be decoded: `"fail"` ends the stream with `ProcessMakerInvalidResponse`,
   * `"skip"` emits `ItemRejected` and continues. Default: `"fail"`.
   */
  readonly onInvalidItem?: "fail" | "skip" | undefined
  /**
   * What to do if the list changes while it is read. `"recover"` emits each client that stays in the list exactly once.
   * `"ignore"` emits the server's pages as they are. `"fail"` fails with `ProcessMakerPaginationStuck`. Default:
   * `"recover"`.
   */
  readonly onDrift?: "recover" | "ignore" | "fail" | undefined
}

/**
 * The summary of a stream. `pages + extraRequests + retries` is the number of requests that it sent.
 *
 * @since 0.1.0
 * @category models
 */
export interface PageReport {
  /** The number of pages emitted. */
  readonly pages: number
  /** The number of clients emitted. */
  readonly clients: number
  /** The number of clients that could not be decoded. */
  readonly rejected: number
  /** The number of retries. */
  readonly retries: number
  /** The number of pages requested but not emitted: to find the place in a changed list, or past its end. */
  readonly extraRequests: number
  /** The number of detected list changes, each also emitted as a `DriftDetected` event. */
  readonly changes: number
  /** The number of clients received again and dropped, not counting the planned overlap of pages. */
  readonly duplicatesDropped: number
  /** The length of the list as first reported; none if the server did not report it. */
  readonly firstTotal: Option.Option<number>
  /** The length of the list as last reported; none if the server did not report it. */
  readonly lastTotal: Option.Option<number>
  /**
   * If pages did not overlap: how many clients the server counts beyond those read by this stream and the streams that
   * it resumes. 0 if pages overlapped, or if `maxPages` ended the stream.
   */
  readonly suspectedMisses: number
  /** Whether some pages did not overlap, so that a change that kept the length may be undetected. */
  readonly unproven: boolean
}

/**
 * The events of a stream. `Completed` is always the last.
 *
 * @since 0.1.0
 * @category models
 */
export type PageEvent =
  | PageEvent.PageFetched
  | PageEvent.PageRetrying
  | PageEvent.ItemRejected
  | PageEvent.DriftDetected
  | PageEvent.Completed

/**
 * The event types.
 *
 * @since 0.1.0
 * @category models
 */
export declare namespace PageEvent {
  /**
   * A page with new clients, or the end of the list. Its `clients` contains only clients that were not emitted before.
   *
   * @since 0.1.0
   * @category models
   */
  export interface PageFetched {
    readonly _tag: "PageFetched"
    readonly page: OauthClientPage
    /** The number of requests that the page took. */
    readonly attempts: number
  }

  /**
   * An attempt failed and will be retried after `delay`. It is emitted as it happens, also for prefetched pages.
   *
   * @since 0.1.0
   * @category models
   */
  export interface PageRetrying {
    readonly _tag: "PageRetrying"
    /** From 1. */
    readonly pageNumber: number
    /** The attempt that failed, from 1. */
    readonly attempt: number
    /** The wait before the next attempt. */
    readonly delay: Duration.Duration
    readonly error: OauthClientsError
  }

  /**
   * A client that could not be decoded and was skipped (`onInvalidItem: "skip"`).
   *
   * @since 0.1.0
   * @category models
   */
  export interface ItemRejected {
    readonly _tag: "ItemRejected"
    /** From 1. */
    readonly pageNumber: number
    /** The index on the page, from 0. */
    readonly index: number
    /** Where decoding failed and what was expected, never the value. */
    readonly issue: SchemaIssue
  }

  /**
   * The list changed while it was read.
   *
   * @since 0.1.0
   * @category models
   */
  export interface DriftDetected {
    readonly _tag: "DriftDetected"
    /** From 1. */
    readonly pageNumber: number
    /**
     * How the change was detected: `total` differs, the last client read `moved`, or clients read before were
     * `repeated`.
     */
    readonly sign: "total" | "moved" | "repeated"
    /** The length of the list as reported before and now; none if the server did not report it. */
    readonly totalBefore: Option.Option<number>
    readonly totalNow: Option.Option<number>
    /** The number of clients on this page that were read before, not counting the planned overlap. */
    readonly repeated: number
  }

  /**
   * The last event.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Completed {
    readonly _tag: "Completed"
    readonly report: PageReport
  }
}

/**
 * Constructors, `$is` and an exhaustive `$match` for `PageEvent`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const PageEvent: Data.TaggedEnum.Constructor<PageEvent> = Data.taggedEnum<PageEvent>()
