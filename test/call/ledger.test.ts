import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy } from "effect-processmaker-oauth"
import { Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import { pass, settle, simulated } from "../support/simulatedTime.js"
import { countOf, isDone, millisOf, ready, timesOf } from "./calls.js"

describe("one ledger per call", () => {
  it.effect("counts repeats, replays and waits against one cap", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(
        Fault.onOperation(
          "findOauthClients",
          Fault.resetBefore,
          Fault.revokeTokens,
          Fault.tooManyRequests("2 seconds"),
          Fault.badGateway,
          Fault.always(Fault.unavailable())
        )
      )
      const error = yield* Effect.flip(service.findOauthClients(userId))
      assert.strictEqual(error._tag, "ProcessMakerServerError")
      assert.strictEqual(error.attempts, 5)
      assert.strictEqual(yield* countOf("findOauthClients"), 5)
      assert.isAtLeast(millisOf(error), 2000)
      assert.isUndefined(error.outcome)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("counts the logins that fail on the call's behalf", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(
        Fault.onOperation("findOauthClients", Fault.resetBefore, Fault.revokeTokens),
        Fault.onOperation("token", Fault.always(Fault.unavailable()))
      )
      const error = yield* Effect.flip(service.findOauthClients(userId))
      assert.strictEqual(error._tag, "ProcessMakerServerError")
      assert.strictEqual(error.attempts, 5)
      assert.strictEqual(yield* countOf("findOauthClients"), 2)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("replays once after a 401, not twice", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.always(Fault.revokeTokens)))
      const error = yield* Effect.flip(service.findOauthClients(userId))
      assert.strictEqual(error._tag, "ProcessMakerUnauthorized")
      assert.strictEqual(error.attempts, 2)
      assert.strictEqual(yield* countOf("findOauthClients"), 2)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("says attempts and elapsed on every kind of error, and outcome on a write", () =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* ready
      const steps = {
        ProcessMakerForbidden: Fault.respond({ status: 403 }),
        ProcessMakerNotFound: Fault.respond({ status: 404 }),
        ProcessMakerUnprocessable: Fault.respond({ status: 422 }),
        ProcessMakerRateLimited: Fault.tooManyRequests("2 hours"),
        ProcessMakerServerError: Fault.respond({ status: 501 }),
        ProcessMakerUnexpectedStatus: Fault.loginRedirect,
        ProcessMakerTransportError: Fault.resetBefore,
        ProcessMakerTimeout: Fault.hang,
        ProcessMakerInvalidResponse: Fault.malformedBody
      }
      for (const [tag, step] of Object.entries(steps)) {
        yield* fake.script(Fault.onOperation("updateOauthClient", Fault.together(Fault.delay("3 seconds"), step)))
        const call = service.updateOauthClient(userId, clientId, { name: "Other" }).pipe(
          RetryPolicy.with(RetryPolicy.none)
        )
        const error = yield* Effect.flip(call)
        assert.strictEqual(error._tag, tag)
        assert.strictEqual(error.attempts, 1, tag)
        assert.isAtLeast(millisOf(error), 3000, tag)
        const lost = ["ServerError", "TransportError", "Timeout", "InvalidResponse"].some((kind) => tag.endsWith(kind))
        assert.strictEqual(error.outcome, lost ? "unknown" : "notApplied", tag)
        // The hold of the 429 is not this test's subject.
        yield* pass("2 hours")
      }
      const refused = yield* Effect.flip(service.updateOauthClient("", clientId, { name: "Other" }))
      assert.deepInclude(refused, { _tag: "ProcessMakerInvalidRequest", attempts: 0, outcome: "notApplied" })
      assert.strictEqual(millisOf(refused), 0)
    }).pipe(Effect.provide(layerTest({ accessTokenLife: "1 days" })), simulated))
})

describe("deadlines", () => {
  it.effect("an attempt's covers the body", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.always(Fault.drip("4 seconds", 10))))
      const call = service.findOauthClients(userId).pipe(
        RetryPolicy.with({ maxAttempts: 2, attemptTimeout: "10 seconds" })
      )
      const error = yield* Effect.flip(call)
      assert.deepInclude(error, { _tag: "ProcessMakerTimeout", deadline: "attempt", attempts: 2 })
      assert.strictEqual(yield* countOf("findOauthClients"), 2)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("an attempt that is slow, but not that slow, is let be", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.drip("1 seconds", 20)))
      yield* service.findOauthClients(userId)
      assert.strictEqual(yield* countOf("findOauthClients"), 1)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("of an attempt: each has its own", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.twice(Fault.hang)))
      yield* service.findOauthClients(userId)
      const [first = 0, second = 0, third = 0] = yield* timesOf("findOauthClients")
      assert.isAtLeast(second - first, 30_000)
      assert.isAtLeast(third - second, 30_000)
      assert.isBelow(third - first, 61_000)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("the status of a refusal stands, although its body outlasts the attempt", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      const slow = Fault.together(
        Fault.drip("1 seconds", 10),
        Fault.respond({ status: 429, body: "Too Many Attempts." })
      )
      yield* fake.script(Fault.onOperation("addOauthClient", slow))
      const call = service.addOauthClient(userId, { name: "A" })
      yield* RetryPolicy.with(call, { attemptTimeout: "500 millis" })
      assert.strictEqual(yield* countOf("addOauthClient"), 2)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("of the call: cuts a wait short that could not end in time, at once", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.always(Fault.tooManyRequests("40 seconds"))))
      const call = RetryPolicy.with(service.findOauthClients(userId), { totalTimeout: "30 seconds" })
      const fiber = yield* Effect.fork(Effect.flip(call))
      assert.isTrue(yield* isDone(fiber), "it fails without a wait")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error._tag, "ProcessMakerRateLimited")
      assert.strictEqual(error.attempts, 1)
      assert.strictEqual(millisOf(error), 0)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("of the call: never lets it go on for longer, whatever it waits for", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(
        Fault.onOperation(
          "findOauthClients",
          Fault.tooManyRequests("20 seconds"),
          Fault.resetBefore,
          Fault.always(Fault.hang)
        )
      )
      const error = yield* Effect.flip(service.findOauthClients(userId))
      assert.deepInclude(error, { _tag: "ProcessMakerTimeout", deadline: "total", attempts: 5 })
      assert.isAtMost(millisOf(error), 120_000)
    }).pipe(
      Effect.provide(layerTest({ retry: { attemptTimeout: "40 seconds" } })),
      Effect.withRandom(Random.fixed([0.5]))
    ).pipe(simulated))

  it.effect("of the call: a write that it ends may have been carried out, a wait that it ends was not", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      const quick = RetryPolicy.with({ totalTimeout: "5 seconds" })
      yield* fake.script(Fault.onOperation("addOauthClient", Fault.hang))
      const cut = yield* Effect.flip(quick(service.addOauthClient(userId, { name: "A" })))
      assert.deepInclude(cut, { _tag: "ProcessMakerTimeout", deadline: "total", attempts: 1, outcome: "unknown" })
      assert.strictEqual(millisOf(cut), 5000)

      yield* fake.script(
        Fault.onOperation("token", Fault.hang),
        Fault.onOperation("addOauthClient", Fault.revokeTokens)
      )
      const waiting = yield* Effect.flip(quick(service.addOauthClient(userId, { name: "A" })))
      assert.deepInclude(waiting, { _tag: "ProcessMakerTimeout", deadline: "total", outcome: "notApplied" })
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("of the call: gone by while a refusal is read, the status stands", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      const slow = Fault.together(Fault.drip("1 seconds", 10), Fault.respond({ status: 422, body: "No." }))
      yield* fake.script(Fault.onOperation("addOauthClient", slow))
      const call = RetryPolicy.with(service.addOauthClient(userId, { name: "A" }), { totalTimeout: "500 millis" })
      const error = yield* Effect.flip(call)
      assert.strictEqual(error._tag, "ProcessMakerUnprocessable")
      assert.strictEqual("outcome" in error && error.outcome, "notApplied")
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("of the call: gone by while it waits to repeat what was refused, it is the call's", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(
        Fault.onOperation("findOauthClients", Fault.badGateway, Fault.hang)
      )
      const call = RetryPolicy.with(service.findOauthClients(userId), { totalTimeout: "5 seconds" })
      const error = yield* Effect.flip(call)
      assert(error._tag === "ProcessMakerTimeout")
      assert.strictEqual(error.deadline, "total")
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("no deadline is one that never comes", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.delay("3 days")))
      const call = RetryPolicy.with(service.findOauthClients(userId), {
        attemptTimeout: Duration.infinity,
        totalTimeout: Duration.infinity
      })
      const fiber = yield* Effect.fork(call)
      yield* settle
      yield* pass("3 days")
      assert.isTrue(yield* isDone(fiber))
      yield* Fiber.join(fiber)
    }).pipe(Effect.provide(layerTest({ accessTokenLife: "9 days" })), simulated))
})
