import { OauthClientsService } from "effect-processmaker-oauth"
import { layerTest } from "effect-processmaker-oauth/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

const program = Effect.gen(function*() {
  const oauthClients = yield* OauthClientsService
  const added = yield* oauthClients.addOauthClient("u-7", { name: "Billing bot" })
  yield* Console.log(`added ${added.id}`)

  // All clients, page by page.
  yield* oauthClients.streamOauthClients("u-7").pipe(
    Stream.filter((client) => !client.revoked),
    Stream.runForEach((client) => Console.log(`${client.id} ${client.name}`))
  )
})

// A fake server in memory. For a real one, provide OauthClientsService.layerConfig and an HttpClient instead.
const server = layerTest({ users: [{ id: "u-7", clients: 3 }] })

Effect.runPromise(program.pipe(Effect.provide(server)))
