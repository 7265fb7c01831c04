/**
 * Exports all OAuth clients of a user as NDJSON. `npm start -- --help` says how.
 */
import * as Command from "@effect/cli/Command"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { demonstration, layerDemonstration } from "./export/demonstration.js"
import { exportClients, filesOf, findCheckpoint } from "./export/exportClients.js"
import type { ExportOptions } from "./export/ExportOptions.js"
import { exportCommand } from "./export/ExportOptions.js"
import { endingOf } from "./export/failure.js"
import { lock } from "./export/lock.js"
import { summary } from "./export/summary.js"
import { withReport } from "./report/withReport.js"
import { runCommand, UsageError } from "./support/commandLine.js"
import { runProgram } from "./support/runProgram.js"
import { say } from "./support/terminal.js"

const service = OauthClientsService.layerConfig.pipe(Layer.provide(NodeHttpClient.layerUndici))

const run = (options: ExportOptions) =>
  Effect.gen(function*() {
    if (options.html === options.out) {
      return yield* new UsageError({ message: "--html and --out must name different files" })
    }
    const tenant = yield* Config.option(Config.nonEmptyString("PROCESSMAKER_BASE_URL"))
    const user = options.user ?? Option.getOrUndefined(yield* Config.option(Config.string("PROCESSMAKER_USER_ID")))
    const userId = user ?? (Option.isNone(tenant) ? demonstration.userId : "")
    if (userId === "") {
      return yield* new UsageError({ message: "set the user with --user or PROCESSMAKER_USER_ID" })
    }
    const name = Option.getOrElse(tenant, () => demonstration.name)
    yield* lock(options.out)
    const earlier = yield* findCheckpoint(options, { name, userId })
    const perPage = options.perPage ?? (Option.isNone(tenant) ? demonstration.perPage : 100)
    const add = options.add || (Option.isNone(tenant) && !options.noAdd)
    const exported = yield* withReport(
      options.html,
      { title: `Export of the OAuth clients of ${userId}`, source: name, userId },
      (tell) => exportClients({ ...options, add }, { name, userId, perPage }, earlier, tell)
    ).pipe(
      RetryPolicy.with(options.patient ? RetryPolicy.patient : {}),
      Effect.provide(
        Option.isNone(tenant) ? Layer.provide(service, layerDemonstration(userId, earlier)) : service
      ),
      Effect.onInterrupt(() => say(`stopped; the next run resumes from ${filesOf(options.out).checkpoint}`))
    )
    yield* Console.log(summary(options.out, exported))
  }).pipe(Effect.scoped)

runProgram(
  "export-clients",
  runCommand(Command.withHandler(exportCommand, run), process.argv.slice(2)),
  endingOf
)
