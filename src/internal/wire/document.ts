/**
 * Decoding and encoding of documents: the only room that knows the wire names. Common mistakes of servers are accepted,
 * by one rule for each kind of value; nothing is guessed. Failures quote the server: the exchange redacts them.
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { SchemaIssue } from "../../ErrorDetail.js"
import type { OauthClient } from "../../OauthClient.js"
import type { InvalidAnswer } from "../failure/failure.js"
import { idOf, isSameId, readBy, readFlag, readResource, readWhole, resourceIssues, statedFlags } from "./client.js"
import type { Flag } from "./client.js"
import { isHtml, isNothing, readErrors } from "./errorBody.js"
import { mostIssues, schemaIssues } from "./schemaIssues.js"

/** A successful response with its complete body. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  /** A function, since the exchange's span ends with this value, and some tracers print it. */
  readonly text: () => string
}

/** Without parameters: JSON:API 1.0, "Content Negotiation". */
export const mediaType = "application/vnd.api+json"

/** A page has at most 100 clients, but a server without pagination may send all. Decoding more would block. */
const mostRows = 10_000

/** A row that cannot be decoded. */
export interface BadRow {
  readonly id: string | undefined
  readonly issues: ReadonlyArray<SchemaIssue>
}

export type Row = Either.Either<OauthClient, BadRow>

/** The pagination numbers of a page. A number that is null or missing is undefined. */
export interface Numbers {
  readonly total?: number | undefined
  readonly count?: number | undefined
  readonly perPage?: number | undefined
  readonly currentPage?: number | undefined
  readonly totalPages?: number | undefined
}

/** A list document. Each row is decoded separately, so one bad row does not affect the others. */
export interface ListDocument {
  readonly rows: ReadonlyArray<Row>
  readonly numbers: Numbers
}

type Decoded<A> = Either.Either<A, InvalidAnswer>

/** The document of one client. */
export interface ClientDocument {
  readonly client: OauthClient
  /** The flags that the document states. The others have the database's defaults. */
  readonly stated: ReadonlyArray<Flag>
}

/** Reads the document of one client, which must have this ID if one is given. */
export const readClient = (answer: Answer, id?: string): Decoded<ClientDocument> =>
  Either.flatMap(readRoot(answer), ({ data }) => clientOf(answer, data, id))

/** Reads the response to an update: the client, or none if the server sent no document. */
export const readUpdate = (answer: Answer, id: string): Decoded<Option.Option<ClientDocument>> =>
  isBlank(answer)
    ? Either.right(Option.none())
    : Either.flatMap(readRoot(answer, "orNothing"), ({ data }) =>
      isNothing(data) ? Either.right(Option.none()) : Either.map(clientOf(answer, data, id), Option.some))

/** Reads the response to a deletion: any JSON, or an empty body, unless it reports a failure. */
export const readNothing = (answer: Answer): Decoded<void> =>
  isBlank(answer)
    ? Either.void
    : Either.flatMap(parse(answer), (root) =>
      Predicate.isRecord(root) ? Either.map(accept(answer, root), () => undefined) : Either.void)

/** Reads the document of one page. */
export const readPage = (answer: Answer): Decoded<ListDocument> =>
  Either.flatMap(readRoot(answer), ({ data, meta }) => {
    const rows = rowsOf(data)
    if (rows === undefined) return invalid(answer, "document", ["data"], "must be an array")
    if (rows.length > mostRows) return invalid(answer, "size", ["data"], `must have at most ${mostRows} rows`)
    const read = rows.map((row, index) => toRow(row, index, data))
    return Either.map(numbersOf(answer, meta), (numbers) => ({ rows: read, numbers }))
  })

/** Reads the document of one page, and fails if any row is invalid. The error lists the first few issues. */
export const readStrictPage = (answer: Answer): Decoded<ListDocument> =>
  Either.flatMap(readPage(answer), (document) => {
    if (document.rows.every(Either.isRight)) return Either.right(document)
    const issues = document.rows.flatMap((row) => Either.isLeft(row) ? row.left.issues : [])
    return invalidSchema(answer, issues.slice(0, mostIssues))
  })

/** Reads the document of the requested page, and rejects any other page. */
export const readRequestedPage = (answer: Answer, page: number): Decoded<ListDocument> =>
  Either.flatMap(readStrictPage(answer), (document) =>
    (document.numbers.currentPage ?? page) === page
      ? Either.right(document)
      : invalid(answer, "mismatch", ["meta", "pagination", "current_page"], "must be the requested page"))

const invalidSchema = ({ status }: Answer, issues: ReadonlyArray<SchemaIssue>): Either.Either<never, InvalidAnswer> =>
  Either.left({ _tag: "InvalidAnswer", status, reason: "schema", issues })

const invalid = (
  { status }: Answer,
  reason: InvalidAnswer["reason"],
  path: SchemaIssue["path"],
  expected: string,
  said: Pick<InvalidAnswer, "errors" | "html" | "denied"> = {}
): Either.Either<never, InvalidAnswer> =>
  Either.left({ _tag: "InvalidAnswer", status, reason, issues: [{ path, expected }], ...said })

interface Root {
  readonly data?: unknown
  readonly meta?: unknown
  readonly [member: string]: unknown
}

const isBlank = (answer: Answer): boolean => answer.text().trim() === ""

// The body decides whether it is JSON: servers and proxies send any `Content-Type`.
const parse = (answer: Answer): Decoded<unknown> => {
  const text = answer.text()
  try {
    return Either.right(JSON.parse(text))
  } catch {
    if (isHtml(text)) return invalid(answer, "contentType", [], "must be JSON", { html: true })
    const isJson = answer.contentType === "" || /[/+]json\b/i.test(answer.contentType)
    const empty = text.trim() === "" ? ", but it is empty" : ""
    return invalid(answer, isJson ? "json" : "contentType", [], `must be JSON${empty}`)
  }
}

const readRoot = (answer: Answer, nothing?: "orNothing"): Decoded<Root> =>
  Either.flatMap(parse(answer), (root) => {
    if (Predicate.isRecord(root)) return accept(answer, root)
    return nothing !== undefined && isNothing(root)
      ? Either.right({})
      : invalid(answer, "document", [], "must be a JSON object")
  })

/** Accepts a document unless it reports a failure. */
const accept = (answer: Answer, root: Root): Decoded<Root> => {
  const member = denying(root)
  return member === undefined
    ? Either.right(root)
    : invalid(answer, "document", [member], "must not report a failure with a success status", {
      errors: readErrors(root),
      denied: true
    })
}

// With `data`, the other members may be additions of the application, which JSON:API says to ignore.
const denying = ({ data, error, errors, status, success }: Root): string | undefined => {
  if (!isNothing(errors)) return "errors"
  if (!isNothing(data)) return undefined
  if (!isNothing(error)) return "error"
  if (success !== undefined && success !== null && readFlag(success) === false) return "success"
  return Predicate.isString(status) && /^(error|fail(ed|ure)?)$/i.test(status) ? "status" : undefined
}

const clientOf = (answer: Answer, data: unknown, id: string | undefined): Decoded<ClientDocument> => {
  const client = readResource(data)
  if (client === undefined) return invalidSchema(answer, resourceIssues(data, ["data"]))
  return id === undefined || isSameId(client.id, id)
    ? Either.right({ client, stated: statedFlags(data) })
    : invalid(answer, "mismatch", ["data", "id"], "must be the requested ID")
}

// PHP may encode an empty list as `{}`, and one with gaps as an object.
const rowsOf = (data: unknown): ReadonlyArray<unknown> | undefined => {
  if (Array.isArray(data)) return data
  return Predicate.isRecord(data) && Object.keys(data).every((key) => /^\d+$/.test(key))
    ? Object.values(data)
    : undefined
}

const toRow = (row: unknown, index: number, data: unknown): Row => {
  const client = readResource(row)
  if (client !== undefined) return Either.right(client)
  const key = Predicate.isRecord(data) ? Number(Object.keys(data)[index]) : index
  return Either.left({ id: idOf(row), issues: resourceIssues(row, ["data", key]) })
}

const Count = Schema.optional(Schema.NullOr(readBy(readWhole, "a whole number, 0 or more")))

const Pagination = Schema.Struct({
  total: Count,
  count: Count,
  per_page: Count,
  current_page: Count,
  total_pages: Count
}).annotations({ description: "the numbers of a page" })

const checkPagination = ParseResult.decodeUnknownEither(Pagination, { errors: "all" })

const numbersOf = (answer: Answer, meta: unknown): Decoded<Numbers> => {
  const found = Predicate.isRecord(meta) ? meta.pagination : undefined
  if (isNothing(found)) return Either.right({})
  const checked = checkPagination(found)
  if (Either.isLeft(checked)) return invalidSchema(answer, schemaIssues(checked.left, ["meta", "pagination"]))
  const { count, current_page, per_page, total, total_pages } = checked.right
  return Either.right({
    total: readWhole(total),
    count: readWhole(count),
    perPage: readWhole(per_page),
    currentPage: readWhole(current_page),
    totalPages: readWhole(total_pages)
  })
}
