/** Logs in, adds a client, reads it back and lists all, with this package. */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

const program = Effect.gen(function*() {
  const oauthClients = yield* OauthClientsService
  const added = yield* oauthClients.addOauthClient("1", { name: "Reports" })
  const found = yield* oauthClients.findOauthClientById("1", added.id)
  yield* Effect.log(found)
  yield* Stream.runForEach(oauthClients.streamOauthClients("1"), (client) => Effect.log(client.name))
})

const layer = OauthClientsService.layerConfig.pipe(Layer.provide(FetchHttpClient.layer))

Effect.runPromise(Effect.provide(program, layer))
