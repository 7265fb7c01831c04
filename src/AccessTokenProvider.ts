/**
 * Whom the calls are made as.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type { AccessTokenProviderShape, PasswordCredentials } from "./AccessToken.js"
import { durationMillis } from "./internal/config/policy.js"
import { allInvalid, invalidSetting, optionalSetting, requiredSetting } from "./internal/config/settings.js"
import { isBroken, isEmpty, isToken } from "./internal/http/secrets.js"
import { makePasswordGrant, makeStatic } from "./internal/token/accessTokens.js"
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
  | {
    /** It is never renewed: `Redacted.make("...")`, or `Config.redacted`. */
    readonly accessToken: Redacted.Redacted<string>
  }

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
    passwordGrant(options, asOption)

  /**
   * Always the same token. When the API refuses it, calls fail with `ProcessMakerUnauthorized`.
   *
   * @since 0.1.0
   */
  static readonly layerStatic = (
    accessToken: Redacted.Redacted<string>
  ): Layer.Layer<AccessTokenProvider, ConfigError.ConfigError> => staticToken(accessToken, asOption)

  /**
   * Whichever of the two the credentials are for.
   *
   * @since 0.1.0
   */
  static readonly layer = (
    credentials: ProcessMakerCredentials
  ): Layer.Layer<AccessTokenProvider, ConfigError.ConfigError, HttpClient.HttpClient | ProcessMakerConfig> =>
    Predicate.isRecord(credentials) && credentials.accessToken !== undefined
      ? staticToken(credentials.accessToken, asCredential)
      : passwordGrant(credentials, asCredential)

  /**
   * From Effect's `Config`: `PROCESSMAKER_ACCESS_TOKEN`, or `PROCESSMAKER_CLIENT_ID`, `PROCESSMAKER_CLIENT_SECRET`,
   * `PROCESSMAKER_USERNAME` and `PROCESSMAKER_PASSWORD`; optional `PROCESSMAKER_SCOPE`.
   *
   * @since 0.1.0
   */
  static readonly layerConfig: Layer.Layer<
    AccessTokenProvider,
    ConfigError.ConfigError,
    HttpClient.HttpClient | ProcessMakerConfig
  > = Layer.unwrapEffect(Effect.suspend(() => tokensFromEnvironment))
}

/** What errors call a field, wherever it was set. */
type Naming = (field: keyof PasswordCredentials | "accessToken") => string

const asOption: Naming = (field) => field

const asCredential: Naming = (field) => `credentials.${field}`

const variables = {
  accessToken: "PROCESSMAKER_ACCESS_TOKEN",
  clientId: "PROCESSMAKER_CLIENT_ID",
  clientSecret: "PROCESSMAKER_CLIENT_SECRET",
  username: "PROCESSMAKER_USERNAME",
  password: "PROCESSMAKER_PASSWORD",
  scope: "PROCESSMAKER_SCOPE"
}

const asVariable: Naming = (field) => variables[field]

/** @internal */
export const tokensFromEnvironment: Effect.Effect<
  Layer.Layer<AccessTokenProvider, ConfigError.ConfigError, HttpClient.HttpClient | ProcessMakerConfig>,
  ConfigError.ConfigError
> = Effect.gen(function*() {
  const accessToken = yield* optionalSetting(Config.redacted(variables.accessToken), isEmpty)
  if (Option.isSome(accessToken)) return staticToken(accessToken.value, asVariable)
  const { clientId, clientSecret, password, username } = variables
  const text = (name: string) => requiredSetting(name, optionalSetting(Config.string(name), isBlank))
  const secret = (name: string) => requiredSetting(name, optionalSetting(Config.redacted(name), isEmpty))
  const login = yield* Effect.all({
    clientId: text(clientId),
    clientSecret: secret(clientSecret),
    username: text(username),
    password: secret(password)
  }, { mode: "validate" }).pipe(
    Effect.mapError((errors) => {
      const missing = Object.values(errors)
      if (!missing.every(Option.isSome)) return allInvalid(missing)
      const all = `${clientId}, ${clientSecret}, ${username} and ${password}`
      return ConfigError.MissingData([clientId], `set ${all}, or ${variables.accessToken} in their place`)
    })
  )
  const scope = yield* optionalSetting(Config.string(variables.scope), isBlank)
  return passwordGrant({ ...login, scope: Option.getOrUndefined(scope) }, asVariable)
})

const passwordGrant = (
  options: PasswordGrantOptions,
  nameOf: Naming
): Layer.Layer<AccessTokenProvider, ConfigError.ConfigError, HttpClient.HttpClient | ProcessMakerConfig> =>
  Layer.scoped(
    AccessTokenProvider,
    Effect.gen(function*() {
      const { coolDown, ...credentials } = yield* checkCredentials(options, nameOf)
      const config = yield* ProcessMakerConfig
      const client = yield* HttpClient.HttpClient
      return yield* makePasswordGrant({ client, config, credentials, coolDown })
    })
  )

const staticToken = (
  accessToken: Redacted.Redacted<string>,
  nameOf: Naming
): Layer.Layer<AccessTokenProvider, ConfigError.ConfigError> =>
  Layer.effect(
    AccessTokenProvider,
    Effect.mapBoth(checkSecret(accessToken, isToken, "must be visible ASCII characters"), {
      onFailure: (message) => invalidSetting(nameOf("accessToken"), message),
      onSuccess: makeStatic
    })
  )

const isBlank = (text: string): boolean => text.trim() === ""

const checkText = (value: unknown): Either.Either<string, string> =>
  !Predicate.isString(value) || isBlank(value)
    ? Either.left("must be a text that is not blank")
    : /^[\r\n]|[\r\n]$/.test(value)
    ? Either.left(lineBreak)
    : Either.right(value)

const lineBreak = "must not begin or end with a line break"

const checkScope = (value: unknown): Either.Either<string | undefined, string> =>
  value === undefined ? Either.right(undefined) : checkText(value)

const checkSecret = (
  value: Redacted.Redacted<string>,
  isGood: (secret: Redacted.Redacted<string>) => boolean,
  expected: string
): Either.Either<Redacted.Redacted<string>, string> => {
  if (!Redacted.isRedacted(value)) return Either.left("must be made by Redacted.make(\"...\")")
  if (isBroken(value)) return Either.left(lineBreak)
  return isGood(value) ? Either.right(value) : Either.left(expected)
}

const checkPassword = (value: Redacted.Redacted<string>) =>
  checkSecret(value, (secret) => !isEmpty(secret), "must be a text that is not empty")

const checkCoolDown = (value: unknown): Either.Either<number, string> =>
  Either.fromOption(durationMillis(value), () => "must be a duration, for example \"30 seconds\"")

const checkCredentials = (
  options: PasswordGrantOptions,
  nameOf: Naming
): Effect.Effect<PasswordCredentials & { readonly coolDown: number }, ConfigError.ConfigError> => {
  if (!Predicate.isRecord(options)) {
    return Effect.fail(invalidSetting("credentials", "must be a login or an access token"))
  }
  const { clientId, clientSecret, loginCoolDown = "30 seconds", password, scope, username } = options
  const named = <A>(name: string, checked: Either.Either<A, string>) =>
    Either.mapLeft(checked, (message) => invalidSetting(name, message))
  return Effect.all({
    clientId: named(nameOf("clientId"), checkText(clientId)),
    clientSecret: named(nameOf("clientSecret"), checkPassword(clientSecret)),
    username: named(nameOf("username"), checkText(username)),
    password: named(nameOf("password"), checkPassword(password)),
    scope: named(nameOf("scope"), checkScope(scope)),
    coolDown: named("loginCoolDown", checkCoolDown(loginCoolDown))
  }, { mode: "validate" }).pipe(Effect.mapError((errors) => allInvalid(Object.values(errors))))
}
