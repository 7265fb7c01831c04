/** Validation of a caller's IDs, pages and stream options, before any request is sent. */
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { SchemaIssue } from "../../ErrorDetail.js"
import type { PageStreamOptions } from "../../PageStream.js"
import { durationMillis } from "../config/policy.js"
import { checkCursor } from "../list/cursor.js"
import { schemaIssues } from "../wire/schemaIssues.js"

/** The valid input, or its issues. */
export type Checked<A> = Either.Either<A, ReadonlyArray<SchemaIssue>>

/** Validates with a schema. Unknown keys are rejected, since they are usually typos. */
export const checked = <A, I>(schema: Schema.Schema<A, I>): (input: unknown) => Checked<A> => {
  const decode = ParseResult.decodeUnknownEither(schema, { errors: "all", onExcessProperty: "error" })
  return (input) => Either.mapLeft(decode(input), (issue) => schemaIssues(issue))
}

// A dot segment would lead to another path, even percent-encoded (WHATWG URL, section 4.4), and a blank ID to the list.
// A lone surrogate cannot be percent-encoded.
const PathId = Schema.String.pipe(
  Schema.filter((id) => id.trim() !== "" && id !== "." && id !== ".." && !/[\p{Control}\p{Surrogate}]/u.test(id), {
    description: "an id: not blank, not \".\" or \"..\", without control characters"
  })
)

/** Whether an ID can be sent. */
export const isPathId = Schema.is(PathId)

export const checkUser = checked(Schema.Struct({ userId: PathId }))
export const checkClient = checked(Schema.Struct({ userId: PathId, clientId: PathId }))

// Up to this page number, row positions are safe integers.
const lastPageNumber = Math.floor(Number.MAX_SAFE_INTEGER / 100) - 1

const whole = (from: number, to: number) =>
  Schema.Number.pipe(Schema.filter((value) => Number.isSafeInteger(value) && value >= from && value <= to, {
    description: `a whole number${to < lastPageNumber ? ` from ${from} to ${to}` : `, ${from} or more`}`
  }))

const PageSize = whole(1, 100)

/** A page of a list. */
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

/** Validates `settle` and returns it in milliseconds. */
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

/** Validates the options of a stream and fills in the defaults. */
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
