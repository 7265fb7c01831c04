/**
 * The wire format: JSON:API documents, and the only snake_case.
 */
import * as Arr from "effect/Array"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { SchemaIssue } from "../../ErrorDetail.js"
import type { OauthClient } from "../../OauthClient.js"
import type { InvalidAnswer } from "../failure/failure.js"
import { idOf, toClient } from "./client.js"
import { readErrors } from "./errorBody.js"
import { mostIssues, schemaIssues } from "./schemaIssues.js"

/** A good status with its whole body. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  /** A function, since the span of the exchange ends with its answer, and some tracers print what they get. */
  readonly text: () => string
}

/** Without parameters: JSON:API 1.0, "Content Negotiation". */
export const mediaType = "application/vnd.api+json"

const Count = Schema.optional(Schema.NullOr(Schema.NonNegativeInt)).annotations({
  description: "a whole number, 0 or more"
})

const PaginationMeta = Schema.Struct({
  total: Count,
  count: Count,
  per_page: Count,
  current_page: Count,
  total_pages: Count
}).annotations({ description: "the numbers of a page" })

/** A page has at most 100 clients; a server that does not page may send all it has. Beyond this, decoding would block. */
const mostRows = 10_000

const decodePagination = ParseResult.decodeUnknownEither(PaginationMeta, { errors: "all" })

/** What is known of a row that cannot be decoded. */
export interface BadRow {
  readonly id: string | undefined
  readonly issues: ReadonlyArray<SchemaIssue>
}

export type Row = Either.Either<OauthClient, BadRow>

/** What a page says of itself and of the list. A number that is null or missing is not said. */
export interface Numbers {
  readonly total?: number | undefined
  readonly count?: number | undefined
  readonly perPage?: number | undefined
  readonly currentPage?: number | undefined
  readonly totalPages?: number | undefined
}

/** A list document, row by row: one bad row is not the others' fault. */
export interface ListDocument {
  readonly rows: ReadonlyArray<Row>
  readonly numbers: Numbers
}

/** The document of one client. */
export const readClient = (answer: Answer): Either.Either<OauthClient, InvalidAnswer> =>
  Either.gen(function*() {
    const { data } = yield* decodeDocument(answer)
    return yield* Either.mapLeft(toClient(data, ["data"]), (issues) => invalid(answer, "schema", issues))
  })

/** The document of one page. */
export const readPage = (answer: Answer): Either.Either<ListDocument, InvalidAnswer> =>
  Either.gen(function*() {
    const document = yield* decodeDocument(answer)
    if (!Array.isArray(document.data)) {
      return yield* Either.left(invalid(answer, "document", [{ path: ["data"], expected: "must be an array" }]))
    }
    if (document.data.length > mostRows) {
      return yield* Either.left(
        invalid(answer, "size", [{ path: ["data"], expected: `must have at most ${mostRows} rows` }])
      )
    }
    const numbers = yield* Either.mapLeft(toNumbers(document.meta), (issues) => invalid(answer, "schema", issues))
    return { rows: document.data.map(toRow), numbers }
  })

/** Any JSON document, or none at all: what a deletion is answered with. */
export const readNothing = (answer: Answer): Either.Either<void, InvalidAnswer> =>
  answer.text().trim() === "" ? Either.void : Either.map(decodeDocument(answer), () => undefined)

/** The same, but one bad row makes the whole page a bad answer: the error names the first few places. */
export const readStrictPage = (answer: Answer): Either.Either<ListDocument, InvalidAnswer> =>
  Either.flatMap(readPage(answer), (document) => {
    const bad = Arr.take(Arr.filterMap(document.rows, Either.getLeft), mostIssues)
    const issues = Arr.take(bad.flatMap((row) => row.issues), mostIssues)
    return bad.length === 0 ? Either.right(document) : Either.left(invalid(answer, "schema", issues))
  })

const toRow = (data: unknown, index: number): Row =>
  Either.mapLeft(toClient(data, ["data", index]), (issues) => ({
    id: idOf(data),
    issues
  }))

export const invalid = (
  { status }: Answer,
  reason: InvalidAnswer["reason"],
  issues: ReadonlyArray<SchemaIssue>
): InvalidAnswer => ({ _tag: "InvalidAnswer", status, reason, issues, errors: [] })

interface Document {
  readonly data?: unknown
  readonly meta?: unknown
}

const decodeDocument = (answer: Answer): Either.Either<Document, InvalidAnswer> =>
  Either.gen(function*() {
    const root = yield* parseJson(answer)
    if (!Predicate.isRecord(root)) {
      return yield* Either.left(invalid(answer, "document", [{ path: [], expected: "must be a JSON object" }]))
    }
    if (hasErrors(root.errors)) {
      const issues = [{ path: ["errors"], expected: "must not be in an answer with a good status" }]
      return yield* Either.left({ ...invalid(answer, "document", issues), errors: readErrors(root) })
    }
    return root
  })

const hasErrors = (errors: unknown): boolean =>
  Array.isArray(errors) ? errors.length > 0 : errors !== undefined && errors !== null

const parseJson = (answer: Answer): Either.Either<unknown, InvalidAnswer> => {
  const text = answer.text()
  return Either.try({
    try: (): unknown => JSON.parse(text),
    catch: () => {
      const isJson = answer.contentType === "" || /[/+]json\b/i.test(answer.contentType)
      return invalid(answer, isJson ? "json" : "contentType", [{
        path: [],
        expected: `must be JSON${text.trim() === "" ? ", but it is empty" : ""}`
      }])
    }
  })
}

// PHP writes an empty map as `[]`.
const toNumbers = (meta: unknown): Either.Either<Numbers, ReadonlyArray<SchemaIssue>> => {
  const found = Predicate.isRecord(meta) ? meta.pagination : undefined
  if (found === undefined || found === null || (Array.isArray(found) && found.length === 0)) return Either.right({})
  return Either.mapBoth(decodePagination(found), {
    onLeft: (issue) => schemaIssues(issue, ["meta", "pagination"]),
    onRight: ({ count, current_page, per_page, total, total_pages }) => ({
      total: total ?? undefined,
      count: count ?? undefined,
      perPage: per_page ?? undefined,
      currentPage: current_page ?? undefined,
      totalPages: total_pages ?? undefined
    })
  })
}
