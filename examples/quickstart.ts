import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { OauthClientsService } from "effect-processmaker-oauth"
import { layerTest } from "effect-processmaker-oauth/testing"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

const program = Effect.gen(function*() {
  const userId = yield* Config.string("PROCESSMAKER_USER_ID").pipe(Config.withDefault("u-7"))
  const oauthClients = yield* OauthClientsService

  const added = yield* oauthClients.addOauthClient(userId, { name: "Billing bot" })
  const found = yield* oauthClients.findOauthClientById(userId, added.id)
  yield* Console.log(`added ${found.id}, "${found.name}"`)

  // All pages, each fetched when it is needed.
  const count = yield* oauthClients.streamOauthClients(userId).pipe(
    Stream.filter((client) => !client.revoked),
    Stream.runCount
  )
  yield* Console.log(`${count} clients may be used`)
}).pipe(
  Effect.catchTag("ProcessMakerNotFound", (error) => Console.error(error.message))
)

// The tenant that PROCESSMAKER_BASE_URL and its companions name; without it, a fake one in memory.
const tenant = OauthClientsService.layerConfig.pipe(Layer.provide(FetchHttpClient.layer))
const fake = layerTest({ users: [{ id: "u-7", clients: 250 }] })
const layer = Config.nonEmptyString("PROCESSMAKER_BASE_URL").pipe(
  Effect.match({ onFailure: () => fake, onSuccess: () => tenant }),
  Layer.unwrapEffect
)

Effect.runPromise(Effect.provide(program, layer))
