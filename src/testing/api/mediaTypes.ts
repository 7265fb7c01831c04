/**
 * What a server that takes JSON:API at its word refuses. The real one seems not to.
 *
 * @since 0.1.0
 */
import type { Settings } from "../FakeOptions.js"
import type { FakeRequest } from "../FakeRequest.js"
import { clientGeneratedId, conflict, notAcceptable, type Problem, unsupported } from "./Problem.js"
import { fieldsOf, mediaRanges } from "./requestBody.js"

const vendorType = "application/vnd.api+json"

/** A media type with parameters, or another one where there is a body. */
export const mediaTypeProblem = (settings: Settings, request: FakeRequest): Problem | undefined => {
  if (!settings.strictMediaType) return undefined
  const sent = request.headers["content-type"]
  if (request.body !== "" && sent?.trim().toLowerCase() !== vendorType) return unsupported
  const ranges = mediaRanges(request.headers["accept"] ?? "").filter(({ type }) => type === vendorType)
  return ranges.length > 0 && ranges.every(({ parameters }) => parameters !== "") ? notAcceptable : undefined
}

/** A type or an id that is not the resource's; `id` is absent where the client is yet to be made. */
export const resourceProblem = (settings: Settings, body: unknown, id: string | undefined): Problem | undefined => {
  if (!settings.strictMediaType) return undefined
  const resource = fieldsOf(fieldsOf(body)["data"])
  if (resource["type"] !== undefined && resource["type"] !== "client") return conflict
  if (resource["id"] === undefined || resource["id"] === id) return undefined
  return id === undefined ? clientGeneratedId : conflict
}
