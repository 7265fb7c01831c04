import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { SchemaIssue } from "../ErrorDetail.js"
import type { PageStreamOptions } from "../PageStream.js"
import { checkCursor } from "./pageCursor.js"
import type { PagesOptions } from "./pagination.js"
import { checkListInput } from "./requests.js"
import { schemaIssues } from "./schemaIssues.js"

const whole = (from: number, to: number) =>
  Schema.Number.pipe(Schema.filter((value) => Number.isSafeInteger(value) && value >= from && value <= to, {
    description: `a whole number${to < Number.MAX_SAFE_INTEGER ? ` from ${from} to ${to}` : `, ${from} or more`}`
  }))

const Options = Schema.Struct({
  perPage: Schema.optional(whole(1, 100)),
  resume: Schema.optional(Schema.Unknown),
  prefetch: Schema.optionalWith(whole(0, 100), { default: () => 1 }),
  maxPages: Schema.optional(whole(1, Number.MAX_SAFE_INTEGER)),
  onInvalidItem: Schema.optionalWith(Schema.Literal("fail", "skip"), { default: () => "fail" }),
  onDrift: Schema.optionalWith(Schema.Literal("recover", "ignore", "fail"), { default: () => "recover" })
})

const decodeOptions = ParseResult.decodeUnknownEither(Options, { errors: "all", onExcessProperty: "error" })

/** About 1 MB of ids, whatever the length of the list. */
const rememberedIds = 10_000

/** What a stream is made from, checked before anything is sent. */
export const checkStream = (
  userId: string,
  options: PageStreamOptions
): Either.Either<
  Omit<PagesOptions, "fetch"> & { readonly onInvalidItem: "fail" | "skip" },
  ReadonlyArray<SchemaIssue>
> =>
  Either.gen(function*() {
    const { resume, ...rest } = yield* Either.mapLeft(decodeOptions(options), (issue) => schemaIssues(issue))
    const cursor = resume === undefined ? undefined : yield* checkCursor(resume, userId, rest.perPage)
    const perPage = rest.perPage ?? cursor?.perPage ?? 100
    yield* checkListInput({ userId, page: 1, perPage })
    return { ...rest, userId, perPage, resume: cursor, remembered: rememberedIds }
  })
