/**
 * The API: five operations on a user's clients.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import type { FakeClient, FakeClientInput } from "../FakeClient.js"
import type { Settings } from "../FakeOptions.js"
import type { Answered, FakeRequest } from "../FakeRequest.js"
import type { ClientTable } from "../state/ClientTable.js"
import type { ServerState } from "../state/ServerState.js"
import { type Fields, htmlAnswer, jsonAnswer, redirectAnswer, textAnswer, wantsJson, withHeaders } from "./messages.js"
import type { Paging } from "./pageLinks.js"
import * as Problem from "./Problem.js"
import type { Profile } from "./profiles.js"
import type { Routed } from "./routes.js"
import { clientFields, mediaTypeProblem, unsetFlags } from "./validation.js"

/** Everything needed to respond to one request. */
export interface ApiContext extends Routed {
  readonly state: ServerState
  readonly settings: Settings
  readonly profile: Profile
  readonly request: FakeRequest
  /** How to page a list, if a fault overrides it. */
  readonly paging?: Paging | undefined
  readonly now: number
}

/**
 * Reports a problem: to a client that accepts JSON in the profile's format, to others with a redirect or HTML, as
 * Laravel does.
 */
export const refusal = (
  { profile, request }: Pick<ApiContext, "profile" | "request">,
  problem: Problem.Problem
): Answered => {
  if (wantsJson(request)) return profile.error(problem)
  if (problem.status === 401) return redirectAnswer("/login")
  return problem.issues.length > 0 ? redirectAnswer("/") : htmlAnswer(problem.status, problem.title)
}

/** The 429 response. That of the token endpoint is plain text in every profile. */
export const throttled = (context: ApiContext): Answered =>
  context.route.operation === "token"
    ? textAnswer(429, "Too Many Attempts.")
    : refusal(context, Problem.tooManyRequests)

const isAuthenticated = ({ now, request, state }: ApiContext): boolean => {
  const token = /^Bearer +(\S+)$/i.exec(request.headers["authorization"] ?? "")?.[1]
  const tokens = token === undefined ? undefined : state.tokens.find("accessToken", token)
  if (tokens === undefined || tokens.revoked || tokens.accessExpiresAt <= now) return false
  return state.findClient(String(tokens.clientId))?.revoked === false
}

const document = ({ profile }: ApiContext, status: number, content: Fields): Answered =>
  jsonAnswer(status, profile.envelope(content), profile.contentType)

/** `created` has the fields that a new client was created with. */
const resource = ({ profile, settings }: ApiContext, row: FakeClient, created?: FakeClientInput): Fields => {
  const policy = settings.showSecrets ?? profile.showSecrets
  const isShown = policy === "always" || (policy === "created" && created !== undefined)
  const attributes = profile.attributes({
    row,
    secret: isShown ? Redacted.value(row.secret) : undefined,
    unset: created === undefined ? [] : unsetFlags(created)
  })
  return { type: "client", id: profile.id(row.id), attributes, ...profile.members(row.id) }
}

const list = (context: ApiContext, table: ClientTable): Answered => {
  const { path } = context.route
  const { clamps = false, hides = () => false, most = Number.POSITIVE_INFINITY, size } = context.paging ?? {}
  const perPage = size ?? Math.min(context.route.perPage ?? 15, most)
  const asked = context.paging?.page ?? context.route.page ?? 1
  const page = clamps ? Math.max(1, Math.min(asked, Math.ceil(table.size / perPage))) : asked
  const rows = table.slice((page - 1) * perPage, perPage).filter(({ id }) => !hides(id))
  const view = {
    path,
    numbers: {
      total: table.size,
      count: rows.length,
      per_page: perPage,
      current_page: page,
      total_pages: table.size === 0 ? context.profile.emptyPages : Math.ceil(table.size / perPage)
    }
  }
  return document(context, 200, {
    data: rows.map((row) => resource(context, row)),
    meta: { pagination: context.profile.pagination(view) },
    links: context.profile.links(view)
  })
}

const create = (context: ApiContext, table: ClientTable): Answered =>
  Either.match(clientFields(context.settings, context.request), {
    onLeft: (problem) => refusal(context, problem),
    onRight: (fields) => {
      const createdAt = DateTime.unsafeMake(context.now)
      const row = context.state.addClient(table, { ...fields, createdAt }, "end")
      return document(context, 201, { data: resource(context, row, fields) })
    }
  })

const read = (context: ApiContext, row: FakeClient): Answered =>
  document(context, 200, { data: resource(context, row) })

const update = (context: ApiContext, table: ClientTable, row: FakeClient): Answered =>
  Either.match(clientFields(context.settings, context.request, row.id), {
    onLeft: (problem) => refusal(context, problem),
    onRight: (fields) => {
      const updatedAt = DateTime.unsafeMake(context.now)
      return read(context, table.update(row.id, { ...fields, updatedAt }) ?? row)
    }
  })

const remove = (context: ApiContext, table: ClientTable, row: FakeClient): Answered => {
  table.delete(row.id)
  return document(context, 200, { meta: { code: "1831", title: "Client removed" } })
}

const onClients = (context: ApiContext): Answered => {
  const { route: { clientId = "", operation, userId = "" }, state } = context
  const table = state.clients(userId)
  if (table === undefined) return refusal(context, Problem.unknownUser)
  if (operation === "findOauthClients") return list(context, table)
  if (operation === "addOauthClient") return create(context, table)
  const row = table.find(clientId)
  if (row === undefined) return refusal(context, Problem.unknownClient)
  if (operation === "updateOauthClient") return update(context, table, row)
  return operation === "deleteOauthClient" ? remove(context, table, row) : read(context, row)
}

// Returns the user that the token belongs to: in the fake, the first one.
const myself = (context: ApiContext): Answered => {
  const { credentials, userIds } = context.state
  const [id = ""] = userIds
  const clients = Array.from(context.state.clients(id)?.rows() ?? [], (row) => Number(row.id)).filter(Number.isInteger)
  return document(context, 200, {
    data: { type: "user", id, attributes: { username: credentials.username, clients } }
  })
}

/** Responds to an API request. */
export const answerApi = (context: ApiContext): Answered => {
  const { allowed, route: { operation } } = context
  if (operation === "unknown" && allowed.length === 0) return refusal(context, Problem.unknownPath)
  if (operation === "unknown") {
    return withHeaders(refusal(context, Problem.wrongMethod), { allow: allowed.join(", ") })
  }
  const problem = mediaTypeProblem(context.settings, context.request) ??
    (isAuthenticated(context) ? undefined : Problem.unauthenticated)
  if (problem !== undefined) return refusal(context, problem)
  return operation === "findMyself" ? myself(context) : onClients(context)
}
