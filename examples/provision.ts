/**
 * Makes sure that a user has the clients that a file lists. Run it as often as you like: it adds what is missing and
 * changes nothing else.
 *
 *     PROCESSMAKER_USER_ID=... npx tsx examples/provision.ts examples/provision/wanted.json
 */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import Table from "cli-table3"
import type { EnsuredOauthClient } from "effect-processmaker-oauth"
import { OauthClientsService } from "effect-processmaker-oauth"
import { Fault } from "effect-processmaker-oauth/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { openSecrets, readWanted } from "./provision/files.js"
import { checked, optional, paragraphs, runCommand } from "./support/commandLine.js"
import { runProgram } from "./support/runProgram.js"
import { layerTenantOrFake, onTenant, userIdOr } from "./support/tenantOrFake.js"

interface ProvisionOptions {
  readonly wanted: string
  readonly secretsTo: string | undefined
}

const provision = ({ secretsTo, wanted }: ProvisionOptions) =>
  Effect.gen(function*() {
    const userId = yield* userIdOr("u-7")
    const clients = yield* readWanted(wanted)
    const oauthClients = yield* OauthClientsService
    // Opened before any client is added, since servers may return a secret only once.
    const secrets = yield* openSecrets(secretsTo)
    const done: Array<EnsuredOauthClient> = []
    const printed = Effect.suspend(() => done.length === 0 ? Effect.void : Console.log(tableOf(done)))
    // One at a time, so that a client listed twice is found the second time.
    yield* Effect.forEach(clients, (client) =>
      Effect.uninterruptibleMask((restore) =>
        restore(oauthClients.ensureOauthClient(userId, client)).pipe(
          Effect.tap((ensured) =>
            Effect.sync(() => done.push(ensured))
          ),
          Effect.flatMap((ensured) => secrets.save(ensured.client))
        )
      ), { discard: true }).pipe(Effect.ensuring(printed))
  }).pipe(Effect.scoped)

const tableOf = (done: ReadonlyArray<EnsuredOauthClient>): string => {
  const table = new Table({ head: ["client", "ID", "result", "others like it"], style: { head: [], border: [] } })
  table.push(...done.map(({ added, client, others }) => [
    client.name,
    client.id,
    added ? "added" : "was there",
    others.join(", ")
  ]))
  const count = done.filter(({ added }) => added).length
  return `${table.toString()}\n${count === 0 ? "nothing to do" : `added ${count} of ${done.length}`}`
}

// The fake applies the first request to add a client, and loses the response.
const layer = layerTenantOrFake(
  { users: [{ id: "u-7", clients: 120 }] },
  Fault.onOperation("addOauthClient", Fault.resetAfter)
)

const command = Command.make("provision", {
  wanted: Args.withDescription(
    Args.text({ name: "wanted" }),
    "A JSON file: an array of objects with name and, optionally, passwordClient and personalAccessClient."
  ),
  secretsTo: checked(
    Options.text("secrets-to"),
    (file) => file === "" ? undefined : file,
    () => "--secrets-to must name a file"
  ).pipe(
    Options.withPseudoName("file"),
    Options.withDescription(
      "Append the clients' secrets to this file, readable only by its owner, one JSON object per line."
    ),
    optional
  )
}, (options) =>
  onTenant(Effect.succeed(1), 2).pipe(
    Effect.flatMap((times) => Effect.repeatN(provision(options), times - 1)),
    Effect.provide(layer)
  )).pipe(Command.withDescription(paragraphs(
    "Makes sure that a user has the OAuth clients that a file lists. It adds what is missing and changes nothing else.",
    "The tenant comes from the environment: PROCESSMAKER_BASE_URL and the other PROCESSMAKER_* variables; its user is "
      + "PROCESSMAKER_USER_ID. Without PROCESSMAKER_BASE_URL, it provisions a fake server in memory, twice."
  )))

runProgram("provision", runCommand(command, process.argv.slice(2)), ({ message }) => ({ line: message, exitCode: 1 }))
