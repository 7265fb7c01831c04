/** Shared parts of the command lines, which use `@effect/cli`. */
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import type * as NodeContext from "@effect/platform-node/NodeContext"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { stripVTControlCharacters } from "node:util"
import metadata from "../../package.json" with { type: "json" }

/** The command line is invalid. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

export const flag = (name: string, description: string): Options.Options<boolean> =>
  Options.withDescription(Options.boolean(name), description)

export const optional = <A>(options: Options.Options<A>): Options.Options<A | undefined> =>
  Options.map(Options.optional(options), Option.getOrUndefined)

/** An option whose value `check` converts, or rejects with the message `refusal`. */
export const checked = <A, B>(
  options: Options.Options<A>,
  check: (value: A) => B | undefined,
  refusal: (value: A) => string
): Options.Options<B> =>
  Options.mapEffect(options, (value) => {
    const result = check(value)
    return result === undefined
      ? Effect.fail(ValidationError.invalidValue(HelpDoc.p(refusal(value))))
      : Effect.succeed(result)
  })

export const wholeNumber = (name: string, least: number, most: number): Options.Options<number> =>
  checked(
    Options.withPseudoName(Options.text(name), "n"),
    (text) => /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined,
    (text) => `--${name} must be a whole number from ${least} to ${most}, not "${text}"`
  )

export const paragraphs = (...texts: readonly [string, ...Array<string>]): HelpDoc.HelpDoc =>
  HelpDoc.blocks(texts.map(HelpDoc.p))

const config = CliConfig.make({ isCaseSensitive: true })

/**
 * Runs a command with the arguments of the program. `@effect/cli` prints a wrong command line in color and over several
 * lines; here it is an error of one line, found before the command does anything.
 */
export const runCommand = <Name extends string, R, E, A>(
  command: Command.Command<Name, R, E, A>,
  args: ReadonlyArray<string>
): Effect.Effect<void, Exclude<E, ValidationError.ValidationError> | UsageError, R | NodeContext.NodeContext> =>
  Effect.gen(function*() {
    const [name = ""] = Command.getNames(command)
    const directive = yield* CommandDescriptor.parse(command.descriptor, [name, ...args], config).pipe(
      Effect.catchIf(ValidationError.isCommandMismatch, (mismatch) => {
        // What no command takes is looked for among the sub-commands last.
        const option = args.find((arg) => arg.startsWith("-") && !takes(command.descriptor, args, arg))
        return Effect.fail(option === undefined ? mismatch : usageError(`Unknown option '${option}'`))
      })
    )
    if (directive._tag === "UserDefined") {
      const [first] = directive.leftover
      if (first !== undefined) return yield* usageError(unexpected(command.descriptor, args, first))
    }
    const run = Command.run(command, { name, version: metadata.version })(["node", name, ...args])
    yield* directive._tag === "BuiltIn" && process.stdout.isTTY !== true ? withoutColor(run) : run
  }).pipe(
    Effect.provide(CliConfig.layer(config)),
    Effect.catchIf(ValidationError.isValidationError, ({ error }) => usageError(plain(error)))
  )

/** What is wrong with an argument that the command does not take. */
const unexpected = (
  parent: CommandDescriptor.Command<unknown>,
  args: ReadonlyArray<string>,
  argument: string
): string => {
  if (!argument.startsWith("-")) return `Unexpected argument '${argument}'`
  const [name = ""] = argument.split("=")
  // Parsed, it would not be left over.
  return takes(parent, args, argument) ? `Option '${name}' needs one value` : `Unknown option '${name}'`
}

const takes = (parent: CommandDescriptor.Command<unknown>, args: ReadonlyArray<string>, option: string): boolean => {
  const subcommands = CommandDescriptor.getSubcommands(parent)
  const command = args.flatMap((arg) => Option.toArray(HashMap.get(subcommands, arg)))[0] ?? parent
  const [name = ""] = option.split("=")
  return plain(CommandDescriptor.getHelp(command, config)).includes(`\n${name} `)
}

const plain = (doc: HelpDoc.HelpDoc): string => stripVTControlCharacters(HelpDoc.toAnsiText(doc))

const usageError = (text: string): UsageError => new UsageError({ message: text.replaceAll(/\s+/g, " ").trim() })

const withoutColor = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.consoleWith((console) =>
    Effect.withConsole(effect, {
      ...console,
      log: (...texts) => console.log(...texts.map((text) => stripVTControlCharacters(String(text))))
    })
  )
