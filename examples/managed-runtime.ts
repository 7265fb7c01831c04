/**
 * The client in a program that does not otherwise use Effect: promises outside, one runtime inside.
 *
 *     PROCESSMAKER_USER_ID=... npx tsx examples/managed-runtime.ts
 */
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import { layerTenantOrFake, userIdOr } from "./support/tenantOrFake.js"

// One for the whole program: it holds the access token and the connections. The layer is built when it is first used.
const runtime = ManagedRuntime.make(layerTenantOrFake({ users: [{ id: "u-7", clients: 130 }] }))

const addClient = (userId: string, name: string, signal?: AbortSignal) =>
  runtime.runPromise(
    Effect.flatMap(OauthClientsService, (oauthClients) => oauthClients.addOauthClient(userId, { name })),
    // When the signal aborts, the request is cancelled.
    signal === undefined ? {} : { signal }
  )

/** The result as data, since a rejected promise has no error type. */
const findClient = (userId: string, clientId: string) =>
  runtime.runPromise(
    Effect.flatMap(OauthClientsService, (oauthClients) => oauthClients.findOauthClientById(userId, clientId)).pipe(
      Effect.map((client) => ({ ok: true as const, client })),
      Effect.catchAll((error) => Effect.succeed({ ok: false as const, error }))
    )
  )

/** All clients, for a `for await` loop. Pages are fetched on demand, and not after the loop ends. */
const allClients = async function*(userId: string) {
  const clients = await runtime.runPromise(
    Effect.map(OauthClientsService, (oauthClients) => oauthClients.streamOauthClients(userId))
  )
  yield* Stream.toAsyncIterable(clients)
}

try {
  const userId = await runtime.runPromise(userIdOr("u-7"))
  const added = await addClient(userId, "Billing bot", AbortSignal.timeout(60_000))
  console.log(`added ${added.id}, "${added.name}"`)

  const missing = await findClient(userId, "no-such-client")
  console.log(missing.ok ? missing.client.name : `${missing.error._tag}: ${missing.error.message}`)

  let count = 0
  for await (const client of allClients(userId)) {
    count += client.revoked ? 0 : 1
  }
  console.log(`${count} clients are not revoked`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await runtime.dispose()
}
