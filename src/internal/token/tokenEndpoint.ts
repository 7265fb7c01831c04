import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { PasswordCredentials } from "../../AccessToken.js"
import type { Worker } from "../call/deadline.js"
import { credentialsUnavailable, invalidTokenResponse } from "../failure/failure.js"
import type { Failure, LoginRefused } from "../failure/failure.js"
import { isClientError, statusMeaning } from "../failure/status.js"
import { exchange } from "../http/exchange.js"
import type { ExchangeOptions } from "../http/exchange.js"
import { isToken, passwordGrant, refreshGrant } from "../secrets/secrets.js"
import { targetOf } from "../watch/requests.js"
import type { Answer } from "../wire/document.js"
import { readErrorBody } from "../wire/errorBody.js"

/** The tokens of a successful grant. */
export interface Grant {
  readonly accessToken: Redacted.Redacted<string>
  readonly refreshToken: Option.Option<Redacted.Redacted<string>>
  /** In milliseconds. */
  readonly life: Option.Option<number>
}

// RFC 6749, section 5.1. Only `access_token` is required.
const decodeTokenResponse = Schema.decodeUnknownEither(Schema.Struct({
  access_token: Schema.Redacted(Schema.String).pipe(Schema.filter(isToken)),
  token_type: Schema.optional(Schema.NullOr(Schema.String.pipe(Schema.pattern(/^\s*(bearer)?\s*$/i)))),
  expires_in: Schema.optional(Schema.Unknown),
  refresh_token: Schema.optional(Schema.Unknown)
}))

export interface TokenEndpointOptions {
  readonly exchange: Omit<ExchangeOptions<never>, "secrets" | "decode" | "facts">
  readonly tokenUrl: string
  readonly credentials: PasswordCredentials
  readonly resendCount: number
}

/** Logs in: RFC 6749, section 4.3. */
export const logIn = (
  options: TokenEndpointOptions,
  worker: Worker<Failure>
): Effect.Effect<Grant, Failure, Scope.Scope> =>
  request(options, "password", passwordGrant(options.credentials), [], worker)

/** Refreshes the token: RFC 6749, section 6. It is never retried as is, since the server rotates refresh tokens. */
export const refresh = (
  options: TokenEndpointOptions,
  refreshToken: Redacted.Redacted<string>,
  worker: Worker<Failure>
): Effect.Effect<Grant, Failure, Scope.Scope> =>
  request(options, "refresh_token", refreshGrant(options.credentials, refreshToken), [refreshToken], worker)

const request = (
  options: TokenEndpointOptions,
  grant: "password" | "refresh_token",
  form: Record<string, string>,
  secrets: ReadonlyArray<Redacted.Redacted<string>>,
  { atExit }: Worker<Failure>
): Effect.Effect<Grant, Failure, Scope.Scope> => {
  const { credentials: { clientSecret, password }, resendCount } = options
  const url = new URL(options.tokenUrl)
  return HttpClientRequest.post(options.tokenUrl).pipe(
    HttpClientRequest.acceptJson,
    HttpClientRequest.bodyUrlParams(form),
    (post) =>
      exchange(post, {
        ...options.exchange,
        secrets: () => [clientSecret, password, ...secrets],
        decode: toGrant,
        facts: { target: targetOf(url, url.pathname), resendCount, grant, atExit }
      }),
    Effect.mapError(asRefusal)
  )
}

/**
 * Whether a token request failed transiently: 408, 429, 5xx, no response, or no credentials to send. Any other failure
 * is a rejected login.
 */
export const isPassing = (failure: Failure): boolean => {
  if (failure._tag === "LoginRefused") return failure.reason === credentialsUnavailable
  if (failure._tag === "NoAnswer" || failure._tag === "TimedOut") return true
  if (failure._tag !== "RefusedStatus" || failure.followed === true) return false
  const { error, repeat } = statusMeaning(failure.status)
  return error === "ServerError" || (repeat !== "never" && repeat !== "replay")
}

// The `error` code identifies a rejection, since the status differs between server generations (wire-facts, section 7).
// It is read after redaction. Without a code, a status unrelated to credentials means that the URL is not a token
// endpoint. Redirects are left as they are.
const asRefusal = (failure: Failure): Failure => {
  if (isPassing(failure) || !("status" in failure)) return failure
  if (failure._tag === "RefusedStatus" && (failure.followed === true || !isClientError(failure.status))) return failure
  const code = failure.errors?.[0]?.code ?? ""
  const { errors, html, requestId, status } = failure
  const reason = /^[a-z][a-z_]{1,40}$/.test(code) ? code : silentReason(failure)
  return { _tag: "LoginRefused", status, errors, html, requestId, reason }
}

const silentReason = (failure: Failure): string => {
  if (failure._tag !== "RefusedStatus") return failure._tag === "LoginRefused" ? failure.reason : invalidTokenResponse
  const { error } = statusMeaning(failure.status)
  return error === "NotFound" || error === "UnexpectedStatus" ? invalidTokenResponse : "refused"
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const toGrant = (answer: Answer): Either.Either<Grant, LoginRefused> => {
  const body = parse(answer.text())
  return Either.mapBoth(decodeTokenResponse(body), {
    onLeft: () => ({
      _tag: "LoginRefused",
      status: answer.status,
      // The body may contain an unusable token, which must not be shown.
      ...(Predicate.hasProperty(body, "access_token") ? {} : readErrorBody(answer.text())),
      reason: Predicate.hasProperty(body, "error") && body.error !== null ? "refused" : invalidTokenResponse
    }),
    onRight: (response) => ({
      accessToken: response.access_token,
      refreshToken: Predicate.isString(response.refresh_token) && response.refresh_token !== ""
        ? Option.some(Redacted.make(response.refresh_token))
        : Option.none(),
      life: lifeOf(response.expires_in)
    })
  })
}

// Servers that send 0 mean that the token does not expire. A value that is not a number is ignored.
const lifeOf = (expiresIn: unknown): Option.Option<number> => {
  const seconds = Predicate.isString(expiresIn) && /^\s*\d+(\.\d+)?\s*$/.test(expiresIn) ? Number(expiresIn) : expiresIn
  return Predicate.isNumber(seconds) && seconds > 0 ? Option.some(seconds * 1000) : Option.none()
}
