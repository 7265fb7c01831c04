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

/** Formats a value, or returns `undefined` if it does not apply. */
export type Way = (value: unknown) => string | undefined

type Inspect = (value: unknown, options?: unknown) => string

// Not imported, so that this also runs outside Node.
const nodeInspect = (): Inspect | undefined => {
  const process: unknown = Reflect.get(globalThis, "process")
  if (!Predicate.hasProperty(process, "getBuiltinModule") || !Predicate.isFunction(process.getBuiltinModule)) {
    return undefined
  }
  const util: unknown = Reflect.apply(process.getBuiltinModule, process, ["node:util"])
  const inspect: unknown = Predicate.hasProperty(util, "inspect") ? util.inspect : undefined
  return Predicate.isFunction(inspect) ? (...values) => String(Reflect.apply(inspect, util, values)) : undefined
}

const inspected = (options?: Readonly<Record<string, unknown>>): Way => (value) => nodeInspect()?.(value, options)

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
  if (!Predicate.hasProperty(value, Inspectable.NodeInspectSymbol)) return undefined
  const method = value[Inspectable.NodeInspectSymbol]
  return Predicate.isFunction(method) ? Inspectable.toStringUnknown(Reflect.apply(method, value, [])) : undefined
}

const pretty = (cause: Cause.Cause<unknown>): string =>
  `${Cause.pretty(cause)}\n${Cause.pretty(cause, { renderErrorCause: true })}`

const dead = (value: unknown): Cause.Cause<unknown> => Cause.isCause(value) ? value : Cause.die(value)

const exitCause: Way = (value) => Exit.isExit(value) && Exit.isFailure(value) ? pretty(value.cause) : undefined

// A console shows structured output; other sinks encode it as JSON.
const printed: Render = (output) =>
  typeof output === "string" ? output : `${nodeInspect()?.(output)}\n${Inspectable.toStringUnknown(output)}`

/** Formats the output of a logger. */
type Render = (output: unknown) => string

const loggers: Readonly<Record<string, Logger.Logger<unknown, unknown>>> = {
  stringLogger: Logger.stringLogger,
  logfmtLogger: Logger.logfmtLogger,
  structuredLogger: Logger.structuredLogger,
  jsonLogger: Logger.jsonLogger,
  "prettyLogger on a terminal": Logger.prettyLogger({ mode: "tty", colors: false }),
  "prettyLogger in a browser": Logger.prettyLogger({ mode: "browser", colors: false })
}

/** The value itself if it is a cause, otherwise a failure with it. */
const causeOf = (value: unknown): Cause.Cause<unknown> => Cause.isCause(value) ? value : Cause.fail(value)

const places: Readonly<Record<string, (value: unknown) => Effect.Effect<void>>> = {
  "as message": (value) => Effect.logInfo(value),
  "as second message": (value) => Effect.logInfo("message", value),
  "as annotation": (value) => Effect.annotateLogs(Effect.logInfo("message"), "annotation", value),
  "as cause": (value) => Effect.logInfo("message", causeOf(value))
}

/** The output of a logger, as text. */
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

/** Every logger with the value in every position, by name. */
const loggerOutputs: ReadonlyArray<readonly [string, (value: unknown, render: Render) => string]> = Object
  .entries(loggers).flatMap(([name, logger]) =>
    Object.entries(places).map(([place, log]): readonly [string, (value: unknown, render: Render) => string] => [
      `Logger.${name}, ${place}`,
      (value, render) => output(logger, log(value), render)
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
  ["Cause.pretty of a defect", (value) => pretty(dead(value))],
  ["Cause.pretty of an Exit", exitCause],
  ["String() and JSON of a Cause", (value) => `${String(causeOf(value))}\n${json(causeOf(value))}`],
  ...loggerOutputs.map(([name, log]): readonly [string, Way] => [name, (value) => log(value, printed)])
]
