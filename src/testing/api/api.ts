/**
 * The API: five operations on a user's clients.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { Settings } from "../FakeOptions.js"
import type { Answered, FakeRequest } from "../FakeRequest.js"
import { type ClientRow, type ClientTable, createdNow, updatedNow } from "../state/FakeClient.js"
import type { World } from "../state/World.js"
import { htmlAnswer, jsonAnswer, redirectAnswer, withHeaders } from "./answers.js"
import { clientFields, unsetFlags } from "./clientFields.js"
import { mediaTypeProblem, resourceProblem } from "./mediaTypes.js"
import * as Problem from "./Problem.js"
import type { Profile, ShownClient } from "./profiles.js"
import { parsedBody, wantsJson } from "./requestBody.js"
import type { Route } from "./routes.js"

/** Everything that one request to the API is answered from. */
export interface ApiContext {
  readonly world: World
  readonly settings: Settings
  readonly profile: Profile
  readonly request: FakeRequest
  readonly route: Route
  readonly now: number
}

/** Says a problem, to a program in the profile's form and to others as Laravel does: by sending them elsewhere. */
export const refusal = (
  { profile, request }: Pick<ApiContext, "profile" | "request">,
  problem: Problem.Problem
): Answered => {
  if (wantsJson(request)) return profile.error(problem)
  if (problem.status === 401) return redirectAnswer("/login")
  return problem.issues.length > 0 ? redirectAnswer("/") : htmlAnswer(problem.status, problem.title)
}

const isAuthenticated = ({ now, request, world }: ApiContext): boolean => {
  const token = /^Bearer +(\S+)$/i.exec(request.headers["authorization"] ?? "")?.[1]
  const tokens = token === undefined ? undefined : world.tokens.byAccessToken(token)
  if (tokens === undefined || tokens.revoked || tokens.accessExpiresAt <= now) return false
  return world.findClient(String(tokens.clientId))?.revoked === false
}

const document = ({ profile }: ApiContext, status: number, content: Readonly<Record<string, unknown>>): Answered =>
  jsonAnswer(status, profile.envelope(content), profile.contentType)

const shown = ({ profile, settings }: ApiContext, row: ClientRow, isNew: boolean): ShownClient => {
  const policy = settings.showSecrets ?? profile.showSecrets
  return { row, secret: policy === "always" || (policy === "created" && isNew) ? row.secret : undefined, unset: [] }
}

const list = (context: ApiContext, table: ClientTable): Answered => {
  const { page = 1, path, perPage = 15 } = context.route
  const rows = table.slice((page - 1) * perPage, perPage)
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
      const row = context.world.addClient(table, { ...fields, ...createdNow(context.now) }, "end")
      const data = context.profile.resource({ ...shown(context, row, true), unset: unsetFlags(fields) })
      return document(context, 201, { data })
    }
  })
}

const update = (context: ApiContext, table: ClientTable, row: ClientRow): Answered => {
  const body = parsedBody(context.request)
  const problem = resourceProblem(context.settings, body, row.id)
  if (problem !== undefined) return refusal(context, problem)
  return Either.match(clientFields(body, false), {
    onLeft: (issues) => refusal(context, Problem.invalid(issues)),
    onRight: (fields) => {
      const updated = table.update(row.id, { ...fields, ...updatedNow(context.now) }) ?? row
      return document(context, 200, { data: context.profile.resource(shown(context, updated, false)) })
    }
  })
}

const remove = (context: ApiContext, table: ClientTable, row: ClientRow): Answered => {
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
  const table = context.world.clients(context.route.userId ?? "")
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

/** Answers a request to the API. */
export const answerApi = (context: ApiContext): Answered => {
  const { allowed, operation } = context.route
  if (operation === "unknown" && allowed.length === 0) return refusal(context, Problem.unknownPath)
  if (operation === "unknown") {
    return withHeaders(refusal(context, Problem.wrongMethod), { allow: allowed.join(", ") })
  }
  const problem = mediaTypeProblem(context.settings, context.request) ??
    (isAuthenticated(context) ? undefined : Problem.unauthenticated)
  return problem === undefined ? onUser(context) : refusal(context, problem)
}
