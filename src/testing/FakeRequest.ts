/**
 * What goes into the fake and what comes out, whichever way it is reached.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import type { OperationId } from "../internal/service/operations.js"

/**
 * What a request asks for: an operation on clients, the user that the token is for (`GET /users/myself`), a token, a
 * browser's preflight, or nothing that the server knows.
 *
 * @since 0.1.0
 * @category models
 */
export type FakeOperation =
  | OperationId
  | "findMyself"
  | "token"
  | "preflight"
  | "unknown"

/**
 * A request as it arrives.
 *
 * @since 0.1.0
 * @category models
 */
export interface FakeRequest {
  /** The method, in upper case. */
  readonly method: string
  /** The path with its query, without the origin. */
  readonly url: string
  /** The headers; their names are lower-case. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as text, empty where there is none. */
  readonly body: string
}

/**
 * A reply: an answer, an answer whose body arrives bit by bit and may break off, or none, as the connection is gone.
 *
 * @since 0.1.0
 * @category models
 */
export type FakeReply = Answered | Streamed | Dropped

/**
 * An answer with its whole body.
 *
 * @since 0.1.0
 * @category models
 */
export interface Answered {
  readonly _tag: "Answered"
  /** The status code. */
  readonly status: number
  /** The headers; their names are lower-case. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as text, empty where there is none. */
  readonly body: string
}

/**
 * An answer whose body arrives bit by bit.
 *
 * @since 0.1.0
 * @category models
 */
export interface Streamed {
  readonly _tag: "Streamed"
  /** The status code. */
  readonly status: number
  /** The headers; their names are lower-case. */
  readonly headers: Readonly<Record<string, string>>
  /** What the server promises in `Content-Length`, in bytes. */
  readonly length: number
  /** The body; one that fails breaks off before its length. */
  readonly stream: Stream.Stream<Uint8Array, "BrokenOff">
}

/**
 * No answer: the connection breaks, is never made, or nothing comes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Dropped {
  readonly _tag: "Dropped"
  /** Whether the connection broke or was never made. */
  readonly code: "ECONNRESET" | "ECONNREFUSED"
}

/**
 * A request that the fake has seen. Its secrets are `Redacted`, those of a token request's body too.
 *
 * @since 0.1.0
 * @category models
 */
export interface RecordedRequest {
  /** Counts from 1, over all requests since the fake was made. */
  readonly sequence: number
  /** When it arrived, by Effect's `Clock`. */
  readonly at: DateTime.Utc
  /** What it asks for, told from method and path. */
  readonly operation: FakeOperation
  /** The method, in upper case. */
  readonly method: string
  /** The path with its query, without the origin. */
  readonly url: string
  /** The path as it was sent, without the query. */
  readonly path: string
  /** The parameters of the query, decoded. */
  readonly query: Readonly<Record<string, string>>
  /** The user's id in the path, decoded; absent where the path names none. */
  readonly userId: string | undefined
  /** The client's id in the path, decoded; absent where the path names none. */
  readonly clientId: string | undefined
  /** The page that the server made of the query, counted from 1; absent but for lists. */
  readonly page: number | undefined
  /** The page size that the server made of the query; absent but for lists. */
  readonly perPage: number | undefined
  /** The headers, without `authorization`; their names are lower-case. */
  readonly headers: Readonly<Record<string, string>>
  /** The header `authorization`, with its scheme. */
  readonly authorization: Redacted.Redacted<string> | undefined
  /** The parsed body, or its text where the server cannot read it; absent where it is empty. */
  readonly body: unknown
  /** What the fault script did to it, in words. */
  readonly faults: ReadonlyArray<string>
  /** What became of it: on its way, answered, connection dropped, or its caller went away first. */
  readonly outcome: "pending" | "answered" | "dropped" | "interrupted"
  /** The status of the answer; absent as long as there is none, and where the connection was dropped. */
  readonly status: number | undefined
}
