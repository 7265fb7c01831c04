/**
 * The wire format: JSON:API documents, and the only snake_case.
 */
import * as Arr from "effect/Array"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { SchemaIssue } from "../../ErrorDetail.js"
import { OauthClient, OauthClientId } from "../../OauthClient.js"
import type { NewOauthClient, OauthClientChanges } from "../../OauthClient.js"
import { Pagination } from "../../OauthClientPage.js"
import type { InvalidAnswer } from "../failure/failure.js"
import type { Conceal } from "../http/conceal.js"
import type { Answer } from "../http/exchange.js"
import { readErrors } from "./errorBody.js"
import { mostIssues, schemaIssues } from "./schemaIssues.js"
import { Timestamp } from "./timestamp.js"

/** Without parameters: JSON:API 1.0, "Content Negotiation". */
export const mediaType = "application/vnd.api+json"

const isId = (id: string | number): boolean =>
  typeof id === "string" ? id.trim() !== "" : Number.isSafeInteger(id) && id >= 0 && !Object.is(id, -0)

const Id = Schema.transform(
  Schema.Union(Schema.String, Schema.Number).pipe(
    Schema.filter(isId, { description: "an id: a text or a whole number" })
  ),
  OauthClientId,
  { strict: true, decode: String, encode: String }
)

// A flag that the application did not set is absent or null, since the database's default is not read back; 0 and 1 come
// from code that skips the casts (wire-facts, section 3).
const Flag = Schema.optional(
  Schema.NullOr(Schema.Union(Schema.Boolean, Schema.Literal(0, 1))).annotations({ description: "a boolean" })
)

const isSet = (flag: boolean | 0 | 1 | null | undefined): boolean => flag === true || flag === 1

const Resource = Schema.Struct({
  type: Schema.Literal("client"),
  id: Id,
  attributes: Schema.Struct({
    name: Schema.String,
    secret: Schema.optional(Schema.NullOr(Schema.Redacted(Schema.String))),
    personal_access_client: Flag,
    password_client: Flag,
    revoked: Flag,
    created_at: Schema.optional(Schema.NullOr(Timestamp)),
    updated_at: Schema.optional(Schema.NullOr(Timestamp))
  }).annotations({ description: "the attributes of a client" })
}).annotations({ description: "a client as a JSON:API resource" })

const Count = Schema.NonNegativeInt.annotations({ description: "a whole number, 0 or more" })

const PaginationMeta = Schema.Struct({
  total: Count,
  count: Count,
  per_page: Count,
  current_page: Count,
  total_pages: Count
}).annotations({ description: "the numbers of a page" })

/** A page has at most 100 clients; a server that does not page may send all it has. Beyond this, decoding would block. */
const mostRows = 10_000

const decodeResource = ParseResult.decodeUnknownEither(Resource, { errors: "all" })
const decodePagination = ParseResult.decodeUnknownEither(PaginationMeta, { errors: "all" })

/** What is known of a row that cannot be decoded. */
export interface BadRow {
  readonly id: string | undefined
  readonly issues: ReadonlyArray<SchemaIssue>
}

export type Row = Either.Either<OauthClient, BadRow>

/** A list document, row by row: one bad row is not the others' fault. */
export interface ListDocument {
  readonly rows: ReadonlyArray<Row>
  readonly pagination: Option.Option<Pagination>
}

/** The document of one client. */
export const decodeItem = (answer: Answer, conceal: Conceal): Either.Either<OauthClient, InvalidAnswer> =>
  Either.gen(function*() {
    const { data } = yield* decodeDocument(answer, conceal)
    return yield* Either.mapLeft(toClient(data, ["data"]), (issues) => invalid(answer, "schema", issues))
  })

/** The document of one page. */
export const decodeList = (answer: Answer, conceal: Conceal): Either.Either<ListDocument, InvalidAnswer> =>
  Either.gen(function*() {
    const document = yield* decodeDocument(answer, conceal)
    if (!Array.isArray(document.data)) {
      return yield* Either.left(invalid(answer, "document", [{ path: ["data"], expected: "must be an array" }]))
    }
    if (document.data.length > mostRows) {
      return yield* Either.left(
        invalid(answer, "size", [{ path: ["data"], expected: `must have at most ${mostRows} rows` }])
      )
    }
    const pagination = yield* Either.mapLeft(toPagination(document.meta), (issues) => invalid(answer, "schema", issues))
    return { rows: document.data.map(toRow), pagination }
  })

/** Any JSON document, or none at all: what a deletion is answered with. */
export const decodeDeletion = (answer: Answer, conceal: Conceal): Either.Either<void, InvalidAnswer> =>
  answer.text().trim() === "" ? Either.void : Either.map(decodeDocument(answer, conceal), () => undefined)

/** The same, but one bad row makes the whole page a bad answer: the error names the first few places. */
export const decodeGoodList = (answer: Answer, conceal: Conceal): Either.Either<ListDocument, InvalidAnswer> =>
  Either.flatMap(decodeList(answer, conceal), (document) => {
    const bad = Arr.take(Arr.filterMap(document.rows, Either.getLeft), mostIssues)
    const issues = Arr.take(bad.flatMap((row) => row.issues), mostIssues)
    return bad.length === 0 ? Either.right(document) : Either.left(invalid(answer, "schema", issues))
  })

const decodeRowId = ParseResult.decodeUnknownOption(Schema.Struct({ id: Id }))

const toRow = (data: unknown, index: number): Row =>
  Either.mapLeft(toClient(data, ["data", index]), (issues) => ({
    id: Option.getOrUndefined(Option.map(decodeRowId(data), ({ id }) => id)),
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

const decodeDocument = (answer: Answer, conceal: Conceal): Either.Either<Document, InvalidAnswer> =>
  Either.gen(function*() {
    const root = yield* parseJson(answer)
    if (!Predicate.isRecord(root)) {
      return yield* Either.left(invalid(answer, "document", [{ path: [], expected: "must be a JSON object" }]))
    }
    if (hasErrors(root.errors)) {
      const issues = [{ path: ["errors"], expected: "must not be in an answer with a good status" }]
      return yield* Either.left({ ...invalid(answer, "document", issues), errors: readErrors(root, conceal) })
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

const toClient = (
  data: unknown,
  path: ReadonlyArray<string | number>
): Either.Either<OauthClient, ReadonlyArray<SchemaIssue>> =>
  Either.mapBoth(decodeResource(data), {
    onLeft: (issue) => schemaIssues(issue, path),
    // Just decoded: to check it once more would double the cost of a page.
    onRight: ({ attributes, id }) =>
      new OauthClient({
        id,
        name: attributes.name,
        secret: Option.fromNullable(attributes.secret),
        personalAccessClient: isSet(attributes.personal_access_client),
        passwordClient: isSet(attributes.password_client),
        revoked: isSet(attributes.revoked),
        createdAt: Option.fromNullable(attributes.created_at),
        updatedAt: Option.fromNullable(attributes.updated_at)
      }, true)
  })

// PHP writes an empty map as `[]`.
const toPagination = (meta: unknown): Either.Either<Option.Option<Pagination>, ReadonlyArray<SchemaIssue>> => {
  const found = Predicate.isRecord(meta) ? meta.pagination : undefined
  if (found === undefined || found === null || (Array.isArray(found) && found.length === 0)) {
    return Either.right(Option.none())
  }
  return Either.mapBoth(decodePagination(found), {
    onLeft: (issue) => schemaIssues(issue, ["meta", "pagination"]),
    onRight: ({ count, current_page, per_page, total, total_pages }) =>
      Option.some(
        new Pagination({ total, count, perPage: per_page, currentPage: current_page, totalPages: total_pages })
      )
  })
}

/** Only what the caller set is sent. */
export const encodeNew = (input: NewOauthClient): string =>
  JSON.stringify({ data: { type: "client", attributes: toAttributes(input) } })

/** With the id in the body, as JSON:API asks of an update. */
export const encodeChanges = (clientId: string, changes: OauthClientChanges): string =>
  JSON.stringify({ data: { type: "client", id: clientId, attributes: toAttributes(changes) } })

// `JSON.stringify` leaves undefined fields out.
const toAttributes = ({ name, passwordClient, personalAccessClient, revoked }: Partial<OauthClientChanges>) => ({
  name,
  personal_access_client: personalAccessClient,
  password_client: passwordClient,
  revoked
})
