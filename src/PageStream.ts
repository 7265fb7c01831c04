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
  /**
   * The most clients to request at a time, 1 to 100. Default: 100, or that of the cursor. Requests use smaller pages too,
   * so that each page overlaps the one before it; where no smaller page overlaps (possible up to 10), the next larger.
   */
  readonly perPage?: number | undefined
  /** The `cursor` of the last page that was processed, as it is or parsed from JSON. */
  readonly resume?: PageCursor | typeof PageCursor.Encoded | undefined
  /** Pages in flight ahead of the consumer, 0 to 100, in order. 0 reads strictly on demand. Default: 1. */
  readonly prefetch?: number | undefined
  /** Ends the stream after this many pages; the `cursor` of the last one resumes it. Default: all pages. */
  readonly maxPages?: number | undefined
  /**
   * What to do with a client that cannot be decoded: `"fail"` ends the stream with `ProcessMakerInvalidResponse`,
   * `"skip"` emits `ItemRejected` and continues. Default: `"fail"`.
   */
  readonly onInvalidItem?: "fail" | "skip" | undefined
  /**
   * What to do when the list changes while it is read. `"recover"` emits each client that stays exactly once.
   * `"ignore"` reads the server's own pages and emits what they contain. `"fail"` fails with
   * `ProcessMakerPaginationStuck`. Default: `"recover"`.
   */
  readonly onDrift?: "recover" | "ignore" | "fail" | undefined
}

/**
 * What a stream did. `pages + extraRequests + retries` is the number of requests that it sent.
 *
 * @since 0.1.0
 * @category models
 */
export interface PageReport {
  /** Pages emitted. */
  readonly pages: number
  /** Clients emitted. */
  readonly clients: number
  /** Clients that could not be decoded. */
  readonly rejected: number
  /** Requests that were retried. */
  readonly retries: number
  /** Pages that were requested and not emitted: to find the place in a list that changed, or behind its end. */
  readonly extraRequests: number
  /** Changes of the list that were noticed, each of them a `DriftDetected` event. */
  readonly changes: number
  /** Clients that were received again and dropped, those in the planned overlap of pages not counted. */
  readonly duplicatesDropped: number
  /** The length of the list as the server reported it first; none if it never did. */
  readonly firstTotal: Option.Option<number>
  /** The length of the list as the server reported it last; none if it never did. */
  readonly lastTotal: Option.Option<number>
  /**
   * Where pages did not overlap: how many clients the server counts that were not read, by this stream or by those that it
   * resumes. 0 where pages overlapped, and when `maxPages` ended the stream.
   */
  readonly suspectedMisses: number
  /** Whether pages did not overlap, so that a change of constant length may have gone unnoticed. */
  readonly unproven: boolean
}

/**
 * What happens while pages are read. `Completed` is the last one.
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
 * Each of the events by its own name.
 *
 * @since 0.1.0
 * @category models
 */
export declare namespace PageEvent {
  /**
   * A page that brings clients, or ends the list. It contains only clients that were not emitted before.
   *
   * @since 0.1.0
   * @category models
   */
  export interface PageFetched {
    readonly _tag: "PageFetched"
    readonly page: OauthClientPage
    /** How many requests the page took. */
    readonly attempts: number
  }

  /**
   * An attempt at a page failed and will be retried after `delay`; also emitted for prefetched pages, as it happens.
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
   * A row that could not be decoded, with `onInvalidItem: "skip"`.
   *
   * @since 0.1.0
   * @category models
   */
  export interface ItemRejected {
    readonly _tag: "ItemRejected"
    /** From 1. */
    readonly pageNumber: number
    /** Its place on the page, from 0. */
    readonly index: number
    /** Where and what was expected, never the value. */
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
     * How the change showed: a different `total`, the last client that was read `moved`, or clients `repeated` that were
     * read before.
     */
    readonly sign: "total" | "moved" | "repeated"
    /** The length of the list that the server reported before, and reports now; none if it does not. */
    readonly totalBefore: Option.Option<number>
    readonly totalNow: Option.Option<number>
    /** Clients on this page that were read before, those in the planned overlap not counted. */
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
