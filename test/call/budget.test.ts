import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy } from "effect-processmaker-oauth"
import { Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { makeRetryBudget } from "../../src/internal/call/retryBudget.js"
import { pass, settle, simulated } from "../support/simulatedTime.js"
import { countOf, isDone, ready } from "./calls.js"

const many = <A, E>(count: number, call: Effect.Effect<A, E>) =>
  Effect.all(Array.from({ length: count }, () => Effect.exit(call)), { concurrency: "unbounded" })

const outages = { "no connection": Fault.refuse, "503": Fault.unavailable() }

describe("the budget that a layer's calls share", () => {
  for (const [name, step] of Object.entries(outages)) {
    it.effect(`an outage is not multiplied: ${name}`, () =>
      Effect.gen(function*() {
        const { fake, service, userId } = yield* ready
        yield* fake.script(Fault.onOperation("findOauthClients", Fault.always(step)))
        yield* many(200, service.findOauthClients(userId))
        // 200 first attempts, the 100 of the budget, and what the time that they took refills; without it 1,000.
        assert.isBelow(yield* countOf("findOauthClients"), 450)
      }).pipe(Effect.provide(layerTest()), simulated))
  }

  it.effect("one call, or a few, have all their attempts", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.always(Fault.badGateway)))
      yield* many(20, service.findOauthClients(userId))
      assert.strictEqual(yield* countOf("findOauthClients"), 100)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("after an outage it refills with time: nobody is starved for good", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.always(Fault.refuse)))
      yield* many(200, service.findOauthClients(userId))
      yield* fake.clearFaults
      yield* pass("15 seconds")
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.twice(Fault.refuse)))
      yield* service.findOauthClients(userId)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("with the budget gone a call still has its first attempt, and a patient one its turn", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.always(Fault.refuse)))
      const crowd = yield* Effect.fork(many(200, service.findOauthClients(userId)))
      yield* settle
      yield* pass("200 millis")
      yield* fake.clearRequests
      const quick = RetryPolicy.with(service.findOauthClients(userId), { maxDelay: "1 seconds" })
      const fiber = yield* Effect.fork(Effect.flip(quick))
      assert.isTrue(yield* isDone(fiber), "no turn within its longest delay")
      assert.strictEqual((yield* Fiber.join(fiber)).attempts, 1)
      const patient = yield* Effect.fork(RetryPolicy.with(service.findOauthClients(userId), RetryPolicy.patient))
      yield* settle
      yield* fake.clearFaults
      yield* Fiber.join(patient)
      yield* Fiber.interrupt(crowd)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("a token that expires under many calls costs none of them its replay", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(
        Fault.onOperation("findOauthClients", Fault.together(Fault.delay("1 seconds"), Fault.expireTokens))
      )
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.times(129, Fault.delay("2 seconds"))))
      const exits = yield* many(130, service.findOauthClients(userId))
      assert.isTrue(exits.every(({ _tag }) => _tag === "Success"))
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("calls that come back when they were told to are not refused for it", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      const slow = Fault.together(Fault.delay("1 seconds"), Fault.tooManyRequests("2 seconds"))
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.times(150, slow)))
      const exits = yield* many(150, service.findOauthClients(userId))
      assert.isTrue(exits.every(({ _tag }) => _tag === "Success"))
      assert.strictEqual(yield* countOf("findOauthClients"), 300)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("calls that succeed when repeated do not use it up", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      const policy = { baseDelay: "1 millis", maxDelay: "1 millis" } as const
      for (let nth = 0; nth < 150; nth++) {
        yield* fake.script(Fault.onOperation("findOauthClients", Fault.badGateway))
        yield* RetryPolicy.with(service.findOauthClients(userId), policy)
      }
      assert.strictEqual(yield* countOf("findOauthClients"), 300)
    }).pipe(Effect.provide(layerTest()), simulated))
})

describe("the budget itself", () => {
  it.effect("gives what there is, then a turn each half second, then what time and success pay back", () =>
    Effect.sync(() => {
      const budget = makeRetryBudget()
      for (let nth = 0; nth < 100; nth++) {
        assert.strictEqual(budget.wait(0), 0)
        budget.spend(0, true)
      }
      assert.strictEqual(budget.wait(0), 500)
      budget.spend(0, true)
      assert.strictEqual(budget.wait(0), 1000)
      assert.strictEqual(budget.wait(1000), 0)
      budget.spend(1000, true)
      for (let nth = 0; nth < 9; nth++) budget.earn(false)
      assert.isAbove(budget.wait(1000), 0)
      budget.earn(true)
      assert.strictEqual(budget.wait(1000), 0)
      for (let nth = 0; nth < 500; nth++) budget.earn(true)
      for (let nth = 0; nth < 100; nth++) budget.spend(1000, true)
      assert.strictEqual(budget.wait(1000), 500, "never more than its capacity")
    }))

  it.effect("who need not ask takes what is there, and makes no debt", () =>
    Effect.sync(() => {
      const budget = makeRetryBudget()
      for (let nth = 0; nth < 300; nth++) budget.spend(0, false)
      assert.strictEqual(budget.wait(0), 500)
      budget.spend(0, true)
      budget.spend(0, false)
      assert.strictEqual(budget.wait(0), 1000)
    }))

  it.effect("a clock that goes back takes nothing away", () =>
    Effect.sync(() => {
      const budget = makeRetryBudget()
      for (let nth = 0; nth < 100; nth++) budget.spend(10_000, true)
      assert.strictEqual(budget.wait(5000), 500)
    }))
})
