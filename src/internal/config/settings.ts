/**
 * Errors of missing or invalid options and environment variables. The message says what to set, and never contains a
 * value.
 */
import * as Arr from "effect/Array"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

export const invalidSetting = (name: string, message: string): ConfigError.ConfigError =>
  ConfigError.InvalidData([name], `${name} ${message}`)

/**
 * The name of a variable as the current provider spells it: nested, prefixed, or in another case. Only the provider's
 * error for a missing variable shows the spelling, so this reads one that does not exist.
 */
export const spelled = (name: string): Effect.Effect<string> =>
  Effect.configProviderWith((provider) => provider.load(Config.string(`${name}X`))).pipe(
    Effect.as(name),
    Effect.catchAll((error) => Effect.succeed(missingName(error)?.slice(0, -1) ?? name))
  )

const missingName = (error: ConfigError.ConfigError): string | undefined => {
  const [first] = leaves(error)
  return first?._op === "MissingData"
    ? /^Expected (\S+) to exist/.exec(first.message)?.[1] ?? first.path.join("_")
    : undefined
}

/** The individual errors of a combined error. */
export const leaves = (
  error: ConfigError.ConfigError
): ReadonlyArray<Exclude<ConfigError.ConfigError, ConfigError.And | ConfigError.Or>> =>
  error._op === "And" || error._op === "Or" ? [...leaves(error.left), ...leaves(error.right)] : [error]

/** Combines the errors into one. At least one must be present. */
export const allInvalid = (
  errors: ReadonlyArray<Option.Option<ConfigError.ConfigError>>
): ConfigError.ConfigError => Arr.getSomes(errors).reduce((all, error) => ConfigError.And(all, error))

/** Treats an empty variable as not set. */
export const optionalSetting = <A>(
  config: Config.Config<A>,
  isEmpty: (value: A) => boolean
): Effect.Effect<Option.Option<A>, ConfigError.ConfigError> =>
  Effect.map(Config.option(config), Option.filter((value) => !isEmpty(value)))

export const requiredSetting = <A>(
  name: string,
  setting: Effect.Effect<Option.Option<A>, ConfigError.ConfigError>
): Effect.Effect<A, ConfigError.ConfigError> =>
  Effect.flatMap(
    setting,
    Option.match({
      onNone: () =>
        Effect.flatMap(spelled(name), (shown) => Effect.fail(ConfigError.MissingData([shown], `set ${shown}`))),
      onSome: Effect.succeed
    })
  )
