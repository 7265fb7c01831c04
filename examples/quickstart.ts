import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { OauthClientsService } from "effect-processmaker-oauth"
import { layerTest } from "effect-processmaker-oauth/testing"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

const program = (userId: string) =>
  Effect.gen(function*() {
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
  })

// On the tenant that PROCESSMAKER_BASE_URL and its companions name; without it, on a fake one in memory.
const onTenant = Config.nonEmptyString("PROCESSMAKER_USER_ID").pipe(
  Effect.orElseFail(() => new Error("set PROCESSMAKER_USER_ID to the user whose clients these are")),
  Effect.flatMap(program),
  Effect.provide(OauthClientsService.layerConfig),
  Effect.provide(FetchHttpClient.layer)
)
const onFake = Effect.provide(program("u-7"), layerTest({ users: [{ id: "u-7", clients: 250 }] }))
const main = Config.nonEmptyString("PROCESSMAKER_BASE_URL").pipe(
  Effect.matchEffect({ onFailure: () => onFake, onSuccess: () => onTenant })
)

Effect.runPromise(main).catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
