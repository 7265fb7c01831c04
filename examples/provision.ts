/**
 * Makes sure that a user has clients with these names. Run it as often as you like: it adds what is missing, and it never
 * adds a client twice because the answer to the first request was lost.
 *
 *     PROCESSMAKER_USER_ID=... npx tsx examples/provision.ts "Billing bot" "Nightly import"
 */
import { Fault } from "effect-processmaker-oauth/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { ensureOauthClient } from "./support/ensureOauthClient.js"
import { runExample } from "./support/runExample.js"
import { layerTenantOrFake, userIdOr } from "./support/tenantOrFake.js"

const program = Effect.gen(function*() {
  const userId = yield* userIdOr("u-7")
  const named = process.argv.slice(2)
  const names = named.length === 0 ? ["Billing bot", "Nightly import"] : named
  // One after the other: a name that was given twice is found the second time.
  for (const name of names) {
    const { client, found } = yield* ensureOauthClient(userId, { name, passwordClient: true })
    yield* Console.log(`${client.name}: ${client.id} (${found ? "was there" : "added"})`)
  }
})

// The fake carries out the first request to add a client, and loses the answer.
const layer = layerTenantOrFake(
  { users: [{ id: "u-7", clients: 120 }] },
  Fault.onOperation("addOauthClient", Fault.resetAfter)
)

runExample(Effect.provide(program, layer))
