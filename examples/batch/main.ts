/**
 * Exports the OAuth clients of many users as one durable job. `npm run batch -- --help` says how.
 */
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { runCommand } from "../support/commandLine.js"
import { runProgram } from "../support/runProgram.js"
import { command } from "./command.js"

const main = runCommand(command, process.argv.slice(2)).pipe(
  // The engine's logs are too detailed for users.
  Logger.withMinimumLogLevel(LogLevel.Error)
)

runProgram("batch", main, (error) => {
  switch (error._tag) {
    case "SomeUsersFailed":
      return { line: undefined, exitCode: 2 }
    case "UsageError":
      return { line: `${error.message} (--help says more)`, exitCode: 1 }
    case "ServeError":
      return { line: "the fake server could not be started", exitCode: 1 }
    default:
      return { line: error.message, exitCode: 1 }
  }
})
