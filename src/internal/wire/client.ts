/**
 * A client as a resource object. Plain checks read it in one pass, with one reader for each kind of value. Only if a
 * reader fails does the schema determine what is wrong and where.
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { SchemaIssue } from "../../ErrorDetail.js"
import { OauthClient, OauthClientId } from "../../OauthClient.js"
import type { NewOauthClient, OauthClientChanges } from "../../OauthClient.js"
import { lazySecret } from "./lazySecret.js"
import { schemaIssues } from "./schemaIssues.js"
import { readTimestamp } from "./timestamp.js"

/** A flag of a client. */
export type Flag = "personalAccessClient" | "passwordClient" | "revoked"

/** A string that is not blank, or a safe integer. */
const readId = (wire: unknown): OauthClientId | undefined => {
  const isId = typeof wire === "string"
    ? wire.trim() !== ""
    : typeof wire === "number" && Number.isSafeInteger(wire) && wire >= 0 && !Object.is(wire, -0)
  return isId ? OauthClientId.make(String(wire), true) : undefined
}

/**
 * A boolean, or 0 or 1 as a number or a string, from servers without casts. Absent or null is false, the database's
 * default of an unset flag (wire-facts, section 3).
 */
export const readFlag = (wire: unknown): boolean | undefined => {
  if (typeof wire === "boolean") return wire
  if (wire === undefined || wire === null || wire === 0 || wire === "0") return false
  return wire === 1 || wire === "1" ? true : undefined
}

/** A whole number, 0 or more, or a string of digits. */
export const readWhole = (wire: unknown): number | undefined => {
  const value = typeof wire === "string" && /^\d+$/.test(wire) ? Number(wire) : wire
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

const readName = (wire: unknown): string | undefined => typeof wire === "string" ? wire : undefined

const readSecret = (wire: unknown): OauthClient["secret"] | undefined =>
  typeof wire === "string"
    ? lazySecret(wire)
    : wire === undefined || wire === null
    ? Option.none()
    : undefined

/** Makes a schema from a reader. */
export const readBy = (read: (wire: unknown) => unknown, description: string) =>
  Schema.Unknown.pipe(Schema.filter((wire) => read(wire) !== undefined, { description }))

const OptionalFlag = Schema.optional(readBy(readFlag, "a boolean"))
const Timestamp = Schema.optional(readBy(readTimestamp, "a date and time"))

const Resource = Schema.Struct({
  type: Schema.Literal("client"),
  id: readBy(readId, "an id: a text or a whole number"),
  attributes: Schema.Struct({
    name: readBy(readName, "string"),
    secret: Schema.optional(readBy(readSecret, "string")),
    personal_access_client: OptionalFlag,
    password_client: OptionalFlag,
    revoked: OptionalFlag,
    created_at: Timestamp,
    updated_at: Timestamp
  }).annotations({ description: "the attributes of a client" })
}).annotations({ description: "a client as a JSON:API resource" })

const checkResource = ParseResult.decodeUnknownEither(Resource, { errors: "all" })

/** Reads the client of a resource object. Undefined if anything in it is invalid. */
export const readResource = (data: unknown): OauthClient | undefined => {
  if (!Predicate.isRecord(data) || data.type !== "client" || !Predicate.isRecord(data.attributes)) return undefined
  const { attributes } = data
  const id = readId(data.id)
  const name = readName(attributes.name)
  const secret = readSecret(attributes.secret)
  const personalAccessClient = readFlag(attributes.personal_access_client)
  const passwordClient = readFlag(attributes.password_client)
  const revoked = readFlag(attributes.revoked)
  const createdAt = readTimestamp(attributes.created_at)
  const updatedAt = readTimestamp(attributes.updated_at)
  if (
    id === undefined || name === undefined || secret === undefined || personalAccessClient === undefined
    || passwordClient === undefined || revoked === undefined || createdAt === undefined || updatedAt === undefined
  ) return undefined
  // The constructor would validate it again, at ten times the cost, and `Object.assign` costs as much as a timestamp.
  const client: { -readonly [Field in keyof OauthClient]: OauthClient[Field] } = Object.create(OauthClient.prototype)
  client.id = id
  client.name = name
  client.secret = secret
  client.personalAccessClient = personalAccessClient
  client.passwordClient = passwordClient
  client.revoked = revoked
  client.createdAt = createdAt
  client.updatedAt = updatedAt
  return client
}

/** The issues of an invalid resource object. */
export const resourceIssues = (data: unknown, path: SchemaIssue["path"]): ReadonlyArray<SchemaIssue> => {
  const checked = checkResource(data)
  return Either.isLeft(checked) ? schemaIssues(checked.left, path) : [{ path, expected: "must be a client" }]
}

const flags: ReadonlyArray<readonly [wire: string, flag: Flag]> = [
  ["personal_access_client", "personalAccessClient"],
  ["password_client", "passwordClient"],
  ["revoked", "revoked"]
]

/** The flags that a resource object states: those that are neither absent nor null. */
export const statedFlags = (data: unknown): ReadonlyArray<Flag> => {
  const attributes = Predicate.isRecord(data) && Predicate.isRecord(data.attributes) ? data.attributes : {}
  return flags.flatMap(([wire, flag]) => attributes[wire] === undefined || attributes[wire] === null ? [] : [flag])
}

/** The ID of a resource object, even if it is otherwise invalid. */
export const idOf = (data: unknown): string | undefined => Predicate.isRecord(data) ? readId(data.id) : undefined

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether two IDs identify the same client: UUIDs are case-insensitive (RFC 9562, section 4). */
export const isSameId = (one: string, other: string): boolean =>
  one === other || (uuid.test(one) && one.toLowerCase() === other.toLowerCase())

/** The document of a new client, with the fields that the caller set. */
export const writeNew = (input: NewOauthClient): string =>
  JSON.stringify({ data: { type: "client", attributes: toAttributes(input) } })

/** The document of an update, with the ID that JSON:API requires. */
export const writeChanges = (clientId: string, changes: OauthClientChanges): string =>
  JSON.stringify({ data: { type: "client", id: clientId, attributes: toAttributes(changes) } })

// `JSON.stringify` leaves undefined fields out.
const toAttributes = ({ name, passwordClient, personalAccessClient, revoked }: Partial<OauthClientChanges>) => ({
  name,
  personal_access_client: personalAccessClient,
  password_client: passwordClient,
  revoked
})
