/**
 * The API: five operations on a user's clients.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import type { FakeClient } from "../FakeClient.js"
import type { Settings } from "../FakeOptions.js"
import type { Answered, FakeRequest } from "../FakeRequest.js"
import type { ClientTable } from "../state/ClientTable.js"
import type { ServerState } from "../state/ServerState.js"
import { htmlAnswer, jsonAnswer, parsedBody, redirectAnswer, textAnswer, wantsJson, withHeaders } from "./messages.js"
import type { Paging } from "./pageLinks.js"
import * as Problem from "./Problem.js"
import type { Profile, ShownClient } from "./profiles.js"
import type { Routed } from "./routes.js"
import { clientFields, mediaTypeProblem, resourceProblem, unsetFlags } from "./validation.js"

/** Everything needed to respond to one API request. */
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

const document = ({ profile }: ApiContext, status: number, content: Readonly<Record<string, unknown>>): Answered =>
  jsonAnswer(status, profile.envelope(content), profile.contentType)

const shown = ({ profile, settings }: ApiContext, row: FakeClient, isNew: boolean): ShownClient => {
  const policy = settings.showSecrets ?? profile.showSecrets
  return {
    row,
    secret: policy === "always" || (policy === "created" && isNew) ? Redacted.value(row.secret) : undefined,
    unset: []
  }
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
    total: table.size,
    count: rows.length,
    perPage,
    currentPage: page,
    totalPages: table.size === 0 ? context.profile.emptyPages : Math.ceil(table.size / perPage)
  }
  const links = context.profile.links(view)
  return document(context, 200, {
    data: rows.map((row) => context.profile.resource(shown(context, row, false))),
    meta: { pagination: context.profile.pagination(view) },
    ...(Object.keys(links).length === 0 ? {} : { links })
  })
}

const create = (context: ApiContext, table: ClientTable): Answered => {
  const body = parsedBody(context.request)
  const problem = resourceProblem(context.settings, body, undefined)
  if (problem !== undefined) return refusal(context, problem)
  return Either.match(clientFields(body, true), {
    onLeft: (issues) => refusal(context, Problem.invalid(issues)),
    onRight: (fields) => {
      const row = context.state.addClient(table, { ...fields, createdAt: DateTime.unsafeMake(context.now) }, "end")
      const data = context.profile.resource({ ...shown(context, row, true), unset: unsetFlags(fields) })
      return document(context, 201, { data })
    }
  })
}

const update = (context: ApiContext, table: ClientTable, row: FakeClient): Answered => {
  const body = parsedBody(context.request)
  const problem = resourceProblem(context.settings, body, row.id)
  if (problem !== undefined) return refusal(context, problem)
  return Either.match(clientFields(body, false), {
    onLeft: (issues) => refusal(context, Problem.invalid(issues)),
    onRight: (fields) => {
      const updated = table.update(row.id, { ...fields, updatedAt: DateTime.unsafeMake(context.now) }) ?? row
      return document(context, 200, { data: context.profile.resource(shown(context, updated, false)) })
    }
  })
}

const remove = (context: ApiContext, table: ClientTable, row: FakeClient): Answered => {
  table.delete(row.id)
  return document(context, 200, { meta: { code: "1831", title: "Client removed" } })
}

const onClient = (context: ApiContext, table: ClientTable): Answered => {
  const row = table.find(context.route.clientId ?? "")
  if (row === undefined) return refusal(context, Problem.unknownClient)
  switch (context.route.operation) {
    case "updateOauthClient":
      return update(context, table, row)
    case "deleteOauthClient":
      return remove(context, table, row)
    default:
      return document(context, 200, { data: context.profile.resource(shown(context, row, false)) })
  }
}

const onUser = (context: ApiContext): Answered => {
  const table = context.state.clients(context.route.userId ?? "")
  if (table === undefined) return refusal(context, Problem.unknownUser)
  switch (context.route.operation) {
    case "findOauthClients":
      return list(context, table)
    case "addOauthClient":
      return create(context, table)
    default:
      return onClient(context, table)
  }
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
  return operation === "findMyself" ? myself(context) : onUser(context)
}
