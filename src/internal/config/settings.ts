/**
 * Options and variables of the environment that are missing or wrong. The message alone says what to set, and never
 * repeats a value.
 */
import * as Arr from "effect/Array"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

export const invalidSetting = (name: string, message: string): ConfigError.ConfigError =>
  ConfigError.InvalidData([name], `${name} ${message}`)

/**
 * A variable as the provider in force spells it: nested, prefixed, in another case. Only its error about a variable that it
 * does not have says so, so it is asked for one.
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

/** The errors that an error is made of. */
export const leaves = (
  error: ConfigError.ConfigError
): ReadonlyArray<Exclude<ConfigError.ConfigError, ConfigError.And | ConfigError.Or>> =>
  error._op === "And" || error._op === "Or" ? [...leaves(error.left), ...leaves(error.right)] : [error]

/** All that is wrong, in one error: at least one of them is. */
export const allInvalid = (
  errors: ReadonlyArray<Option.Option<ConfigError.ConfigError>>
): ConfigError.ConfigError => Arr.getSomes(errors).reduce((all, error) => ConfigError.And(all, error))

/** A variable that is set to nothing is not set. */
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
