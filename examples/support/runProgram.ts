/** How the programs end: one clear line for a failure, and a distinct exit code. */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import { outliveReaders } from "./outliveReaders.js"

export interface Ending {
  /** The line to print; none if everything was already printed. */
  readonly line: string | undefined
  readonly exitCode: number
}

/**
 * Runs a program until it ends, fails, or receives a signal. After a signal it exits with 130 (SIGINT) or 143
 * (SIGTERM), like a shell.
 */
export const runProgram = <E>(
  name: string,
  main: Effect.Effect<void, E | ConfigError.ConfigError, NodeContext.NodeContext>,
  endingOf: (error: E) => Ending
): void => {
  let signal: NodeJS.Signals | undefined
  for (const each of ["SIGINT", "SIGTERM"] as const) {
    process.once(each, () => signal ??= each)
  }
  const ending = (cause: Cause.Cause<E | ConfigError.ConfigError>): Ending => {
    if (Cause.isInterruptedOnly(cause)) return { line: undefined, exitCode: signal === "SIGTERM" ? 143 : 130 }
    return Option.match(Cause.failureOption(cause), {
      onNone: () => ({ line: `unexpected: ${Cause.pretty(cause)}`, exitCode: 1 }),
      onSome: (error) =>
        ConfigError.isConfigError(error) ? { line: describeConfig(error), exitCode: 1 } : endingOf(error)
    })
  }
  let exitCode = 0
  const report = (cause: Cause.Cause<E | ConfigError.ConfigError>) =>
    Effect.sync(() => {
      const { line, ...ended } = ending(cause)
      exitCode = ended.exitCode
      if (line !== undefined) process.stderr.write(`${name}: ${line.replace(/\s*\n\s*/g, " ")}\n`)
    })
  outliveReaders()
  // These programs report their own progress, so the library's log lines would be redundant.
  const quiet = Logger.withMinimumLogLevel(Effect.onError(main, report), LogLevel.Warning)
  NodeRuntime.runMain(Effect.provide(quiet, NodeContext.layer), {
    disableErrorReporting: true,
    teardown: (_, onExit) => onExit(exitCode)
  })
}

/** What to set, without the brackets of `ConfigError`'s own message. */
const describeConfig = (error: ConfigError.ConfigError): string =>
  error._op === "And" || error._op === "Or"
    ? `${describeConfig(error.left)}; ${describeConfig(error.right)}`
    : error.message
