/**
 * Maps method and path to an operation.
 *
 * @since 0.1.0
 */
import * as Array from "effect/Array"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import { escape } from "effect/RegExp"
import { operations } from "../../internal/service/operations.js"
import type { Settings } from "../FakeOptions.js"
import type { FakeOperation, FakeRequest, Route } from "../FakeRequest.js"

/** The route of a request, and the methods known for its path. */
export interface Routed {
  readonly route: Route
  readonly allowed: ReadonlyArray<string>
}

interface Endpoint {
  readonly operation: FakeOperation
  readonly method: string
  readonly path: RegExp
}

/** Matches a path template (RFC 6570, level 1), also with a slash at the end. */
const matching = (template: string): RegExp =>
  new RegExp(`^${escape(template).replaceAll(/\\\{(\w+)\\\}/g, "(?<$1>[^/]+)")}/?$`)

const endpointsOf = (apiPath: string): ReadonlyArray<Endpoint> => [
  { operation: "token", method: "POST", path: /^\/oauth\/access_token$/ },
  { operation: "findMyself", method: "GET", path: matching(`${apiPath}/users/myself`) },
  ...Object.values(operations).map(({ id, method, template }) => ({
    operation: id,
    method,
    path: matching(`${apiPath}${template}`)
  }))
]

/** The IDs in the path of an endpoint, decoded. */
const idsIn = ({ path }: Endpoint, requested: string): Option.Option<Readonly<Record<string, string>>> =>
  Option.fromNullable(path.exec(requested)).pipe(
    Option.flatMap(({ groups = {} }) => Either.getRight(Either.all(Record.map(groups, Encoding.decodeUriComponent))))
  )

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

/** Determines the route of each request. */
export const makeRouter = ({ baseUrl, maxPerPage }: Settings): (request: FakeRequest) => Routed => {
  const endpoints = endpointsOf(new URL(baseUrl).pathname.replace(/\/$/, ""))
  return ({ method, url }) => {
    const [path = "", search = ""] = url.split(/\?(.*)/s)
    const query = Object.fromEntries(new URLSearchParams(search))
    const known = Array.filterMap(
      endpoints,
      (endpoint) => Option.map(idsIn(endpoint, path), (ids) => ({ ...endpoint, ids }))
    )
    const ids: Readonly<Record<string, string>> = known[0]?.ids ?? {}
    const found = known.find((endpoint) => endpoint.method === method)
    const operation = method === "OPTIONS" ? "preflight" : found?.operation ?? "unknown"
    const isList = operation === "findOauthClients"
    return {
      route: {
        operation,
        path,
        query,
        userId: ids["user_id"],
        clientId: ids["client_id"],
        page: isList ? pageOf(query["page"]) : undefined,
        perPage: isList ? perPageOf(query["per_page"], maxPerPage) : undefined
      },
      allowed: known.map(({ method }) => method)
    }
  }
}
