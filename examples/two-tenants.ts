/**
 * Two tenants in one program: one runtime for each, built once and kept. Each has its own token, retry budget and rate
 * limit.
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

// An in-memory fake replaces a tenant that the environment does not name, so that this runs anywhere.
const inMemory = layerTest({ users: [{ id: "u-7", clients: 12 }] })

const tenant = Layer.unwrapEffect(Effect.map(
  Config.string("PROCESSMAKER_BASE_URL").pipe(Config.withDefault("")),
  (baseUrl) => baseUrl === "" ? inMemory : Layer.provide(OauthClientsService.layerConfig, NodeHttpClient.layerUndici)
))

/** This runtime reads EU_PROCESSMAKER_BASE_URL instead of PROCESSMAKER_BASE_URL, and so on. */
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
