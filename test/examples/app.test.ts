/** How an application tests a service that stands on this library: the real client, over a fake server. */
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, ProcessMakerForbidden } from "effect-processmaker-oauth"
import { assertNoSecrets, FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import type { TestOptions } from "effect-processmaker-oauth/testing"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Integrations } from "../../examples/app/Integrations.js"

const userId = "u-7"

/** The application's service over a fake; the fake stays in reach of the test. */
const overFake = (options: TestOptions = {}) =>
  Layer.provideMerge(Integrations.layer(userId), layerTest({ users: [{ id: userId, clients: 150 }], ...options }))

describe("Integrations", () => {
  it.effect("gives a system a login of its own", () =>
    Effect.gen(function*() {
      const integrations = yield* Integrations
      const fake = yield* FakeProcessMaker
      const { clientId, clientSecret } = yield* integrations.connect("payroll")
      assert.deepStrictEqual(yield* integrations.connected, ["payroll"])
      const client = (yield* fake.clients(userId)).find(({ id }) => id === clientId)
      assert.strictEqual(client?.passwordClient, true)
      assertNoSecrets({ clientId, clientSecret }, [clientSecret])
      assert.isNotEmpty(Redacted.value(clientSecret))
    }).pipe(Effect.provide(overFake())))

  it.effect("refuses to connect a system twice", () =>
    Effect.gen(function*() {
      const integrations = yield* Integrations
      yield* integrations.connect("payroll")
      const error = yield* Effect.flip(integrations.connect("payroll"))
      assert.strictEqual(error._tag, "AlreadyConnected")
    }).pipe(Effect.provide(overFake())))

  it.effect("gets over a server that fails for a moment", () =>
    Effect.gen(function*() {
      const integrations = yield* Integrations
      const fake = yield* FakeProcessMaker
      yield* fake.script(Fault.onPage(2, Fault.badGateway, Fault.tooManyRequests("20 seconds")))
      const connecting = yield* Effect.fork(integrations.connect("payroll"))
      // No second is really waited for.
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(connecting)
      assert.deepStrictEqual(yield* fake.pendingFaults, [])
    }).pipe(Effect.provide(overFake())))

  it.effect("leaves no client behind whose secret it cannot learn", () =>
    Effect.gen(function*() {
      const integrations = yield* Integrations
      const error = yield* Effect.flip(integrations.connect("payroll"))
      assert.strictEqual(error._tag, "Unavailable")
      assert.deepStrictEqual(yield* integrations.connected, [])
    }).pipe(Effect.provide(overFake({ showSecrets: "never" }))))

  it.effect("says so when there is nothing to disconnect", () =>
    Effect.gen(function*() {
      const integrations = yield* Integrations
      const error = yield* Effect.flip(integrations.disconnect("payroll"))
      assert.strictEqual(error._tag, "NotConnected")
    }).pipe(Effect.provide(overFake())))

  it.effect("tells its callers of a refusal in its own words", () =>
    Effect.gen(function*() {
      const integrations = yield* Integrations
      const error = yield* Effect.flip(integrations.connected)
      assert.strictEqual(error._tag, "Unavailable")
      assert.include(error.message, "access denied (403)")
    }).pipe(Effect.provide(Layer.provide(Integrations.layer(userId), forbidding))))
})

const forbidden = new ProcessMakerForbidden({
  operation: "findOauthClients",
  userId,
  attempts: 1,
  elapsed: Duration.zero,
  status: 403,
  errors: []
})

/** Where a fake server is too much: a service that is made by hand, of which only one part is used. */
const forbidding = Layer.succeed(OauthClientsService, {
  addOauthClient: () => Effect.fail(forbidden),
  findOauthClientById: () => Effect.fail(forbidden),
  findOauthClients: () => Effect.fail(forbidden),
  updateOauthClient: () => Effect.fail(forbidden),
  deleteOauthClient: () => Effect.fail(forbidden),
  ensureOauthClient: () => Effect.fail(forbidden),
  streamOauthClients: () => Stream.fail(forbidden),
  streamOauthClientPages: () => Stream.fail(forbidden),
  streamOauthClientEvents: () => Stream.fail(forbidden)
})
