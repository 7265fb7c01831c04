import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { SchemaIssue } from "../../ErrorDetail.js"
import type { PageStreamOptions } from "../../PageStream.js"
import { checkCursor } from "../list/pageCursor.js"
import type { PagesOptions } from "../list/pagination.js"
import { schemaIssues } from "../wire/schemaIssues.js"
import { checkUser, PageSize, whole } from "./requests.js"

const Options = Schema.Struct({
  perPage: Schema.optional(PageSize),
  resume: Schema.optional(Schema.Unknown),
  prefetch: Schema.optional(whole(0, 100)),
  maxPages: Schema.optional(whole(1, Number.MAX_SAFE_INTEGER)),
  onInvalidItem: Schema.optional(Schema.Literal("fail", "skip")),
  onDrift: Schema.optional(Schema.Literal("recover", "ignore", "fail"))
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
    const decoded = yield* Either.mapLeft(decodeOptions(options), (issue) => schemaIssues(issue))
    const { maxPages, onDrift = "recover", onInvalidItem = "fail", prefetch = 1 } = decoded
    const resume = decoded.resume === undefined
      ? undefined
      : yield* checkCursor(decoded.resume, userId, decoded.perPage)
    const perPage = decoded.perPage ?? resume?.perPage ?? 100
    yield* checkUser({ userId })
    return { userId, perPage, resume, prefetch, maxPages, onInvalidItem, onDrift, remembered: rememberedIds }
  })
