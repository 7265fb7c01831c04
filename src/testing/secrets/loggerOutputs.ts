/**
 * What each of Effect's loggers makes of a value.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"

/** Turns what was printed or returned into text. */
export type Render = (output: unknown) => string

const loggers: Readonly<Record<string, Logger.Logger<unknown, unknown>>> = {
  stringLogger: Logger.stringLogger,
  logfmtLogger: Logger.logfmtLogger,
  structuredLogger: Logger.structuredLogger,
  jsonLogger: Logger.jsonLogger,
  "prettyLogger on a terminal": Logger.prettyLogger({ mode: "tty", colors: false }),
  "prettyLogger in a browser": Logger.prettyLogger({ mode: "browser", colors: false })
}

/** A value as the cause that it is, or that it would be if something failed with it. */
export const causeOf = (value: unknown): Cause.Cause<unknown> => Cause.isCause(value) ? value : Cause.fail(value)

const places: Readonly<Record<string, (value: unknown) => Effect.Effect<void>>> = {
  "as message": (value) => Effect.logInfo(value),
  "as second message": (value) => Effect.logInfo("message", value),
  "as annotation": (value) => Effect.annotateLogs(Effect.logInfo("message"), "annotation", value),
  "as cause": (value) => Effect.logInfo("message", causeOf(value))
}

/** What a logger prints and returns, as text. */
const output = (logger: Logger.Logger<unknown, unknown>, logged: Effect.Effect<void>, render: Render): string => {
  const printed: Array<unknown> = []
  const print = (...values: ReadonlyArray<unknown>) => {
    printed.push(...values)
  }
  const listening = Logger.replace(
    Logger.defaultLogger,
    Logger.make((options) => print(logger.log(options)))
  )
  Effect.runSync(Effect.consoleWith((console) =>
    logged.pipe(
      Effect.provide(listening),
      Effect.provide(Logger.minimumLogLevel(LogLevel.All)),
      Effect.withConsole({
        ...console,
        unsafe: { ...console.unsafe, log: print, error: print, group: print, groupCollapsed: print, groupEnd: print }
      })
    )
  ))
  return printed.map(render).join("\n")
}

/** Every logger with the value in every place, by name. */
export const loggerOutputs: ReadonlyArray<readonly [string, (value: unknown, render: Render) => string]> = Object
  .entries(loggers).flatMap(([name, logger]) =>
    Object.entries(places).map(([place, log]): readonly [string, (value: unknown, render: Render) => string] => [
      `Logger.${name}, ${place}`,
      (value, render) => output(logger, log(value), render)
    ])
  )
