import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import type { SchemaIssue } from "../../ErrorDetail.js"
import { PageCursor } from "../../OauthClientPage.js"
import { schemaIssues } from "../wire/schemaIssues.js"
import type { Window } from "./windows.js"

/** Where a walk can continue. */
export interface Place {
  /** The number of rows before the next one, in a list of length `total`. */
  readonly position: number
  readonly total: number | null
  /** The maximum page size. */
  readonly maxPerPage: number
  /** The IDs read last. */
  readonly ids: ReadonlyArray<string>
  /** How many of the first IDs are behind this place again, since rows were inserted before them. */
  readonly ahead: number
  /** The number of rows read, including those of earlier walks. */
  readonly seen: number
}

type Content = Omit<typeof PageCursor.Encoded, "check">

const version = 2

// FNV-1a, 32 bits. Effect's own hash may differ between its versions, but stored cursors must stay valid.
const checksum = ({ ahead, ids, maxPerPage, page, perPage, position, seen, total, userId }: Content): string => {
  const text = [version, userId, page, perPage, maxPerPage, position, seen, total, ahead, ...ids].join("\0")
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, "0")
}

// A server may report pages of any size.
const within = (most: number, value: number): number => Math.min(value, most)

export const makeCursor = (userId: string, place: Place, next: Window): PageCursor => {
  const content: Content = {
    version,
    userId,
    page: next.page,
    perPage: within(100, next.size),
    ...place,
    maxPerPage: within(100, place.maxPerPage),
    position: within(Number.MAX_SAFE_INTEGER, place.position),
    seen: within(Number.MAX_SAFE_INTEGER, place.seen)
  }
  return new PageCursor({ check: checksum(content), ...content }, true)
}

const decodeCursor = ParseResult.decodeUnknownEither(PageCursor, { errors: "all" })

const refuse = (field: string, expected: string) => Either.left([{ path: ["resume", field], expected }])

/** Validates a cursor: made by this library, unchanged, for this user. */
export const checkCursor = (
  input: unknown,
  userId: string
): Either.Either<PageCursor, ReadonlyArray<SchemaIssue>> =>
  Either.gen(function*() {
    if (Predicate.isRecord(input) && Number.isInteger(input.version) && input.version !== version) {
      return yield* refuse(
        "version",
        `must be ${version}, the version of this library's cursors; start again without it`
      )
    }
    const cursor = yield* Either.mapLeft(decodeCursor(input), (issue) => schemaIssues(issue, ["resume"]))
    if (cursor.check !== checksum(cursor)) {
      return yield* refuse("check", "must be a cursor of this library, unchanged")
    }
    if (cursor.userId !== userId) return yield* refuse("userId", "must be a cursor of the same user")
    return cursor
  })
