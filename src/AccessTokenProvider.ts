/**
 * Whom the calls are made as.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type { AccessTokenProviderShape, PasswordCredentials } from "./AccessToken.js"
import { makePasswordGrant, makeStatic } from "./internal/accessTokens.js"
import { durationMillis } from "./internal/durationMillis.js"
import { isEmpty, isToken } from "./internal/secrets.js"
import { ProcessMakerConfig } from "./ProcessMakerConfig.js"

/**
 * Credentials, and how to treat a refusal of them.
 *
 * @since 0.1.0
 * @category models
 */
export interface PasswordGrantOptions extends PasswordCredentials {
  /** How long no login is tried after the server refused one, so that the account is not locked. Default: 30 seconds. */
  readonly loginCoolDown?: Duration.DurationInput | undefined
}

/**
 * Either a login, or an access token that was had elsewhere.
 *
 * @since 0.1.0
 * @category models
 */
export type ProcessMakerCredentials =
  | PasswordGrantOptions & { readonly accessToken?: undefined }
  | { readonly accessToken: Redacted.Redacted<string> }

/**
 * Gives out access tokens and renews them.
 *
 * **Gotchas**
 *
 * `layerPasswordGrant` and `layerStatic` are functions: each call makes a layer of its own, with a token of its own. Keep
 * the layer in a constant to share one token.
 *
 * @since 0.1.0
 * @category tags
 */
export class AccessTokenProvider extends Context.Tag("effect-processmaker-oauth/AccessTokenProvider")<
  AccessTokenProvider,
  AccessTokenProviderShape
>() {
  /**
   * Logs in by password grant (RFC 6749, section 4.3) when a token is first needed, keeps it, and renews it before it
   * expires: with the refresh token, or by logging in again.
   *
   * **Details**
   *
   * However many fibers need a token, one request is under way, and no caller's interruption ends it for the others.
   * Failures are not kept, but for a refusal: further calls fail with it at once until `loginCoolDown` has passed.
   *
   * @since 0.1.0
   */
  static readonly layerPasswordGrant = (
    options: PasswordGrantOptions
  ): Layer.Layer<AccessTokenProvider, ConfigError.ConfigError, HttpClient.HttpClient | ProcessMakerConfig> =>
    passwordGrant(options, optionNames)

  /**
   * Always the same token. When the API refuses it, calls fail with `ProcessMakerUnauthorized`.
   *
   * @since 0.1.0
   */
  static readonly layerStatic = (
    accessToken: Redacted.Redacted<string>
  ): Layer.Layer<AccessTokenProvider, ConfigError.ConfigError> => staticToken(accessToken, optionNames)

  /**
   * Whichever of the two the credentials are for.
   *
   * @since 0.1.0
   */
  static readonly layer = (
    credentials: ProcessMakerCredentials
  ): Layer.Layer<AccessTokenProvider, ConfigError.ConfigError, HttpClient.HttpClient | ProcessMakerConfig> =>
    Predicate.isRecord(credentials) && credentials.accessToken !== undefined
      ? AccessTokenProvider.layerStatic(credentials.accessToken)
      : AccessTokenProvider.layerPasswordGrant(credentials)

  /**
   * From Effect's `Config`: `PROCESSMAKER_ACCESS_TOKEN`, or `PROCESSMAKER_CLIENT_ID`, `PROCESSMAKER_CLIENT_SECRET`,
   * `PROCESSMAKER_USERNAME` and `PROCESSMAKER_PASSWORD`.
   *
   * @since 0.1.0
   */
  static readonly layerConfig: Layer.Layer<
    AccessTokenProvider,
    ConfigError.ConfigError,
    HttpClient.HttpClient | ProcessMakerConfig
  > = Layer.unwrapEffect(Effect.gen(function*() {
    const accessToken = yield* Config.option(Config.redacted(environmentNames.accessToken))
    // A variable that is set to nothing is not set.
    if (Option.isSome(accessToken) && !isEmpty(accessToken.value)) {
      return staticToken(accessToken.value, environmentNames)
    }
    const login = yield* Effect.mapError(
      Config.all({
        clientId: Config.string(environmentNames.clientId),
        clientSecret: Config.redacted(environmentNames.clientSecret),
        username: Config.string(environmentNames.username),
        password: Config.redacted(environmentNames.password)
      }),
      (error) => ConfigError.Or(ConfigError.MissingData([environmentNames.accessToken], "is not set"), error)
    )
    return passwordGrant(login, environmentNames)
  }))
}

const optionNames = {
  accessToken: "accessToken",
  clientId: "clientId",
  clientSecret: "clientSecret",
  username: "username",
  password: "password"
}

const environmentNames: typeof optionNames = {
  accessToken: "PROCESSMAKER_ACCESS_TOKEN",
  clientId: "PROCESSMAKER_CLIENT_ID",
  clientSecret: "PROCESSMAKER_CLIENT_SECRET",
  username: "PROCESSMAKER_USERNAME",
  password: "PROCESSMAKER_PASSWORD"
}

const passwordGrant = (
  options: PasswordGrantOptions,
  names: typeof optionNames
): Layer.Layer<AccessTokenProvider, ConfigError.ConfigError, HttpClient.HttpClient | ProcessMakerConfig> =>
  Layer.scoped(
    AccessTokenProvider,
    Effect.gen(function*() {
      const { loginCoolDown = "30 seconds", ...credentials } = yield* checkCredentials(options, names)
      const config = yield* ProcessMakerConfig
      const client = yield* HttpClient.HttpClient
      return yield* makePasswordGrant({ client, config, credentials, coolDown: Duration.toMillis(loginCoolDown) })
    })
  )

const staticToken = (
  accessToken: Redacted.Redacted<string>,
  names: typeof optionNames
): Layer.Layer<AccessTokenProvider, ConfigError.ConfigError> =>
  Layer.effect(
    AccessTokenProvider,
    Redacted.isRedacted(accessToken) && isToken(accessToken)
      ? Effect.succeed(makeStatic(accessToken))
      : invalid(names.accessToken, "must be a Redacted text of visible ASCII characters")
  )

const checkCredentials = (
  options: PasswordGrantOptions,
  names: typeof optionNames
): Either.Either<PasswordGrantOptions, ConfigError.ConfigError> => {
  if (!Predicate.isRecord(options)) return invalid("credentials", "must be a login or an access token")
  const { clientId, clientSecret, loginCoolDown, password, username } = options
  for (const [name, value] of [[names.clientId, clientId], [names.username, username]] as const) {
    if (typeof value !== "string" || value.trim() === "") return invalid(name, "must be a text that is not blank")
  }
  for (const [name, value] of [[names.clientSecret, clientSecret], [names.password, password]] as const) {
    if (!Redacted.isRedacted(value) || isEmpty(value)) return invalid(name, "must be a Redacted text that is not empty")
  }
  if (loginCoolDown !== undefined && Option.isNone(durationMillis(loginCoolDown))) {
    return invalid("loginCoolDown", "must be a duration, for example \"30 seconds\"")
  }
  return Either.right(options)
}

const invalid = (name: string, message: string) => Either.left(ConfigError.InvalidData([name], message))
