/** What a caller may give: ids, pages, options of a stream. Checked here, before anything is sent. */
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { SchemaIssue } from "../../ErrorDetail.js"
import type { PageStreamOptions } from "../../PageStream.js"
import { durationMillis } from "../config/policy.js"
import { checkCursor } from "../list/cursor.js"
import { schemaIssues } from "../wire/schemaIssues.js"

/** What is good, or where it is not. */
export type Checked<A> = Either.Either<A, ReadonlyArray<SchemaIssue>>

/** A check by a schema. A key that is not known is a typing error that would otherwise be lost in silence. */
export const checked = <A, I>(schema: Schema.Schema<A, I>): (input: unknown) => Checked<A> => {
  const decode = ParseResult.decodeUnknownEither(schema, { errors: "all", onExcessProperty: "error" })
  return (input) => Either.mapLeft(decode(input), (issue) => schemaIssues(issue))
}

// A dot segment would climb to another path, also percent-encoded (WHATWG URL, section 4.4), and what is blank would end
// at the list. A lone surrogate cannot be percent-encoded.
const PathId = Schema.String.pipe(
  Schema.filter((id) => id.trim() !== "" && id !== "." && id !== ".." && !/[\p{Control}\p{Surrogate}]/u.test(id), {
    description: "an id: not blank, not \".\" or \"..\", without control characters"
  })
)

/** Whether an id can be sent at all. */
export const isPathId = Schema.is(PathId)

export const checkUser = checked(Schema.Struct({ userId: PathId }))
export const checkClient = checked(Schema.Struct({ userId: PathId, clientId: PathId }))

// Up to here a page's place in the list can be counted without a fraction lost.
const lastPageNumber = Math.floor(Number.MAX_SAFE_INTEGER / 100) - 1

const whole = (from: number, to: number) =>
  Schema.Number.pipe(Schema.filter((value) => Number.isSafeInteger(value) && value >= from && value <= to, {
    description: `a whole number${to < lastPageNumber ? ` from ${from} to ${to}` : `, ${from} or more`}`
  }))

const PageSize = whole(1, 100)

/** Which page is meant. */
export interface PageNumbers {
  readonly page: number
  readonly perPage: number
}

const checkPageOptions = checked(
  Schema.Struct({ page: Schema.optional(whole(1, lastPageNumber)), perPage: Schema.optional(PageSize) })
    .annotations({ description: "an object with page and perPage" })
)

export const checkPage = (options: unknown): Checked<PageNumbers> =>
  Either.map(checkPageOptions(options), ({ page = 1, perPage = 15 }) => ({ page, perPage }))

const checkEnsureOptions = checked(
  Schema.Struct({ settle: Schema.optional(Schema.Unknown) }).annotations({ description: "an object with settle" })
)

/** How long a lost answer is waited for, in milliseconds. */
export const checkSettle = (options: unknown): Checked<number> =>
  Either.flatMap(checkEnsureOptions(options), ({ settle = "5 seconds" }) =>
    Either.fromOption(
      durationMillis(settle),
      () => [{ path: ["settle"], expected: "must be a duration, for example \"5 seconds\"" }]
    ))

const checkStreamOptions = checked(
  Schema.Struct({
    perPage: Schema.optional(PageSize),
    resume: Schema.optional(Schema.Unknown),
    prefetch: Schema.optional(whole(0, 100)),
    maxPages: Schema.optional(whole(1, Number.MAX_SAFE_INTEGER)),
    onInvalidItem: Schema.optional(Schema.Literal("fail", "skip")),
    onDrift: Schema.optional(Schema.Literal("recover", "ignore", "fail"))
  }).annotations({ description: "an object with options of a stream" })
)

/** What a stream is made from. */
export const checkStream = (userId: string, options: PageStreamOptions) =>
  Either.gen(function*() {
    const decoded = yield* checkStreamOptions(options)
    const { maxPages, onDrift = "recover", onInvalidItem = "fail", prefetch = 1 } = decoded
    const resume = decoded.resume === undefined
      ? undefined
      : yield* checkCursor(decoded.resume, userId)
    const perPage = decoded.perPage ?? resume?.maxPerPage ?? 100
    yield* checkUser({ userId })
    return { userId, perPage, resume, prefetch, maxPages, onInvalidItem, onDrift }
  })
