/**
 * The token endpoint: password grant and refresh, as oauth2-server does them.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import { pipe } from "effect/Function"
import * as Redacted from "effect/Redacted"
import type { FakeClient } from "../FakeClient.js"
import type { Settings } from "../FakeOptions.js"
import type { Answered, FakeRequest } from "../FakeRequest.js"
import type { ServerState } from "../state/ServerState.js"
import type { IssuedTokens } from "../state/TokenStore.js"
import { type Fields, fieldsOf, jsonAnswer, parsedBody, withHeaders } from "./messages.js"

interface Refusal {
  readonly status: number
  readonly error: string
  readonly text: string
  readonly hint?: string
}

const refuse = (status: number, error: string, text: string, hint?: string): Either.Either<never, Refusal> =>
  Either.left({ status, error, text, ...(hint === undefined ? {} : { hint }) })

const missing = (field: string): Either.Either<never, Refusal> =>
  refuse(
    400,
    "invalid_request",
    "The request is missing a required parameter, includes an invalid parameter value, " +
      "includes a parameter more than once, or is otherwise malformed.",
    `Check the \`${field}\` parameter`
  )

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" ? String(value) : undefined

const basicCredentials = (request: FakeRequest): Fields => {
  const match = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(request.headers["authorization"] ?? "")
  try {
    const [client, ...secret] = atob(match?.[1] ?? "").split(":")
    return match === null ? {} : { client_id: client, client_secret: secret.join(":") }
  } catch {
    return {}
  }
}

/** Everything needed to respond to one token request. */
export interface TokenContext {
  readonly state: ServerState
  readonly settings: Settings
  readonly request: FakeRequest
  readonly now: number
}

const authenticatedClient = (state: ServerState, fields: Fields): Either.Either<FakeClient, Refusal> => {
  const id = textOf(fields["client_id"])
  if (id === undefined || id === "") return missing("client_id")
  const client = state.findClient(id)
  const valid = client !== undefined && Redacted.value(client.secret) === textOf(fields["client_secret"]) &&
    client.passwordClient &&
    !client.revoked
  return valid ? Either.right(client) : refuse(401, "invalid_client", "Client authentication failed")
}

const checkedScope = (fields: Fields): Either.Either<void, Refusal> => {
  const unknown = (textOf(fields["scope"]) ?? "").split(" ").find((scope) => scope !== "" && scope !== "*")
  return unknown === undefined
    ? Either.void
    : refuse(
      400,
      "invalid_scope",
      "The requested scope is invalid, unknown, or malformed",
      `Check the \`${unknown}\` scope`
    )
}

const byPassword = ({ now, settings, state }: TokenContext, fields: Fields): Either.Either<IssuedTokens, Refusal> => {
  const username = textOf(fields["username"])
  const password = textOf(fields["password"])
  if (username === undefined || username === "") return missing("username")
  if (password === undefined || password === "") return missing("password")
  if (username !== state.credentials.username || password !== Redacted.value(state.credentials.password)) {
    const status = settings.oauthDialect === "invalid_credentials" ? 401 : 400
    return refuse(status, settings.oauthDialect, "The user credentials were incorrect.")
  }
  return Either.right(state.tokens.issue(clientIdAsSent(fields), now))
}

const clientIdAsSent = (fields: Fields): string | number => {
  const id = fields["client_id"]
  return typeof id === "number" ? id : textOf(id) ?? ""
}

const byRefreshToken = (
  { now, settings, state }: TokenContext,
  fields: Fields
): Either.Either<IssuedTokens, Refusal> => {
  const refreshToken = textOf(fields["refresh_token"])
  if (refreshToken === undefined || refreshToken === "") return missing("refresh_token")
  const tokens = state.tokens.find("refreshToken", refreshToken)
  const error = settings.oauthDialect === "invalid_credentials" ? "invalid_request" : "invalid_grant"
  const refused = (hint: string) => refuse(400, error, "The refresh token is invalid.", hint)
  if (tokens === undefined) return refused("Cannot decrypt the refresh token")
  if (tokens.clientId !== clientIdAsSent(fields)) return refused("Token is not linked to client")
  if (tokens.refreshExpiresAt <= now) return refused("Token has expired")
  if (tokens.revoked) return refused("Token has been revoked")
  tokens.revoked = true
  return Either.right(state.tokens.issue(tokens.clientId, now))
}

const granted = (context: TokenContext, fields: Fields): Either.Either<IssuedTokens, Refusal> => {
  const grantType = textOf(fields["grant_type"])
  if (grantType !== "password" && grantType !== "refresh_token") {
    return refuse(
      400,
      "unsupported_grant_type",
      "The authorization grant type is not supported by the authorization server.",
      "Check the `grant_type` parameter"
    )
  }
  return pipe(
    authenticatedClient(context.state, fields),
    Either.flatMap(() => checkedScope(fields)),
    Either.flatMap(() => grantType === "password" ? byPassword(context, fields) : byRefreshToken(context, fields))
  )
}

const tokenType = "application/json; charset=UTF-8"

const refusalAnswer = ({ request, settings }: TokenContext, refusal: Refusal): Answered => {
  const modern = settings.oauthDialect === "invalid_grant"
  const answer = jsonAnswer(refusal.status, {
    error: refusal.error,
    ...(modern ? { error_description: refusal.text } : {}),
    ...(refusal.hint === undefined ? {} : { hint: refusal.hint }),
    message: refusal.text
  }, tokenType)
  const challenged = refusal.error === "invalid_client" && (!modern || request.headers["authorization"] !== undefined)
  return challenged ? withHeaders(answer, { "www-authenticate": "Basic realm=\"OAuth\"" }) : answer
}

const grantAnswer = ({ now, settings }: TokenContext, tokens: IssuedTokens): Answered =>
  jsonAnswer(
    200,
    {
      token_type: "Bearer",
      ...(settings.accessTokenLife === "omit" ? {} : { expires_in: Math.floor((tokens.accessExpiresAt - now) / 1000) }),
      access_token: tokens.accessToken,
      refresh_token: tokens.refreshToken
    },
    tokenType,
    { "cache-control": "no-store", pragma: "no-cache" }
  )

/** Responds to a token request. */
export const answerToken = (context: TokenContext): Answered => {
  const fields = { ...basicCredentials(context.request), ...fieldsOf(parsedBody(context.request)) }
  return Either.match(granted(context, fields), {
    onLeft: (refusal) => refusalAnswer(context, refusal),
    onRight: (tokens) => grantAnswer(context, tokens)
  })
}
