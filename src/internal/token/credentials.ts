/**
 * Validation of credentials from options, an Effect or the environment. No message contains a value.
 */
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import type { PasswordCredentials, PasswordGrantOptions, ProcessMakerCredentials } from "../../AccessToken.js"
import { durationMillis } from "../config/policy.js"
import { allInvalid, invalidSetting, leaves, optionalSetting, requiredSetting, spelled } from "../config/settings.js"
import { credentialsUnavailable } from "../failure/failure.js"
import type { Failure } from "../failure/failure.js"
import { isBroken, isEmpty, isToken } from "../secrets/secrets.js"

type Secret = Redacted.Redacted<string>

/** Validated credentials: a login or an access token. */
export type Credentials =
  | { readonly login: PasswordCredentials; readonly coolDown: number }
  | { readonly login?: undefined; readonly coolDown: number; readonly accessToken: Secret }

/** Names a field in errors, depending on where it was set. */
type Names = (field: keyof PasswordCredentials | "accessToken" | "loginCoolDown") => string

export const asOption: Names = (field) => field

export const asCredential: Names = (field) => field === "loginCoolDown" ? field : `credentials.${field}`

const isBlank = (text: string): boolean => text.trim() === ""

const lineBreak = "must not begin or end with a line break"

const checkText = (value: unknown): Either.Either<string, string> =>
  !Predicate.isString(value) || isBlank(value)
    ? Either.left("must be a string that is not blank")
    : /^[\r\n]|[\r\n]$/.test(value)
    ? Either.left(lineBreak)
    : Either.right(value)

const checkSecret = (
  value: Secret,
  isGood: (secret: Secret) => boolean,
  expected: string
): Either.Either<Secret, string> => {
  if (!Redacted.isRedacted(value)) return Either.left("must be made by Redacted.make(\"...\")")
  if (isBroken(value)) return Either.left(lineBreak)
  return isGood(value) ? Either.right(value) : Either.left(expected)
}

const checkPassword = (value: Secret) =>
  checkSecret(value, (secret) => !isEmpty(secret), "must be a string that is not empty")

const checkCoolDown = (value: unknown): Either.Either<number, string> =>
  Either.fromOption(durationMillis(value), () => "must be a duration, for example \"30 seconds\"")

type Checked<A> = Effect.Effect<A, ConfigError.ConfigError>

const named = <A>(name: string, checked: Either.Either<A, string>): Checked<A> =>
  Effect.mapError(checked, (message) => invalidSetting(name, message))

export const checkToken = (accessToken: Secret, names: Names): Checked<Secret> =>
  named(names("accessToken"), checkSecret(accessToken, isToken, "must be visible ASCII characters"))

export const checkLogin = (options: PasswordGrantOptions, names: Names): Checked<Credentials> => {
  const { clientId, clientSecret, loginCoolDown = "30 seconds", password, scope, username } = options
  return Effect.all({
    clientId: named(names("clientId"), checkText(clientId)),
    clientSecret: named(names("clientSecret"), checkPassword(clientSecret)),
    username: named(names("username"), checkText(username)),
    password: named(names("password"), checkPassword(password)),
    scope: named(names("scope"), scope === undefined ? Either.right(scope) : checkText(scope)),
    coolDown: named(names("loginCoolDown"), checkCoolDown(loginCoolDown))
  }, { mode: "validate" }).pipe(
    Effect.mapBoth({
      onFailure: (errors) => allInvalid(Object.values(errors)),
      onSuccess: ({ coolDown, ...login }) => ({ login, coolDown })
    })
  )
}

export const checkCredentials = (given: ProcessMakerCredentials, names: Names): Checked<Credentials> => {
  if (!Predicate.isRecord(given)) {
    return Effect.fail(invalidSetting("credentials", "must be a login or an access token"))
  }
  return given.accessToken === undefined
    ? checkLogin(given, names)
    : Effect.map(checkToken(given.accessToken, names), (accessToken) => ({ accessToken, coolDown: 0 }))
}

/** Reads credentials from the user's Effect. Its error may hold a secret, so only the error's name is kept. */
export const credentialsBy = (given: Effect.Effect<ProcessMakerCredentials, unknown>): Checked<Credentials> =>
  Effect.matchCauseEffect(given, {
    onFailure: (cause) =>
      Cause.isInterruptedOnly(cause)
        ? Effect.failCause(Cause.map(cause, () => unavailable("")))
        : Effect.fail(unavailable(nameOf(Cause.squash(cause)))),
    onSuccess: (credentials) => checkCredentials(credentials, asCredential)
  })

const unavailable = (name: string): ConfigError.ConfigError =>
  invalidSetting("credentials", `could not be read: the Effect failed${name === "" ? "" : ` with ${name}`}`)

const nameOf = (error: unknown): string => {
  if (ConfigError.isConfigError(error)) {
    return `ConfigError for ${leaves(error).map(({ path }) => path.join("_")).join(", ")}`
  }
  const name = Predicate.hasProperty(error, "_tag") ? error._tag : Predicate.isError(error) ? error.name : ""
  return Predicate.isString(name) && /^[A-Za-z]\w{0,47}$/.test(name) ? name : ""
}

/** Turns the same error at a later login into a failure. */
export const unavailableAtLogin = (error: ConfigError.ConfigError): Failure => ({
  _tag: "LoginRefused",
  status: 0,
  reason: credentialsUnavailable,
  words: leaves(error).map(({ message }) => message).join("; "),
  requested: false
})

const variables = {
  accessToken: "PROCESSMAKER_ACCESS_TOKEN",
  clientId: "PROCESSMAKER_CLIENT_ID",
  clientSecret: "PROCESSMAKER_CLIENT_SECRET",
  username: "PROCESSMAKER_USERNAME",
  password: "PROCESSMAKER_PASSWORD",
  scope: "PROCESSMAKER_SCOPE"
}

export const credentialsFromEnvironment: Checked<Credentials> = Effect.gen(function*() {
  const shown = { ...(yield* Effect.all(Record.map(variables, spelled))), loginCoolDown: "loginCoolDown" }
  const names: Names = (field) => shown[field]
  const accessToken = yield* optionalSetting(Config.redacted(variables.accessToken), isEmpty)
  if (Option.isSome(accessToken)) return yield* checkCredentials({ accessToken: accessToken.value }, names)
  const text = (name: string) => requiredSetting(name, optionalSetting(Config.string(name), isBlank))
  const secret = (name: string) => requiredSetting(name, optionalSetting(Config.redacted(name), isEmpty))
  const login = yield* Effect.all({
    clientId: text(variables.clientId),
    clientSecret: secret(variables.clientSecret),
    username: text(variables.username),
    password: secret(variables.password)
  }, { mode: "validate" }).pipe(
    Effect.mapError((errors) => {
      const missing = Object.values(errors)
      if (!missing.every(Option.isSome)) return allInvalid(missing)
      const all = `${shown.clientId}, ${shown.clientSecret}, ${shown.username} and ${shown.password}`
      return ConfigError.MissingData([shown.clientId], `set ${all}, or ${shown.accessToken} in their place`)
    })
  )
  const scope = yield* optionalSetting(Config.string(variables.scope), isBlank)
  return yield* checkLogin({ ...login, scope: Option.getOrUndefined(scope) }, names)
})
