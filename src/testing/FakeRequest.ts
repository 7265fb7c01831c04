/**
 * The fake's requests and responses, independent of the transport.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import type { OperationId } from "../internal/service/operations.js"

/**
 * The operation of a request: one on clients, `GET /users/myself`, a token request, a browser's preflight, or one
 * unknown to the server.
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
 * A request as the fake receives it.
 *
 * @since 0.1.0
 * @category models
 */
export interface FakeRequest {
  /** The method, in upper case. */
  readonly method: string
  /** The path with its query, without the origin. */
  readonly url: string
  /** The headers, with lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as text, empty if there is none. */
  readonly body: string
}

/**
 * A complete response, a response with a streamed body, which may break off, or a dropped connection.
 *
 * @since 0.1.0
 * @category models
 */
export type FakeReply = Answered | Streamed | Dropped

/**
 * A response with its complete body.
 *
 * @since 0.1.0
 * @category models
 */
export interface Answered {
  readonly _tag: "Answered"
  /** The status code. */
  readonly status: number
  /** The headers, with lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as text, empty if there is none. */
  readonly body: string
}

/**
 * A response with a streamed body.
 *
 * @since 0.1.0
 * @category models
 */
export interface Streamed {
  readonly _tag: "Streamed"
  /** The status code. */
  readonly status: number
  /** The headers, with lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** The value of `Content-Length`, in bytes. */
  readonly length: number
  /** The body. If the stream fails, the connection closes before the body is complete. */
  readonly stream: Stream.Stream<Uint8Array, "BrokenOff">
}

/**
 * No response: the connection is reset or refused.
 *
 * @since 0.1.0
 * @category models
 */
export interface Dropped {
  readonly _tag: "Dropped"
  /** Whether the connection was reset or refused. */
  readonly code: "ECONNRESET" | "ECONNREFUSED"
}

/**
 * A request that the fake has received. Its secrets are `Redacted`, including those in the body of a token request.
 *
 * @since 0.1.0
 * @category models
 */
export interface RecordedRequest {
  /** The number of the request since the fake was created, from 1. */
  readonly sequence: number
  /** When it arrived, by Effect's `Clock`. */
  readonly at: DateTime.Utc
  /** The operation, derived from method and path. */
  readonly operation: FakeOperation
  /** The method, in upper case. */
  readonly method: string
  /** The path with its query, without the origin. */
  readonly url: string
  /** The path as sent, without the query. */
  readonly path: string
  /** The query parameters, decoded. */
  readonly query: Readonly<Record<string, string>>
  /** The user ID in the path, decoded, if there is one. */
  readonly userId: string | undefined
  /** The client ID in the path, decoded, if there is one. */
  readonly clientId: string | undefined
  /** For lists, the page number as the server reads it from the query, from 1. */
  readonly page: number | undefined
  /** For lists, the page size as the server reads it from the query. */
  readonly perPage: number | undefined
  /** The headers without `authorization`, with lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** The `authorization` header, including its scheme. */
  readonly authorization: Redacted.Redacted<string> | undefined
  /** The parsed body, its text if the server cannot parse it, or `undefined` if it is empty. */
  readonly body: unknown
  /** Descriptions of the faults that applied to it. */
  readonly faults: ReadonlyArray<string>
  /** Whether it is still in flight, was answered, had its connection dropped, or was interrupted by its caller. */
  readonly outcome: "pending" | "answered" | "dropped" | "interrupted"
  /** The status of the response, if there is one. */
  readonly status: number | undefined
}

/**
 * What the method and the URL of a request select.
 *
 * @since 0.1.0
 * @internal
 */
export type Route = Pick<RecordedRequest, "operation" | "path" | "query" | "userId" | "clientId" | "page" | "perPage">
