import { assert, describe, it } from "@effect/vitest"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { addOauthClientOnce, ensureOauthClient } from "../../examples/support/ensureOauthClient.js"

const userId = "u-7"
const name = "Billing bot"
const layer = layerTest({ users: [{ id: userId, clients: 120 }] })

const settle = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(effect)
    yield* TestClock.adjust("5 minutes")
    return yield* Fiber.join(fiber)
  })

const named = Effect.gen(function*() {
  const clients = yield* (yield* FakeProcessMaker).clients(userId)
  return clients.filter((client) => client.name === name)
})

describe("ensureOauthClient", () => {
  it.effect("adds a client once, however often it runs", () =>
    Effect.gen(function*() {
      const first = yield* settle(ensureOauthClient(userId, { name }))
      const second = yield* settle(ensureOauthClient(userId, { name }))
      assert.deepStrictEqual([first.found, second.found], [false, true])
      assert.strictEqual(first.client.id, second.client.id)
      assert.strictEqual((yield* named).length, 1)
    }).pipe(Effect.provide(layer)))

  for (const [what, fault] of [["was carried out", Fault.resetAfter], ["was not", Fault.resetBefore]] as const) {
    it.effect(`adds one client when the answer is lost and the request ${what}`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        yield* fake.script(Fault.onOperation("addOauthClient", fault))
        const { client } = yield* settle(ensureOauthClient(userId, { name }))
        assert.deepStrictEqual((yield* named).map(({ id }) => id), [client.id])
      }).pipe(Effect.provide(layer)))

    it.effect(`so does addOauthClientOnce when the request ${what}`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        yield* fake.script(Fault.onOperation("addOauthClient", fault))
        const { id } = yield* settle(addOauthClientOnce(userId, { name }))
        assert.deepStrictEqual((yield* named).map((client) => client.id), [id])
      }).pipe(Effect.provide(layer)))
  }

  it.effect("does not take a revoked client for the one it wants", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.insertClients(userId, [{ name, revoked: true }])
      const { found } = yield* settle(ensureOauthClient(userId, { name }))
      assert.isFalse(found)
    }).pipe(Effect.provide(layer)))
})
