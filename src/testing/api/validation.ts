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
import { type Fields, fieldsOf, mediaRanges, parsedBody } from "./messages.js"
import * as Problem from "./Problem.js"

const flags: ReadonlyArray<readonly [wire: string, own: keyof FakeClientInput]> = [
  ["personal_access_client", "personalAccessClient"],
  ["password_client", "passwordClient"],
  ["revoked", "revoked"]
]

const issue = (name: string, rule: Problem.Issue["rule"], text: string): Problem.Issue => ({
  field: `data.attributes.${name}`,
  rule,
  text
})

const required = (name: string): Problem.Issue => issue(name, "required", `The ${name} field is required.`)

// Laravel trims strings and converts empty ones to null before validation.
const nameIssues = (value: unknown): ReadonlyArray<Problem.Issue> => {
  if (typeof value !== "string") return [issue("name", "string", "The name must be a string.")]
  if (value.trim() === "") return [required("name")]
  if (Array.from(value.trim()).length <= 255) return []
  return [issue("name", "max", "The name may not be greater than 255 characters.")]
}

const yes = new Set<unknown>([true, 1, "1"])
const no = new Set<unknown>([false, 0, "0"])

const flagOf = (value: unknown): boolean | undefined => {
  if (yes.has(value)) return true
  return no.has(value) ? false : undefined
}

const flagIssues = (name: string, value: unknown): ReadonlyArray<Problem.Issue> =>
  value === undefined || value === null || flagOf(value) !== undefined
    ? []
    : [issue(name, "boolean", `The ${name} field must be true or false.`)]

const issuesOf = (attributes: Fields, isNew: boolean): ReadonlyArray<Problem.Issue> => [
  ...(isNew || "name" in attributes ? nameIssues(attributes["name"] ?? "") : []),
  ...(isNew || Object.keys(attributes).length > 0 ? [] : [{ ...required("attributes"), field: "data.attributes" }]),
  ...flags.flatMap(([wire]) => flagIssues(wire, attributes[wire]))
]

/** Rejects a type or ID other than the resource's. */
const resourceProblem = (resource: Fields, id: string | undefined): Problem.Problem | undefined => {
  if (resource["type"] !== undefined && resource["type"] !== "client") return Problem.conflict
  if (resource["id"] === undefined || resource["id"] === id) return undefined
  return id === undefined ? Problem.clientGeneratedId : Problem.conflict
}

/**
 * The client fields in a body. A new client, which has no `id` yet, requires a name; an update requires at least one
 * field.
 */
export const clientFields = (
  settings: Settings,
  request: FakeRequest,
  id?: string
): Either.Either<FakeClientInput, Problem.Problem> => {
  const resource = fieldsOf(fieldsOf(parsedBody(request))["data"])
  const attributes = fieldsOf(resource["attributes"])
  const problem = settings.strictMediaType ? resourceProblem(resource, id) : undefined
  if (problem !== undefined) return Either.left(problem)
  const issues = issuesOf(attributes, id === undefined)
  if (issues.length > 0) return Either.left(Problem.invalid(issues))
  return Either.right({
    name: typeof attributes["name"] === "string" ? attributes["name"].trim() : undefined,
    personalAccessClient: flagOf(attributes["personal_access_client"]),
    passwordClient: flagOf(attributes["password_client"]),
    revoked: flagOf(attributes["revoked"])
  })
}

/** The flags that a body does not set, by their wire names. */
export const unsetFlags = (fields: FakeClientInput): ReadonlyArray<string> =>
  flags.filter(([, own]) => fields[own] === undefined).map(([wire]) => wire)

const vendorType = "application/vnd.api+json"

/** Rejects a media type with parameters, or a body of another type. */
export const mediaTypeProblem = (settings: Settings, request: FakeRequest): Problem.Problem | undefined => {
  if (!settings.strictMediaType) return undefined
  const sent = request.headers["content-type"]
  if (request.body !== "" && sent?.trim().toLowerCase() !== vendorType) return Problem.unsupported
  const ranges = mediaRanges(request.headers["accept"] ?? "").filter(({ type }) => type === vendorType)
  return ranges.length > 0 && ranges.every(({ parameters }) => parameters !== "") ? Problem.notAcceptable : undefined
}
