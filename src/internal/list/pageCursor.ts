import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import type { SchemaIssue } from "../../ErrorDetail.js"
import { PageCursor } from "../../OauthClientPage.js"
import { schemaIssues } from "../wire/schemaIssues.js"

/** What a cursor says. */
export type Place = Omit<typeof PageCursor.Encoded, "version" | "check">

// FNV-1a (32 bits): Effect's own hash may change between its versions, and cursors outlive them.
const checksum = (text: string): string => {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, "0")
}

const sign = ({ anchors, page, perPage, seen, total, userId }: Place): string =>
  checksum(JSON.stringify([1, userId, perPage, page, total, seen, anchors]))

export const makeCursor = ({ seen, ...rest }: Place): PageCursor => {
  // A server may claim pages of any size.
  const place = { ...rest, seen: Math.min(seen, Number.MAX_SAFE_INTEGER) }
  return new PageCursor({ ...place, version: 1, check: sign(place) })
}

const decodeCursor = ParseResult.decodeUnknownEither(PageCursor, { errors: "all" })

const refuse = (field: string, expected: string) => Either.left([{ path: ["resume", field], expected }])

/** A cursor that is this library's, and for this stream. */
export const checkCursor = (
  input: unknown,
  userId: string,
  perPage: number | undefined
): Either.Either<PageCursor, ReadonlyArray<SchemaIssue>> =>
  Either.gen(function*() {
    const cursor = yield* Either.mapLeft(decodeCursor(input), (issue) => schemaIssues(issue, ["resume"]))
    if (cursor.check !== sign(cursor)) {
      return yield* refuse("check", "must be a cursor as this library made it, unchanged")
    }
    if (cursor.userId !== userId) {
      return yield* refuse("userId", "must be a cursor of the same user")
    }
    if (perPage !== undefined && cursor.perPage !== perPage) {
      return yield* refuse("perPage", "must be a cursor of the same page size, or leave perPage out")
    }
    return cursor
  })
