/**
 * Maps method and path to an operation.
 *
 * @since 0.1.0
 */
import { operations } from "../../internal/service/operations.js"
import type { FakeOperation, FakeRequest } from "../FakeRequest.js"

/** The route of a request. `allowed` lists the methods known for the path. */
export interface Route {
  readonly operation: FakeOperation
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly userId: string | undefined
  readonly clientId: string | undefined
  readonly page: number | undefined
  readonly perPage: number | undefined
  readonly allowed: ReadonlyArray<string>
}

/** The paths that the server knows. */
export interface Paths {
  readonly api: string
  readonly token: string
}

const decoded = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

const segmentsBelow = (prefix: string, path: string): ReadonlyArray<string> => {
  if (!path.startsWith(`${prefix}/`)) return []
  const segments = path.slice(prefix.length + 1).replace(/\/$/, "").split("/").map(decoded)
  return segments.every((segment) => segment !== undefined) ? segments : []
}

// PHP's FILTER_VALIDATE_INT: anything but a plain positive number is the first page.
const pageOf = (text: string | undefined): number => {
  const match = /^\s*\+?([1-9]\d{0,14})\s*$/.exec(text ?? "")
  return match === null ? 1 : Number(match[1])
}

// PHP's (int): leading digits count, and `0` falls back to the model's page size.
const perPageOf = (text: string | undefined, most: number): number => {
  const number = Math.min(Number(/^\s*\+?(\d+)/.exec(text ?? "")?.[1] ?? 0), most)
  return number === 0 ? 15 : number
}

/** The IDs in a path, if it matches the template. */
const idsIn = (template: string, segments: ReadonlyArray<string>): ReadonlyMap<string, string> | undefined => {
  const parts = template.slice(1).split("/")
  const fits = parts.length === segments.length
    && parts.every((part, index) => part.startsWith("{") ? segments[index] !== "" : part === segments[index])
  return fits ? new Map(segments.map((segment, index) => [parts[index] ?? "", segment])) : undefined
}

/** The operations at a path by method, and the IDs in it. */
const knownAt = (path: string, paths: Paths) => {
  const segments = segmentsBelow(paths.api, path)
  const methods = new Map<string, FakeOperation>()
  if (path === paths.token) methods.set("POST", "token")
  if (segments.join("/") === "users/myself") methods.set("GET", "findMyself")
  let ids: ReadonlyMap<string, string> = new Map()
  for (const { id, method, template } of Object.values(operations)) {
    const found = idsIn(template, segments)
    if (found === undefined) continue
    ids = found
    methods.set(method, id)
  }
  return { methods, userId: ids.get("{user_id}"), clientId: ids.get("{client_id}") }
}

/** Determines the route of a request. */
export const routeOf = (request: FakeRequest, paths: Paths, maxPerPage: number): Route => {
  const [path = "", search = ""] = request.url.split(/\?(.*)/s)
  const query = Object.fromEntries(new URLSearchParams(search))
  const { methods, ...ids } = knownAt(path, paths)
  const operation = request.method === "OPTIONS" ? "preflight" : methods.get(request.method) ?? "unknown"
  const isList = operation === "findOauthClients"
  return {
    operation,
    path,
    query,
    ...ids,
    page: isList ? pageOf(query["page"]) : undefined,
    perPage: isList ? perPageOf(query["per_page"], maxPerPage) : undefined,
    allowed: [...methods.keys()]
  }
}
