/**
 * From method and path to operation.
 *
 * @since 0.1.0
 */
import type { FakeOperation, FakeRequest } from "../FakeRequest.js"

/** What a request asks for. `allowed` is set where the path is known and the method is not. */
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

type Methods = Readonly<Record<string, FakeOperation>>

const tokenMethods: Methods = { POST: "token" }
const listMethods: Methods = { GET: "findOauthClients", POST: "addOauthClient" }
const clientMethods: Methods = { GET: "findOauthClientById", PUT: "updateOauthClient", DELETE: "deleteOauthClient" }

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

/** Finds out what a request asks for. */
export const routeOf = (request: FakeRequest, paths: Paths, maxPerPage: number): Route => {
  const [path = "", search = ""] = request.url.split(/\?(.*)/s)
  const query = Object.fromEntries(new URLSearchParams(search))
  const [collection, userId, member, clientId, ...rest] = segmentsBelow(paths.api, path)
  const isMember = collection === "users" && Boolean(userId) && member === "clients" && rest.length === 0
  const methods: Methods = path === paths.token ? tokenMethods : !isMember ? {} : clientId ? clientMethods : listMethods
  const operation = request.method === "OPTIONS" ? "preflight" : methods[request.method] ?? "unknown"
  const isList = operation === "findOauthClients"
  return {
    operation,
    path,
    query,
    userId: isMember ? userId : undefined,
    clientId: isMember && clientId ? clientId : undefined,
    page: isList ? pageOf(query["page"]) : undefined,
    perPage: isList ? perPageOf(query["per_page"], maxPerPage) : undefined,
    allowed: Object.keys(methods)
  }
}
