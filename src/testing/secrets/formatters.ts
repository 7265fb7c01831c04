/**
 * The formatters that turn a value into text.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Inspectable from "effect/Inspectable"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Predicate from "effect/Predicate"
import { type Method, methodOf } from "../methodOf.js"

/** Formats a value, or returns `undefined` if it does not apply. */
export type Way = (value: unknown) => string | undefined

// Not imported, so that this also runs outside Node.
const nodeInspect = (): Method | undefined =>
  methodOf(methodOf(Reflect.get(globalThis, "process"), "getBuiltinModule")?.("node:util"), "inspect")

const inspected = (options?: Readonly<Record<string, unknown>>): Way => (value) => {
  const inspect = nodeInspect()
  return inspect && String(inspect(value, options))
}

const everything = {
  depth: Number.POSITIVE_INFINITY,
  maxArrayLength: Number.POSITIVE_INFINITY,
  maxStringLength: Number.POSITIVE_INFINITY
}

const addition: Way = (value) => {
  let text = ""
  // Unlike a template, this calls `valueOf` first.
  if (Predicate.isObject(value)) text += value
  return text
}

const json = (value: unknown): string | undefined => JSON.stringify(value)

// Loggers and error trackers expand errors like this, since JSON omits their properties.
const expanded = (_: string, value: unknown): unknown =>
  value instanceof Error
    ? Object.fromEntries(Object.getOwnPropertyNames(value).map((name) => [name, Reflect.get(value, name)]))
    : value

const errorChain: Way = (value) => {
  const texts: Array<string> = []
  const seen = new Set<unknown>()
  let error = value
  while (error instanceof Error && !seen.has(error)) {
    seen.add(error)
    texts.push(`${error.name}: ${error.message}\n${error.stack}\n${String(error)}`)
    error = error.cause
  }
  return texts.join("\n")
}

const ownInspect: Way = (value) => {
  const inspect = methodOf(value, Inspectable.NodeInspectSymbol)
  return inspect && Inspectable.toStringUnknown(inspect())
}

const pretty = (cause: Cause.Cause<unknown>): string =>
  `${Cause.pretty(cause)}\n${Cause.pretty(cause, { renderErrorCause: true })}`

/** The value itself if it is a cause, otherwise a failure or a defect with it. */
const causeOf = (value: unknown, make: (value: unknown) => Cause.Cause<unknown> = Cause.fail): Cause.Cause<unknown> =>
  Cause.isCause(value) ? value : make(value)

const exitCause: Way = (value) => Exit.isExit(value) && Exit.isFailure(value) ? pretty(value.cause) : undefined

// A console shows structured output; other sinks encode it as JSON.
const rendered = (output: unknown): string =>
  typeof output === "string" ? output : `${nodeInspect()?.(output)}\n${Inspectable.toStringUnknown(output)}`

const loggers: Readonly<Record<string, Logger.Logger<unknown, unknown>>> = {
  stringLogger: Logger.stringLogger,
  logfmtLogger: Logger.logfmtLogger,
  structuredLogger: Logger.structuredLogger,
  jsonLogger: Logger.jsonLogger,
  "prettyLogger on a terminal": Logger.prettyLogger({ mode: "tty", colors: false }),
  "prettyLogger in a browser": Logger.prettyLogger({ mode: "browser", colors: false })
}

const places: Readonly<Record<string, (value: unknown) => Effect.Effect<void>>> = {
  "as message": (value) => Effect.logInfo(value),
  "as second message": (value) => Effect.logInfo("message", value),
  "as annotation": (value) => Effect.annotateLogs(Effect.logInfo("message"), "annotation", value),
  "as cause": (value) => Effect.logInfo("message", causeOf(value))
}

/** The output of a logger, as text. */
const output = (logger: Logger.Logger<unknown, unknown>, logged: Effect.Effect<void>): string => {
  const printed: Array<unknown> = []
  const print = (...values: ReadonlyArray<unknown>) => {
    printed.push(...values)
  }
  const listening = Logger.replace(Logger.defaultLogger, Logger.make((options) => print(logger.log(options))))
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
  return printed.map(rendered).join("\n")
}

/** Every logger with the value in every position. */
const loggerWays = Object.entries(loggers).flatMap(([name, logger]) =>
  Object.entries(places).map(([place, log]): readonly [string, Way] => [
    `Logger.${name}, ${place}`,
    (value) => output(logger, log(value))
  ])
)

/** All formatters by name. The search of properties is separate, since it reports the property. */
export const ways: ReadonlyArray<readonly [string, Way]> = [
  ["String()", (value) => String(value)],
  ["a template string", (value) => `${value}`],
  ["an addition to a text", addition],
  ["JSON.stringify", json],
  ["JSON.stringify with errors expanded", (value) => JSON.stringify(value, expanded)],
  ["Inspectable.format", (value) => Inspectable.format(value)],
  ["Inspectable.toJSON", (value) => json(Inspectable.toJSON(value))],
  ["Inspectable.toStringUnknown", (value) => Inspectable.toStringUnknown(value)],
  ["Inspectable.NodeInspectSymbol", ownInspect],
  ["util.inspect", inspected()],
  ["util.inspect, depth Infinity", inspected(everything)],
  ["util.inspect, depth Infinity and showHidden", inspected({ ...everything, showHidden: true, getters: true })],
  ["util.inspect, customInspect off", inspected({ ...everything, customInspect: false })],
  ["message, stack and causes of an Error", errorChain],
  ["Cause.pretty of a failure", (value) => pretty(causeOf(value))],
  ["Cause.pretty of a defect", (value) => pretty(causeOf(value, Cause.die))],
  ["Cause.pretty of an Exit", exitCause],
  ["String() and JSON of a Cause", (value) => `${String(causeOf(value))}\n${json(causeOf(value))}`],
  ...loggerWays
]
