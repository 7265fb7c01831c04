import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy } from "effect-processmaker-oauth"
import { Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import { simulated } from "../support/simulatedTime.js"
import { countOf, ready } from "./calls.js"

describe("a POST", () => {
  const lost = {
    "reset after it": Fault.resetAfter,
    "reset, who knows when": Fault.resetBefore,
    "truncated": Fault.truncate,
    "no answer in time": Fault.hang,
    "502": Fault.badGateway,
    "503 without Retry-After": Fault.unavailable(),
    "504": Fault.respond({ status: 504 })
  }
  for (const [name, step] of Object.entries(lost)) {
    it.effect(`whose answer was lost is not repeated, and says so: ${name}`, () =>
      Effect.gen(function*() {
        const { fake, service, userId } = yield* ready
        const before = (yield* fake.clients(userId)).length
        yield* fake.script(Fault.onOperation("addOauthClient", step))
        const error = yield* Effect.flip(service.addOauthClient(userId, { name: "A" }))
        assert.deepInclude(error, { attempts: 1, outcome: "unknown" })
        assert.strictEqual(yield* countOf("addOauthClient"), 1)
        assert.isAtMost((yield* fake.clients(userId)).length, before + 1)
      }).pipe(Effect.provide(layerTest()), simulated))
  }

  const untouched = {
    "no connection": Fault.refuse,
    "429": Fault.tooManyRequests(),
    "429 with Retry-After": Fault.tooManyRequests("3 seconds"),
    "503 with Retry-After": Fault.unavailable("3 seconds"),
    "401": Fault.expireTokens
  }
  for (const [name, step] of Object.entries(untouched)) {
    it.effect(`that was surely not carried out is repeated: ${name}`, () =>
      Effect.gen(function*() {
        const { fake, service, userId } = yield* ready
        const before = (yield* fake.clients(userId)).length
        yield* fake.script(Fault.onOperation("addOauthClient", step))
        yield* service.addOauthClient(userId, { name: "A" })
        assert.strictEqual(yield* countOf("addOauthClient"), 2)
        assert.strictEqual((yield* fake.clients(userId)).length, before + 1)
      }).pipe(Effect.provide(layerTest()), simulated))

    it.effect(`that was surely not carried out says so: ${name}`, () =>
      Effect.gen(function*() {
        const { fake, service, userId } = yield* ready
        yield* fake.script(Fault.onOperation("addOauthClient", step))
        const call = RetryPolicy.with(service.addOauthClient(userId, { name: "A" }), RetryPolicy.none)
        assert.deepInclude(yield* Effect.flip(call), { attempts: 1, outcome: "notApplied" })
      }).pipe(Effect.provide(layerTest()), simulated))
  }

  it.effect("that a used-up rate limit turned away with a 503 may have been carried out", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "5" }
      yield* fake.script(Fault.onOperation("addOauthClient", Fault.respond({ status: 503, headers })))
      const error = yield* Effect.flip(service.addOauthClient(userId, { name: "A" }))
      assert.deepInclude(error, { attempts: 1, outcome: "unknown" })
    }).pipe(Effect.provide(layerTest()), simulated))
})

describe("a PUT", () => {
  it.effect("whose answer was lost is repeated", () =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("updateOauthClient", Fault.resetAfter, Fault.truncate, Fault.badGateway))
      const client = yield* service.updateOauthClient(userId, clientId, { name: "Other" })
      assert.strictEqual(client.name, "Other")
      assert.strictEqual(yield* countOf("updateOauthClient"), 4)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("that failed with 500 is not repeated, and may have been carried out", () =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("updateOauthClient", Fault.respond({ status: 500 })))
      const error = yield* Effect.flip(service.updateOauthClient(userId, clientId, { name: "Other" }))
      assert.deepInclude(error, { _tag: "ProcessMakerServerError", attempts: 1, outcome: "unknown" })
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("one lost answer makes the outcome unknown, whatever comes after", () =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("updateOauthClient", Fault.resetAfter, Fault.respond({ status: 403 })))
      const error = yield* Effect.flip(service.updateOauthClient(userId, clientId, { name: "Other" }))
      assert.deepInclude(error, { _tag: "ProcessMakerForbidden", attempts: 2, outcome: "unknown" })
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("repeated after a lost answer, and not found, is not found", () =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* ready
      yield* fake.script(
        Fault.onOperation("updateOauthClient", Fault.resetAfter, Fault.deleteClients([clientId]))
      )
      const error = yield* Effect.flip(service.updateOauthClient(userId, clientId, { name: "Other" }))
      assert.deepInclude(error, { _tag: "ProcessMakerNotFound", attempts: 2, outcome: "unknown" })
    }).pipe(Effect.provide(layerTest()), simulated))
})

describe("a DELETE", () => {
  for (const [name, step] of Object.entries({ reset: Fault.resetAfter, truncated: Fault.truncate })) {
    it.effect(`repeated after a lost answer (${name}) that meets 404 succeeded`, () =>
      Effect.gen(function*() {
        const { clientId, fake, service, userId } = yield* ready
        yield* fake.script(Fault.onOperation("deleteOauthClient", step))
        yield* service.deleteOauthClient(userId, clientId)
        const answers = (yield* fake.requests).filter(({ operation }) => operation === "deleteOauthClient")
        assert.strictEqual(answers.length, 2)
        assert.strictEqual(answers[1]?.status, 404)
      }).pipe(Effect.provide(layerTest()), simulated))
  }

  it.effect("that a first answer says is not there was not found", () =>
    Effect.gen(function*() {
      const { service, userId } = yield* ready
      const error = yield* Effect.flip(service.deleteOauthClient(userId, "404404"))
      assert.deepInclude(error, { _tag: "ProcessMakerNotFound", attempts: 1, outcome: "notApplied" })
    }).pipe(Effect.provide(layerTest()), simulated))

  const untouched = {
    "429": Fault.tooManyRequests("1 seconds"),
    "no connection": Fault.refuse,
    "401": Fault.expireTokens
  }
  for (const [name, step] of Object.entries(untouched)) {
    it.effect(`repeated after ${name}, which lost nothing, was not found`, () =>
      Effect.gen(function*() {
        const { fake, service, userId } = yield* ready
        yield* fake.script(Fault.onOperation("deleteOauthClient", step))
        const error = yield* Effect.flip(service.deleteOauthClient(userId, "404404"))
        assert.deepInclude(error, { _tag: "ProcessMakerNotFound", attempts: 2, outcome: "notApplied" })
      }).pipe(Effect.provide(layerTest()), simulated))
  }

  it.effect("that failed with 500, which means that it failed, is not repeated", () =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("deleteOauthClient", Fault.respond({ status: 500 })))
      const error = yield* Effect.flip(service.deleteOauthClient(userId, clientId))
      assert.deepInclude(error, { _tag: "ProcessMakerServerError", attempts: 1 })
    }).pipe(Effect.provide(layerTest()), simulated))
})
