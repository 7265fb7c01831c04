/** One clear line for whatever ended the export, and what the shell is told. */
import type * as HttpServerError from "@effect/platform/HttpServerError"
import type { OauthClientsStreamError } from "effect-processmaker-oauth"
import * as Cause from "effect/Cause"
import * as ConfigError from "effect/ConfigError"
import * as Option from "effect/Option"
import { UsageError } from "../support/commandLine.js"
import type { ExportError } from "./exportFiles.js"

export type ExportFailure =
  | ConfigError.ConfigError
  | ExportError
  | HttpServerError.ServeError
  | OauthClientsStreamError
  | UsageError

export const describeFailure = (cause: Cause.Cause<ExportFailure>): string => {
  const message = Option.match(Cause.failureOption(cause), {
    onNone: () => `unexpected: ${Cause.pretty(cause)}`,
    onSome: describe
  })
  return `export-clients: ${message.replace(/\s*\n\s*/g, " ")}`
}

const describe = (error: ExportFailure): string => {
  if (ConfigError.isConfigError(error)) return describeConfig(error)
  switch (error._tag) {
    case "UsageError":
      return `${error.message} (--help says more)`
    case "ProcessMakerPaginationStuck":
      return error.reason === "lostPlace" ? `${error.message} (--restart)` : error.message
    case "ServeError":
      return "the fake server could not be started"
    default:
      return error.message
  }
}

/** What to set, without the brackets of `ConfigError`'s own text. */
const describeConfig = (error: ConfigError.ConfigError): string =>
  error._op === "And" || error._op === "Or"
    ? `${describeConfig(error.left)}; ${describeConfig(error.right)}`
    : error.message

/** 130 and 143 are what a shell makes of the signals; 2 is for a wrong command line. */
export const exitCode = (cause: Cause.Cause<unknown>, signal: NodeJS.Signals | undefined): number => {
  if (Cause.isInterruptedOnly(cause)) return signal === "SIGTERM" ? 143 : 130
  return Option.exists(Cause.failureOption(cause), (error) => error instanceof UsageError) ? 2 : 1
}
