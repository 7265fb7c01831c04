import * as NodeContext from "@effect/platform-node/NodeContext"
import * as Command from "@effect/platform/Command"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { assert, describe, it } from "@effect/vitest"
import { AccessToken, OauthClientsService, ProcessMakerConfig } from "effect-processmaker-oauth"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import type { FakeOptions } from "effect-processmaker-oauth/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { layerSharedToken } from "../../examples/shared-token.js"
import { bundleOf } from "../support/bundledExamples.js"

const key = "access-token"

/** One more process that shares the store: a service of its own. */
const startProcess = Effect.gen(function*() {
  const { baseUrl, credentials } = yield* FakeProcessMaker
  const context = yield* Layer.build(Layer.fresh(
    OauthClientsService.layerNoDeps.pipe(
      Layer.provide(layerSharedToken({ ...credentials, key })),
      Layer.provide(ProcessMakerConfig.layer({ baseUrl }))
    )
  ))
  return Context.get(context, OauthClientsService)
})

const env = (options?: FakeOptions) =>
  Layer.provideMerge(FakeProcessMaker.layerHttpClient, FakeProcessMaker.layer(options)).pipe(
    Layer.merge(KeyValueStore.layerMemory)
  )

const run = <A, E>(
  options: FakeOptions,
  body: Effect.Effect<A, E, FakeProcessMaker | HttpClient.HttpClient | KeyValueStore.KeyValueStore>
) => Effect.provide(body, env(options))

const tokenRequests = Effect.flatMap(
  FakeProcessMaker,
  ({ requests }) => Effect.map(requests, (all) => all.filter(({ operation }) => operation === "token").length)
)

describe("the example of a shared token", () => {
  it.scoped("processes share one login, and one renewal", () =>
    Effect.gen(function*() {
      const { userIds: [userId = ""] } = yield* FakeProcessMaker
      const services = yield* Effect.all([startProcess, startProcess, startProcess])
      for (const service of services) {
        yield* Effect.all(Array.from({ length: 50 }, () => service.findOauthClients(userId)), {
          concurrency: "unbounded"
        })
      }
      assert.strictEqual(yield* tokenRequests, 1)
      yield* TestClock.adjust("59 minutes")
      for (const service of services) yield* service.findOauthClients(userId)
      assert.strictEqual(yield* tokenRequests, 2)
    }).pipe((body) => run({ accessTokenLife: "1 hour" }, Effect.scoped(body))))

  it.scoped("a token that died is dropped by the one who notices, and everybody goes on", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const [userId = ""] = fake.userIds
      const [first, second] = yield* Effect.all([startProcess, startProcess])
      for (let round = 0; round < 5; round++) {
        for (const service of [first, second, second, first]) {
          yield* service.findOauthClients(userId)
          yield* fake.revokeTokens
          yield* service.findOauthClients(userId)
        }
      }
      const refused = (yield* fake.requests).filter(({ operation, status }) => operation !== "token" && status === 401)
      assert.strictEqual(refused.length, 20)
    }).pipe((body) => run({}, Effect.scoped(body))))

  it.scoped("a store that holds something else is one without a token", () =>
    Effect.gen(function*() {
      const { userIds: [userId = ""] } = yield* FakeProcessMaker
      const store = yield* KeyValueStore.KeyValueStore
      yield* store.set(key, "{\"value\":1}")
      const service = yield* startProcess
      yield* service.findOauthClients(userId)
      const kept = Option.getOrThrow(yield* store.forSchema(AccessToken).get(key))
      assert.notInclude(String(kept), Redacted.value(kept.value))
      assert.strictEqual(yield* tokenRequests, 1)
    }).pipe((body) => run({}, Effect.scoped(body))))

  it.scopedLive("runs by itself", () =>
    Effect.gen(function*() {
      const output = yield* Command.string(
        Command.make(process.execPath, bundleOf("examples/shared-token.ts"))
      )
      assert.deepStrictEqual(output.trim().split("\n"), [
        "first process: 20 clients",
        "second process: 20 clients",
        "third process: 20 clients",
        "1 login"
      ])
    }).pipe(Effect.provide(NodeContext.layer)))
})
