/** Describes the failure of an export in one line. */
import type * as HttpServerError from "@effect/platform/HttpServerError"
import type { OauthClientsStreamError } from "effect-processmaker-oauth"
import type { UsageError } from "../support/commandLine.js"
import type { Ending } from "../support/runProgram.js"
import type { ExportError } from "./exportFiles.js"

export type ExportFailure = ExportError | HttpServerError.ServeError | OauthClientsStreamError | UsageError

export const endingOf = (error: ExportFailure): Ending => ({
  line: describe(error),
  exitCode: error._tag === "UsageError" ? 2 : 1
})

const describe = (error: ExportFailure): string => {
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
