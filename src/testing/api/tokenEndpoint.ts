/**
 * The token endpoint: password grant and refresh, as oauth2-server does them.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Redacted from "effect/Redacted"
import type { Answered, FakeRequest } from "../FakeRequest.js"
import type { IssuedTokens } from "../state/TokenStore.js"
import type { ApiContext } from "./api.js"
import { type Fields, fieldsOf, jsonAnswer, parsedBody, withHeaders } from "./messages.js"

/** An OAuth error (RFC 6749, section 5.2). */
interface Refusal {
  readonly status: number
  readonly error: string
  readonly text: string
  readonly hint?: string | undefined
}

const refuse = (status: number, error: string, text: string, hint?: string): Either.Either<never, Refusal> =>
  Either.left({ status, error, text, hint })

const textOf = (value: unknown): string => typeof value === "string" || typeof value === "number" ? String(value) : ""

const required = (fields: Fields, name: string): Either.Either<string, Refusal> => {
  const text = textOf(fields[name])
  if (text !== "") return Either.right(text)
  const message = "The request is missing a required parameter, includes an invalid parameter value, " +
    "includes a parameter more than once, or is otherwise malformed."
  return refuse(400, "invalid_request", message, `Check the \`${name}\` parameter`)
}

const basicCredentials = (request: FakeRequest): Fields => {
  const [, encoded = ""] = /^Basic +(\S+)$/i.exec(request.headers["authorization"] ?? "") ?? []
  const [id, ...secret] = Either.getOrElse(Encoding.decodeBase64String(encoded), () => "").split(":")
  return { client_id: id, client_secret: secret.join(":") }
}

const checkClient = ({ state }: ApiContext, fields: Fields): Either.Either<void, Refusal> =>
  Either.flatMap(required(fields, "client_id"), (id) => {
    const client = state.findClient(id)
    const isValid = client?.passwordClient === true && !client.revoked &&
      Redacted.value(client.secret) === textOf(fields["client_secret"])
    return isValid ? Either.void : refuse(401, "invalid_client", "Client authentication failed")
  })

const checkScope = (fields: Fields): Either.Either<void, Refusal> => {
  const unknown = textOf(fields["scope"]).split(" ").find((scope) => scope !== "" && scope !== "*")
  if (unknown === undefined) return Either.void
  const hint = `Check the \`${unknown}\` scope`
  return refuse(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed", hint)
}

const clientIdAsSent = ({ client_id: id }: Fields): string | number => typeof id === "number" ? id : textOf(id)

const byPassword = ({ now, settings, state }: ApiContext, fields: Fields): Either.Either<IssuedTokens, Refusal> =>
  Either.gen(function*() {
    const username = yield* required(fields, "username")
    const password = yield* required(fields, "password")
    const { credentials, oauthDialect } = settings
    if (username !== credentials.username || password !== Redacted.value(credentials.password)) {
      const status = oauthDialect === "invalid_credentials" ? 401 : 400
      return yield* refuse(status, oauthDialect, "The user credentials were incorrect.")
    }
    return state.tokens.issue(clientIdAsSent(fields), now)
  })

const byRefreshToken = ({ now, settings, state }: ApiContext, fields: Fields): Either.Either<IssuedTokens, Refusal> =>
  Either.flatMap(required(fields, "refresh_token"), (refreshToken) => {
    const tokens = state.tokens.find("refreshToken", refreshToken)
    const error = settings.oauthDialect === "invalid_credentials" ? "invalid_request" : "invalid_grant"
    const refused = (hint: string) => refuse(400, error, "The refresh token is invalid.", hint)
    if (tokens === undefined) return refused("Cannot decrypt the refresh token")
    if (tokens.clientId !== clientIdAsSent(fields)) return refused("Token is not linked to client")
    if (tokens.refreshExpiresAt <= now) return refused("Token has expired")
    if (tokens.revoked) return refused("Token has been revoked")
    tokens.revoked = true
    return Either.right(state.tokens.issue(tokens.clientId, now))
  })

const grants = new Map([["password", byPassword], ["refresh_token", byRefreshToken]])

const granted = (context: ApiContext, fields: Fields): Either.Either<IssuedTokens, Refusal> =>
  Either.gen(function*() {
    const grant = grants.get(textOf(fields["grant_type"]))
    if (grant === undefined) {
      const text = "The authorization grant type is not supported by the authorization server."
      return yield* refuse(400, "unsupported_grant_type", text, "Check the `grant_type` parameter")
    }
    yield* checkClient(context, fields)
    yield* checkScope(fields)
    return yield* grant(context, fields)
  })

const mediaType = "application/json; charset=UTF-8"

const refusalAnswer = ({ request, settings }: ApiContext, { error, hint, status, text }: Refusal): Answered => {
  const isModern = settings.oauthDialect === "invalid_grant"
  const description = isModern ? text : undefined
  const answer = jsonAnswer(status, { error, error_description: description, hint, message: text }, mediaType)
  const isChallenged = error === "invalid_client" && (!isModern || request.headers["authorization"] !== undefined)
  return isChallenged ? withHeaders(answer, { "www-authenticate": "Basic realm=\"OAuth\"" }) : answer
}

const grantAnswer = ({ now, settings }: ApiContext, tokens: IssuedTokens): Answered =>
  jsonAnswer(
    200,
    {
      token_type: "Bearer",
      expires_in: settings.accessTokenLife === "omit" ? undefined : Math.floor((tokens.accessExpiresAt - now) / 1000),
      access_token: tokens.accessToken,
      refresh_token: tokens.refreshToken
    },
    mediaType,
    { "cache-control": "no-store", pragma: "no-cache" }
  )

/** Responds to a token request. */
export const answerToken = (context: ApiContext): Answered => {
  const fields = { ...basicCredentials(context.request), ...fieldsOf(parsedBody(context.request)) }
  return Either.match(granted(context, fields), {
    onLeft: (refusal) => refusalAnswer(context, refusal),
    onRight: (tokens) => grantAnswer(context, tokens)
  })
}
