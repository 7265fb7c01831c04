import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { SchemaIssue } from "../../ErrorDetail.js"
import { OauthClient, OauthClientId } from "../../OauthClient.js"
import type { NewOauthClient, OauthClientChanges } from "../../OauthClient.js"
import { schemaIssues } from "./schemaIssues.js"
import { Timestamp } from "./timestamp.js"

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

const decodeResource = ParseResult.decodeUnknownEither(Resource, { errors: "all" })

/** The client of a resource object. */
export const toClient = (
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

const decodeRowId = ParseResult.decodeUnknownOption(Schema.Struct({ id: Id }))

/** The id of a resource object, whatever else is wrong with it. */
export const idOf = (data: unknown): string | undefined =>
  Option.getOrUndefined(Option.map(decodeRowId(data), ({ id }) => id))

/** Only what the caller set is sent. */
export const writeNew = (input: NewOauthClient): string =>
  JSON.stringify({ data: { type: "client", attributes: toAttributes(input) } })

/** With the id in the body, as JSON:API asks of an update. */
export const writeChanges = (clientId: string, changes: OauthClientChanges): string =>
  JSON.stringify({ data: { type: "client", id: clientId, attributes: toAttributes(changes) } })

// `JSON.stringify` leaves undefined fields out.
const toAttributes = ({ name, passwordClient, personalAccessClient, revoked }: Partial<OauthClientChanges>) => ({
  name,
  personal_access_client: personalAccessClient,
  password_client: passwordClient,
  revoked
})
