import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { SchemaIssue } from "../../ErrorDetail.js"
import { NewOauthClient, OauthClientChanges } from "../../OauthClient.js"
import { writeChanges, writeNew } from "../wire/client.js"
import { mediaType } from "../wire/document.js"
import { schemaIssues } from "../wire/schemaIssues.js"

type Issues = ReadonlyArray<SchemaIssue>
type Checked<A> = Either.Either<A, Issues>

// A dot segment would climb to another path, also percent-encoded (WHATWG URL, section 4.4), and what is blank would end
// at the list. A lone surrogate cannot be percent-encoded.
const PathId = Schema.String.pipe(
  Schema.filter((id) => id.trim() !== "" && id !== "." && id !== ".." && !/[\p{Control}\p{Surrogate}]/u.test(id), {
    description: "an id: not blank, not \".\" or \"..\", without control characters"
  })
)

/** Whether an id can be sent at all. */
export const isPathId = Schema.is(PathId)

// Up to here a page's place in the list can be counted without a fraction lost.
const lastPageNumber = Math.floor(Number.MAX_SAFE_INTEGER / 100) - 1

/** A whole number within bounds. */
export const whole = (from: number, to: number) =>
  Schema.Number.pipe(Schema.filter((value) => Number.isSafeInteger(value) && value >= from && value <= to, {
    description: `a whole number${to < Number.MAX_SAFE_INTEGER ? ` from ${from} to ${to}` : `, ${from} or more`}`
  }))

export const PageSize = whole(1, 100)

const check = <A, I>(schema: Schema.Schema<A, I>) => {
  // A key that is not known is a typing error that would otherwise be lost in silence.
  const decode = ParseResult.decodeUnknownEither(schema, { errors: "all", onExcessProperty: "error" })
  return (input: unknown): Checked<A> => Either.mapLeft(decode(input), (issue) => schemaIssues(issue))
}

const checkPage = check(Schema.Struct({
  userId: PathId,
  page: Schema.optional(whole(1, lastPageNumber)),
  perPage: Schema.optional(PageSize)
}))
export const checkUser = check(Schema.Struct({ userId: PathId }))
const checkClient = check(Schema.Struct({ userId: PathId, clientId: PathId }))
const checkNew = check(NewOauthClient)
const checkChanges = check(OauthClientChanges)

/** Both, or what is wrong with either. */
const both = <A, B>(first: Checked<A>, second: Checked<B>): Checked<[A, B]> =>
  Either.isLeft(first) && Either.isLeft(second)
    ? Either.left([...first.left, ...second.left])
    : Either.all([first, second])

const clientsUrl = (baseUrl: string, userId: string): string => `${baseUrl}/users/${encodeURIComponent(userId)}/clients`

// `Accept` makes Laravel answer in JSON: it looks at the first type alone (wire-facts, section 2).
const accepting = HttpClientRequest.setHeader("accept", mediaType)

const oneClient = (baseUrl: string, userId: string, clientId: string): Checked<string> =>
  Either.map(
    checkClient({ userId, clientId }),
    (ids) => `${clientsUrl(baseUrl, ids.userId)}/${encodeURIComponent(ids.clientId)}`
  )

const withDocument = (request: HttpClientRequest.HttpClientRequest, document: string) =>
  HttpClientRequest.bodyText(request, document, mediaType)

/** Which page of whose list is meant. */
export const checkPageOptions = (userId: string, options: unknown) =>
  Predicate.isRecord(options)
    ? Either.map(checkPage({ ...options, userId }), ({ page = 1, perPage = 15 }) => ({ page, perPage }))
    : Either.left<Issues>([{ path: ["options"], expected: "must be an object" }])

/** Requests of the five operations, checked; nothing is sent here. */
export const makeRequests = (baseUrl: string) => ({
  addOauthClient: (userId: string, input: unknown): Checked<HttpClientRequest.HttpClientRequest> =>
    Either.map(
      both(checkUser({ userId }), checkNew(input)),
      ([, valid]) => withDocument(accepting(HttpClientRequest.post(clientsUrl(baseUrl, userId))), writeNew(valid))
    ),
  findOauthClientById: (userId: string, clientId: string): Checked<HttpClientRequest.HttpClientRequest> =>
    Either.map(oneClient(baseUrl, userId, clientId), (url) => accepting(HttpClientRequest.get(url))),
  /** What it is made from was checked before: a stream asks for many pages. */
  findOauthClients: (userId: string, page: number, perPage: number): HttpClientRequest.HttpClientRequest =>
    HttpClientRequest.get(clientsUrl(baseUrl, userId)).pipe(
      HttpClientRequest.setUrlParams({ page: String(page), per_page: String(perPage) }),
      accepting
    ),
  updateOauthClient: (
    userId: string,
    clientId: string,
    changes: unknown
  ): Checked<HttpClientRequest.HttpClientRequest> =>
    Either.map(
      both(oneClient(baseUrl, userId, clientId), checkChanges(changes)),
      ([url, valid]) => withDocument(accepting(HttpClientRequest.put(url)), writeChanges(clientId, valid))
    ),
  deleteOauthClient: (userId: string, clientId: string): Checked<HttpClientRequest.HttpClientRequest> =>
    Either.map(oneClient(baseUrl, userId, clientId), (url) => accepting(HttpClientRequest.del(url)))
})
