/**
 * Two tenants in one program: one runtime for each, built once and kept. Each has a token, a retry budget and a rate limit
 * of its own.
 *
 *     npx tsx examples/two-tenants.ts
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { OauthClientsService } from "effect-processmaker-oauth"
import { layerTest } from "effect-processmaker-oauth/testing"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"

// So that this runs anywhere: a fake server in memory for a tenant that the environment does not name.
const inMemory = layerTest({ users: [{ id: "u-7", clients: 12 }] })

const tenant = Layer.unwrapEffect(Effect.map(
  Config.string("PROCESSMAKER_BASE_URL").pipe(Config.withDefault("")),
  (baseUrl) => baseUrl === "" ? inMemory : Layer.provide(OauthClientsService.layerConfig, NodeHttpClient.layerUndici)
))

/** Everything in this runtime reads EU_PROCESSMAKER_BASE_URL for PROCESSMAKER_BASE_URL, and so on. */
const runtimeOf = (name: string) =>
  ManagedRuntime.make(
    Layer.provideMerge(tenant, Layer.setConfigProvider(ConfigProvider.nested(ConfigProvider.fromEnv(), name)))
  )

const count = Effect.gen(function*() {
  const oauthClients = yield* OauthClientsService
  const userId = yield* Config.string("PROCESSMAKER_USER_ID").pipe(Config.withDefault("u-7"))
  const { pagination } = yield* oauthClients.findOauthClients(userId)
  return pagination.total
})

const tenants = { EU: runtimeOf("EU"), US: runtimeOf("US") }

for (const [name, runtime] of Object.entries(tenants)) {
  console.log(`${name}: ${await runtime.runPromise(count)} clients`)
}

await Promise.all(Object.values(tenants).map((runtime) => runtime.dispose()))
