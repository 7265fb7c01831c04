/** What the programs here share of reading their command lines. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

/** The command line is wrong. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

/** Node's `parseArgs` throws; what it says is one line here, and has no advice on arguments that these programs refuse. */
export const parsed = <A>(parse: () => A): Effect.Effect<A, UsageError> =>
  Effect.try({
    try: parse,
    catch: (error) => {
      const message = error instanceof Error ? error.message : String(error)
      return new UsageError({ message: message.replaceAll(/\s+/g, " ").replace(/\.? To specify .*$/, "") })
    }
  })

/** The value of a flag; none where it is not given. */
export const wholeNumber = (
  flag: string,
  value: string | undefined,
  least: number,
  most: number
): Effect.Effect<number | undefined, UsageError> => {
  if (value === undefined) return Effect.succeed(undefined)
  const number = Number(value)
  return /^\d+$/.test(value) && number >= least && number <= most
    ? Effect.succeed(number)
    : Effect.fail(
      new UsageError({ message: `${flag} must be a whole number from ${least} to ${most}, not "${value}"` })
    )
}
