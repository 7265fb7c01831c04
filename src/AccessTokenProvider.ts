/**
 * Provides the access token that authenticates API calls.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { AccessTokenProviderShape, PasswordGrantOptions, ProcessMakerCredentials } from "./AccessToken.js"
import {
  asCredential,
  asOption,
  checkCredentials,
  checkLogin,
  checkToken,
  credentialsBy,
  credentialsFromEnvironment,
  unavailableAtLogin
} from "./internal/token/credentials.js"
import type { Credentials } from "./internal/token/credentials.js"
import { makePasswordGrant, makeStatic } from "./internal/token/passwordGrant.js"
import { ProcessMakerConfig } from "./ProcessMakerConfig.js"

/**
 * Obtains access tokens, caches them and renews them.
 *
 * **Gotchas**
 *
 * Each build of a layer obtains its own token. Provide the layer once, at the edge of the program.
 *
 * @since 0.1.0
 * @category tags
 */
export class AccessTokenProvider extends Context.Tag("effect-processmaker-oauth/AccessTokenProvider")<
  AccessTokenProvider,
  AccessTokenProviderShape
>() {
  /**
   * Obtains a token with the password grant (RFC 6749, section 4.3) when it is first needed, caches it, and renews it
   * before it expires, with the refresh token or another login.
   *
   * **Details**
   *
   * Concurrent callers share a single token request; interrupting one of them does not cancel it. Failures are not
   * cached, except a rejected login: calls fail with it immediately until `loginCoolDown` has passed.
   *
   * @since 0.1.0
   */
  static readonly layerPasswordGrant = (
    options: PasswordGrantOptions
  ): Layer.Layer<AccessTokenProvider, ConfigError.ConfigError, HttpClient.HttpClient | ProcessMakerConfig> =>
    fromCredentials(checkLogin(options, asOption))

  /**
   * Always provides the same token. When the API rejects it, calls fail with `ProcessMakerUnauthorized`.
   *
   * @since 0.1.0
   */
  static readonly layerStatic = (
    accessToken: Redacted.Redacted<string>
  ): Layer.Layer<AccessTokenProvider, ConfigError.ConfigError> =>
    Layer.effect(AccessTokenProvider, Effect.map(checkToken(accessToken, asOption), makeStatic))

  /**
   * Provides tokens from credentials for the password grant, an access token, or an Effect of either.
   *
   * **Details**
   *
   * The Effect runs when the layer is built and again at each login, so rotated secrets are picked up without a
   * restart. An access token that it returns is cached until the API rejects it. If it fails, building the layer fails
   * with a `ConfigError`, and a later login fails with `ProcessMakerLoginFailed` (`credentials_unavailable`). Both
   * contain only the name of the original error, since the error itself might hold a secret: log it yourself, with
   * `Effect.tapError`.
   *
   * @since 0.1.0
   */
  static readonly layer = (
    credentials: ProcessMakerCredentials | Effect.Effect<ProcessMakerCredentials, unknown>
  ): Layer.Layer<AccessTokenProvider, ConfigError.ConfigError, HttpClient.HttpClient | ProcessMakerConfig> =>
    Effect.isEffect(credentials)
      ? fromSource(credentialsBy(credentials))
      : fromCredentials(checkCredentials(credentials, asCredential))

  /**
   * Provides tokens from Effect's `Config`: `PROCESSMAKER_ACCESS_TOKEN`, or `PROCESSMAKER_CLIENT_ID`,
   * `PROCESSMAKER_CLIENT_SECRET`, `PROCESSMAKER_USERNAME` and `PROCESSMAKER_PASSWORD`; optional `PROCESSMAKER_SCOPE`.
   * They are read again at each login.
   *
   * @since 0.1.0
   */
  static readonly layerConfig: Layer.Layer<
    AccessTokenProvider,
    ConfigError.ConfigError,
    HttpClient.HttpClient | ProcessMakerConfig
  > = Layer.unwrapEffect(Effect.suspend(() => tokensFromEnvironment))
}

type TokenLayer = Layer.Layer<AccessTokenProvider, ConfigError.ConfigError, HttpClient.HttpClient | ProcessMakerConfig>

type CheckedCredentials = Effect.Effect<Credentials, ConfigError.ConfigError>

/** `source`, if there is one, runs again at each login. */
const tokenLayer = (credentials: Credentials, source?: CheckedCredentials): TokenLayer =>
  Layer.scoped(
    AccessTokenProvider,
    Effect.gen(function*() {
      if (credentials.login === undefined && source === undefined) return makeStatic(credentials.accessToken)
      const config = yield* ProcessMakerConfig
      const client = yield* HttpClient.HttpClient
      const readCredentials = Effect.mapError(source ?? Effect.succeed(credentials), unavailableAtLogin)
      return yield* makePasswordGrant({ client, config, credentials, readCredentials })
    })
  )

const fromCredentials = (checked: CheckedCredentials): TokenLayer =>
  Layer.unwrapEffect(Effect.map(checked, (credentials) => tokenLayer(credentials)))

/** Runs `source` with the context that the layer was built with, such as its `ConfigProvider`, not the caller's. */
const asBuilt = (source: CheckedCredentials): Effect.Effect<CheckedCredentials> =>
  Effect.map(Effect.runtime(), (runtime) => Effect.provide(source, runtime))

const fromSource = (source: CheckedCredentials): TokenLayer =>
  Layer.unwrapEffect(
    Effect.zipWith(source, asBuilt(source), (credentials, reread) => tokenLayer(credentials, reread))
  )

/** @internal */
export const tokensFromEnvironment: Effect.Effect<TokenLayer, ConfigError.ConfigError> = Effect.zipWith(
  credentialsFromEnvironment,
  asBuilt(credentialsFromEnvironment),
  // Reading an access token from the environment again returns the same one.
  (credentials, reread) => tokenLayer(credentials, credentials.login && reread)
)
