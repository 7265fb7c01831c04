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
   * A page, without what came twice.
   *
   * @since 0.1.0
   * @category models
   */
  export interface PageFetched {
    readonly _tag: "PageFetched"
    readonly page: OauthClientPage
    /** Requests that it took. */
    readonly attempts: number
  }

  /**
   * An attempt at a page failed, and the next one follows. Pages that are fetched ahead tell it too, as it happens.
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
    /** How long the next one is waited for. */
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
    /** By what it showed: another `total`, or ids that `repeated`. */
    readonly sign: "total" | "repeated"
    /** How many clients the server counted before, and counts now; none if it does not say. */
    readonly totalBefore: Option.Option<number>
    readonly totalNow: Option.Option<number>
    /** Clients on this page that were read before. */
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
