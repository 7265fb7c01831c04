/**
 * Validation of requests: a client's attributes, as Laravel validates them, and the strict rules of JSON:API, which the
 * real server does not seem to enforce.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { FakeClientInput } from "../FakeClient.js"
import type { Settings } from "../FakeOptions.js"
import type { FakeRequest } from "../FakeRequest.js"
import { type Fields, fieldsOf, mediaRanges } from "./messages.js"
import { clientGeneratedId, conflict, type Issue, notAcceptable, type Problem, unsupported } from "./Problem.js"

type Flag = "personalAccessClient" | "passwordClient" | "revoked"

const flags: ReadonlyArray<readonly [wire: string, own: Flag]> = [
  ["personal_access_client", "personalAccessClient"],
  ["password_client", "passwordClient"],
  ["revoked", "revoked"]
]

const field = (name: string): string => `data.attributes.${name}`

const required = (name: string): Issue => ({
  field: field(name),
  rule: "required",
  text: `The ${name} field is required.`
})

// Laravel trims strings and converts empty ones to null before validation.
const nameIssue = (value: unknown): Issue | undefined => {
  if (value === null || (typeof value === "string" && value.trim() === "")) return required("name")
  if (typeof value !== "string") return { field: field("name"), rule: "string", text: "The name must be a string." }
  return Array.from(value.trim()).length <= 255
    ? undefined
    : { field: field("name"), rule: "max", text: "The name may not be greater than 255 characters." }
}

const truths = new Map<unknown, boolean>([[true, true], [1, true], ["1", true], [false, false], [0, false], [
  "0",
  false
]])

const flagIssue = (name: string): Issue => ({
  field: field(name),
  rule: "boolean",
  text: `The ${name} field must be true or false.`
})

const fieldIssues = (attributes: Fields): ReadonlyArray<Issue> => {
  const name = "name" in attributes ? nameIssue(attributes["name"]) : undefined
  const wrongFlags = flags.filter(([wire]) => {
    const value = attributes[wire] ?? undefined
    return value !== undefined && !truths.has(value)
  })
  return [...(name === undefined ? [] : [name]), ...wrongFlags.map(([wire]) => flagIssue(wire))]
}

const chosen = (attributes: Fields): FakeClientInput => ({
  name: typeof attributes["name"] === "string" ? attributes["name"].trim() : undefined,
  personalAccessClient: truths.get(attributes["personal_access_client"]),
  passwordClient: truths.get(attributes["password_client"]),
  revoked: truths.get(attributes["revoked"])
})

/** The client fields in a body. A new client requires a name, an update at least one field. */
export const clientFields = (body: unknown, isNew: boolean): Either.Either<FakeClientInput, ReadonlyArray<Issue>> => {
  const attributes = fieldsOf(fieldsOf(fieldsOf(body)["data"])["attributes"])
  const nothing = isNew ? !("name" in attributes) : Object.keys(attributes).length === 0
  const issues = [
    ...(nothing ? [isNew ? required("name") : { ...required("attributes"), field: "data.attributes" }] : []),
    ...fieldIssues(attributes)
  ]
  return issues.length > 0 ? Either.left(issues) : Either.right(chosen(attributes))
}

/** The flags that a body does not set, by their wire names. */
export const unsetFlags = (fields: FakeClientInput): ReadonlyArray<string> =>
  flags.filter(([, own]) => fields[own] === undefined).map(([wire]) => wire)

const vendorType = "application/vnd.api+json"

/** Rejects a media type with parameters, or a body of another type. */
export const mediaTypeProblem = (settings: Settings, request: FakeRequest): Problem | undefined => {
  if (!settings.strictMediaType) return undefined
  const sent = request.headers["content-type"]
  if (request.body !== "" && sent?.trim().toLowerCase() !== vendorType) return unsupported
  const ranges = mediaRanges(request.headers["accept"] ?? "").filter(({ type }) => type === vendorType)
  return ranges.length > 0 && ranges.every(({ parameters }) => parameters !== "") ? notAcceptable : undefined
}

/** Rejects a type or ID other than the resource's. `id` is undefined for a new client. */
export const resourceProblem = (settings: Settings, body: unknown, id: string | undefined): Problem | undefined => {
  if (!settings.strictMediaType) return undefined
  const resource = fieldsOf(fieldsOf(body)["data"])
  if (resource["type"] !== undefined && resource["type"] !== "client") return conflict
  if (resource["id"] === undefined || resource["id"] === id) return undefined
  return id === undefined ? clientGeneratedId : conflict
}
