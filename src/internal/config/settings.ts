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
      onNone: () => Effect.fail(ConfigError.MissingData([name], `set ${name}`)),
      onSome: Effect.succeed
    })
  )
