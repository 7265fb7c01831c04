import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { PasswordCredentials } from "../../AccessToken.js"
import { invalidTokenResponse } from "../failure/failure.js"
import type { Failure, LoginRefused } from "../failure/failure.js"
import { isClientError, statusMeaning } from "../failure/status.js"
import { exchange } from "../http/exchange.js"
import type { ExchangeOptions } from "../http/exchange.js"
import { isEmpty, isToken, passwordGrant, refreshGrant } from "../http/secrets.js"
import type { Answer } from "../wire/document.js"

/** What the token endpoint granted. */
export interface Grant {
  readonly accessToken: Redacted.Redacted<string>
  readonly refreshToken: Option.Option<Redacted.Redacted<string>>
  /** In milliseconds. */
  readonly life: Option.Option<number>
}

const Seconds = Schema.Union(Schema.Number, Schema.NumberFromString).pipe(Schema.filter((seconds) => seconds >= 0))

// RFC 6749, section 5.1.
const TokenResponse = Schema.parseJson(Schema.Struct({
  access_token: Schema.Redacted(Schema.String).pipe(Schema.filter(isToken)),
  token_type: Schema.optional(Schema.NullOr(Schema.String.pipe(Schema.pattern(/^bearer$/i)))),
  expires_in: Schema.optional(Schema.NullOr(Seconds)),
  refresh_token: Schema.optional(Schema.NullOr(Schema.Redacted(Schema.String)))
}))

const decodeTokenResponse = Schema.decodeUnknownEither(TokenResponse)

export interface TokenEndpointOptions {
  readonly exchange: Omit<ExchangeOptions<never>, "secrets" | "decode">
  readonly tokenUrl: string
  readonly credentials: PasswordCredentials
}

/** Logs in anew: RFC 6749, section 4.3. */
export const logIn = (options: TokenEndpointOptions): Effect.Effect<Grant, Failure, Scope.Scope> =>
  request(options, passwordGrant(options.credentials), [])

/** RFC 6749, section 6. The server rotates the refresh token, so this is never simply repeated. */
export const refresh = (
  options: TokenEndpointOptions,
  refreshToken: Redacted.Redacted<string>
): Effect.Effect<Grant, Failure, Scope.Scope> =>
  request(options, refreshGrant(options.credentials, refreshToken), [refreshToken])

const request = (
  options: TokenEndpointOptions,
  form: Record<string, string>,
  secrets: ReadonlyArray<Redacted.Redacted<string>>
): Effect.Effect<Grant, Failure, Scope.Scope> => {
  const { clientSecret, password } = options.credentials
  return HttpClientRequest.post(options.tokenUrl).pipe(
    HttpClientRequest.acceptJson,
    HttpClientRequest.bodyUrlParams(form),
    (post) =>
      exchange(post, {
        ...options.exchange,
        secrets: () => [clientSecret, password, ...secrets],
        decode: toGrant
      }),
    Effect.mapError(asRefusal)
  )
}

// A refusal is told by its `error`, not by its status, which differs between the server's generations (wire-facts,
// section 7). Where there is none, a status that has nothing to do with credentials means that this is no token endpoint.
// What is to be tried again stays as it is.
const asRefusal = (failure: Failure): Failure => {
  if (failure._tag !== "RefusedStatus" || failure.followed === true || !isClientError(failure.status)) return failure
  const { error, repeat } = statusMeaning(failure.status)
  if (repeat !== "never" && repeat !== "replay") return failure
  const code = failure.errors?.[0]?.code ?? ""
  const silent = error === "NotFound" || error === "UnexpectedStatus" ? invalidTokenResponse : "refused"
  return { _tag: "LoginRefused", status: failure.status, reason: /^[a-z][a-z_]{1,40}$/.test(code) ? code : silent }
}

const toGrant = (answer: Answer): Either.Either<Grant, LoginRefused> =>
  Either.mapBoth(decodeTokenResponse(answer.text()), {
    onLeft: () => ({ _tag: "LoginRefused", status: answer.status, reason: invalidTokenResponse }),
    onRight: (response) => ({
      accessToken: response.access_token,
      refreshToken: Option.filter(Option.fromNullable(response.refresh_token), (token) => !isEmpty(token)),
      // A token that is dead when it is born is of no use to anyone: servers that send 0 mean that it does not expire.
      life: Option.filter(Option.some((response.expires_in ?? 0) * 1000), (millis) => millis > 0)
    })
  })
