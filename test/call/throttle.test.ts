import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy } from "effect-processmaker-oauth"
import { Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { makeLedger } from "../../src/internal/call/ledger.js"
import { makeThrottle, pause, probing } from "../../src/internal/call/throttle.js"
import { layerPolicy } from "../../src/internal/config/policy.js"
import { atEveryTurn } from "../support/interruption.js"
import { pass, settle, simulated } from "../support/simulatedTime.js"
import { countOf, isDone, ready, timesOf } from "./calls.js"

const used = (spelling: "x-ratelimit" | "x-rate-limit", reset: number) => ({
  [`${spelling}-remaining`]: "0",
  [`${spelling}-reset`]: String(reset)
})

/** A clock that shows a later time at each look, as a real one does. */
const ticking = (clock: Clock.Clock): Clock.Clock => {
  let looks = 0n
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis(),
    unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos(),
    currentTimeMillis: clock.currentTimeMillis,
    currentTimeNanos: Effect.map(clock.currentTimeNanos, (nanos) => nanos + 1_000_000n * ++looks),
    sleep: (duration) => clock.sleep(duration)
  }
}

describe("an answer that asks for patience holds the whole layer", () => {
  const asking = { "429": Fault.tooManyRequests("10 seconds"), "503 with Retry-After": Fault.unavailable("10 seconds") }
  for (const [name, step] of Object.entries(asking)) {
    it.effect(`${name}: other calls, of whatever kind, wait for its end`, () =>
      Effect.gen(function*() {
        const { clientId, fake, service, userId } = yield* ready
        yield* fake.script(Fault.onOperation("findOauthClientById", step))
        yield* Effect.fork(service.findOauthClientById(userId, clientId))
        yield* settle
        yield* pass("1 seconds")
        const others = yield* Effect.fork(Effect.all([
          service.findOauthClients(userId),
          service.addOauthClient(userId, { name: "A" }),
          service.updateOauthClient(userId, clientId, { name: "B" }),
          Stream.runCollect(service.streamOauthClients(userId))
        ], { concurrency: "unbounded" }))
        yield* pass("8900 millis")
        assert.strictEqual((yield* fake.requests).length, 1, "none before its end")
        yield* Fiber.join(others)
        const end = 10_000 + ((yield* timesOf("findOauthClientById"))[0] ?? 0)
        for (const { at } of (yield* fake.requests).slice(1)) assert.isAtLeast(at.epochMillis, end)
      }).pipe(Effect.provide(layerTest()), simulated))
  }

  it.effect("429 without Retry-After: other calls wait as long as the one that met it", () =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClientById", Fault.tooManyRequests()))
      const call = RetryPolicy.with(service.findOauthClientById(userId, clientId), { baseDelay: "10 seconds" })
      const first = yield* Effect.fork(call)
      yield* settle
      const other = yield* Effect.fork(service.findOauthClients(userId))
      yield* Fiber.zip(first, other)
      const [, repeated = Number.POSITIVE_INFINITY] = yield* timesOf("findOauthClientById")
      const [time = 0] = yield* timesOf("findOauthClients")
      assert.isAtLeast(time, repeated)
    }).pipe(Effect.provide(layerTest()), simulated))

  const silent = { "503 without": Fault.unavailable(), "502": Fault.badGateway, "reset": Fault.resetBefore }
  for (const [name, step] of Object.entries(silent)) {
    it.effect(`${name}: other calls do not wait`, () =>
      Effect.gen(function*() {
        const { clientId, fake, service, userId } = yield* ready
        yield* fake.script(Fault.onOperation("findOauthClientById", step))
        yield* Effect.fork(service.findOauthClientById(userId, clientId))
        yield* settle
        assert.isTrue(yield* isDone(yield* Effect.fork(service.findOauthClients(userId))))
      }).pipe(Effect.provide(layerTest()), simulated))
  }

  it.effect("those who waited are let go one after the other, not as a herd", () =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClientById", Fault.tooManyRequests("10 seconds")))
      const first = yield* Effect.fork(service.findOauthClientById(userId, clientId))
      yield* settle
      const queued = yield* Effect.fork(
        Effect.all(Array.from({ length: 40 }, () => service.findOauthClients(userId)), { concurrency: "unbounded" })
      )
      yield* Fiber.zip(first, queued)
      const times = yield* timesOf("findOauthClients")
      assert.isAtLeast(Math.min(...times), 10_000)
      const perTick = new Map<number, number>()
      for (const time of times) perTick.set(Math.floor(time / 100), (perTick.get(Math.floor(time / 100)) ?? 0) + 1)
      assert.isAtMost(Math.max(...perTick.values()), 5, "at most a few in a tenth of a second")
      assert.isAtMost(Math.max(...times), 13_000, "and yet all within seconds")
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("one that waits alone goes on at once", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("deleteOauthClient", Fault.tooManyRequests("5 seconds")))
      yield* Effect.ignore(RetryPolicy.with(service.deleteOauthClient(userId, "404404"), RetryPolicy.none))
      yield* service.findOauthClients(userId)
      const [time = 0] = yield* timesOf("findOauthClients")
      assert.isAtLeast(time, 5000)
      assert.isAtMost(time, 5060)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("a second answer of the kind holds those back who were let go too early", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.times(3, Fault.tooManyRequests("10 seconds"))))
      const calls = yield* Effect.fork(
        Effect.all(Array.from({ length: 20 }, () => service.findOauthClients(userId)), { concurrency: 1 })
      )
      const more = yield* Effect.fork(
        Effect.all(Array.from({ length: 20 }, () => service.findOauthClients(userId)), { concurrency: "unbounded" })
      )
      yield* Fiber.zip(calls, more)
      // Each refused call is asked again once per hold, and nobody else asks in between.
      assert.isAtMost(yield* countOf("findOauthClients"), 43)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("a call that may not wait so long fails at once, without a request", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.tooManyRequests("50 seconds")))
      yield* Effect.fork(service.findOauthClients(userId))
      yield* settle
      for (const policy of [{ totalTimeout: "20 seconds" }, { maxRetryAfter: "20 seconds" }] as const) {
        const call = RetryPolicy.with(service.addOauthClient(userId, { name: "A" }), policy)
        const fiber = yield* Effect.fork(Effect.flip(call))
        assert.isTrue(yield* isDone(fiber))
        const error = yield* Fiber.join(fiber)
        assert.deepInclude(error, { _tag: "ProcessMakerRateLimited", attempts: 0, outcome: "notApplied" })
        assert(error._tag === "ProcessMakerRateLimited")
        assert.deepStrictEqual(Option.map(error.retryAfter, Duration.toSeconds), Option.some(50))
      }
      assert.strictEqual(yield* countOf("addOauthClient"), 0)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("calls that fail because of the hold do not make it longer", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.tooManyRequests("2 minutes")))
      yield* Effect.ignore(RetryPolicy.with(service.findOauthClients(userId), RetryPolicy.none))
      yield* pass("1 minutes")
      const failing = Effect.flip(RetryPolicy.with(service.findOauthClients(userId), { maxRetryAfter: "1 seconds" }))
      yield* Effect.withClock(Effect.repeatN(failing, 29), ticking(yield* Effect.clock))
      yield* pass("1 minutes")
      assert.isTrue(yield* isDone(yield* Effect.fork(service.findOauthClients(userId))))
    }).pipe(Effect.provide(layerTest({ retry: { maxRetryAfter: "1 hour" } })), simulated))

  it.effect("it begins with the headers, and outlives the call that met it", () =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* ready
      const endless = Fault.together(Fault.tooManyRequests("10 seconds"), Fault.drip("1 hour"))
      yield* fake.script(Fault.onOperation("findOauthClientById", endless))
      const first = yield* Effect.fork(service.findOauthClientById(userId, clientId))
      yield* pass("1 seconds")
      yield* Fiber.interrupt(first)
      const other = yield* Effect.fork(service.findOauthClients(userId))
      yield* pass("8900 millis")
      assert.strictEqual(yield* countOf("findOauthClients"), 0)
      yield* pass("200 millis")
      assert.isTrue(yield* isDone(other))
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("it lasts as long as the server asked, where the layer obeys so long a wait", () =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClientById", Fault.tooManyRequests("2 hours")))
      const policy = { maxRetryAfter: "3 hours", totalTimeout: "6 hours" } as const
      const first = yield* Effect.fork(RetryPolicy.with(service.findOauthClientById(userId, clientId), policy))
      yield* settle
      const other = yield* Effect.fork(RetryPolicy.with(service.findOauthClients(userId), policy))
      yield* pass("119 minutes")
      assert.strictEqual((yield* fake.requests).length, 1)
      yield* pass("61 seconds")
      assert.isTrue(yield* isDone(first))
      assert.isTrue(yield* isDone(other))
    }).pipe(Effect.provide(layerTest({ accessTokenLife: "1 days", retry: { maxRetryAfter: "3 hours" } })), simulated))

  it.effect("it holds one layer, not another", () =>
    Effect.gen(function*() {
      const held = yield* ready
      yield* held.fake.script(Fault.onOperation("findOauthClients", Fault.tooManyRequests("10 seconds")))
      yield* Effect.fork(held.service.findOauthClients(held.userId))
      yield* settle
      const other = yield* Effect.fork(Effect.provide(
        Effect.flatMap(ready, ({ service, userId }) => service.findOauthClients(userId)),
        layerTest()
      ))
      assert.isTrue(yield* isDone(other))
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("an interrupted wait leaves the queue", () =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClientById", Fault.tooManyRequests("10 seconds")))
      yield* Effect.fork(service.findOauthClientById(userId, clientId))
      yield* settle
      const crowd = yield* Effect.fork(
        Effect.all(Array.from({ length: 50 }, () => service.findOauthClients(userId)), { concurrency: "unbounded" })
      )
      yield* settle
      yield* Fiber.interrupt(crowd)
      yield* service.findOauthClients(userId)
      assert.isAtMost((yield* timesOf("findOauthClients"))[0] ?? 0, 10_100)
    }).pipe(Effect.provide(layerTest()), simulated))
})

describe("a hold that the server wants longer than the layer obeys", () => {
  const patient = RetryPolicy.with({ totalTimeout: "3 hours", attemptTimeout: "10 seconds", maxAttempts: 1 })
  /** Twenty calls wait behind a 503 that asks for an hour; `steps` answer those who go out to see. */
  const waiting = (steps: ReturnType<typeof Fault.onOperation>) =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClientById", Fault.unavailable("1 hour")))
      yield* Effect.ignore(service.findOauthClientById(userId, clientId))
      yield* fake.clearRequests
      yield* fake.script(steps)
      const calls = yield* Effect.forEach(
        Array.from({ length: 20 }),
        () => Effect.fork(patient(service.findOauthClients(userId)))
      )
      return { fake, service, userId, calls }
    })

  it.effect("ends with the layer's maxRetryAfter: one call goes out to see, the others follow its answer", () =>
    Effect.gen(function*() {
      const { calls } = yield* waiting(
        Fault.onOperation("findOauthClients", Fault.unavailable("1 hour"), Fault.delay("5 seconds"))
      )
      yield* pass("59 seconds")
      assert.strictEqual(yield* countOf("findOauthClients"), 0)
      yield* pass("30 seconds")
      assert.strictEqual(yield* countOf("findOauthClients"), 1, "one, although twenty wait")
      const exits = yield* Effect.forEach(calls, Fiber.await)
      assert.strictEqual(exits.filter(({ _tag }) => _tag === "Failure").length, 1, "only the one that went out failed")
      const [first = 0, second = 0, third = 0, ...others] = yield* timesOf("findOauthClients")
      assert.isAtLeast(second - first, 60_000)
      assert.isAtLeast(third - second, 5000, "they wait for the answer")
      assert.strictEqual(others.length, 17)
      assert.isAtMost(Math.max(...others) - third, 3000)
      const gaps = others.map((time, index) => time - (others[index - 1] ?? third))
      assert.isAbove(Math.max(...gaps), 0, "not as a herd")
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("a call that comes while one is out waits too", () =>
    Effect.gen(function*() {
      const { service, userId } = yield* waiting(Fault.onOperation("findOauthClients", Fault.delay("8 seconds")))
      yield* pass("65 seconds")
      assert.strictEqual(yield* countOf("findOauthClients"), 1)
      const late = yield* Effect.fork(service.addOauthClient(userId, { name: "A" }))
      yield* settle
      assert.strictEqual(yield* countOf("addOauthClient"), 0)
      yield* Fiber.join(late)
      const [probe = 0] = yield* timesOf("findOauthClients")
      assert.isAtLeast((yield* timesOf("addOauthClient"))[0] ?? 0, probe + 8000)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("if the one that is out is interrupted or times out, the next one goes", () =>
    Effect.gen(function*() {
      const { calls } = yield* waiting(Fault.onOperation("findOauthClients", Fault.hang, Fault.hang))
      yield* pass("65 seconds")
      assert.strictEqual(yield* countOf("findOauthClients"), 1)
      yield* pass("7 seconds")
      const times = yield* timesOf("findOauthClients")
      assert.strictEqual(times.length, 2, "the first one timed out")
      const running = yield* Effect.filter(calls, (call) => Effect.map(Fiber.poll(call), Option.isNone))
      assert.strictEqual(running.length, 19)
      yield* Fiber.interruptAll(running)
      yield* settle
      const exits = yield* Effect.forEach(calls, Fiber.await)
      assert.isTrue(exits.every(({ _tag }) => _tag === "Failure"))
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("nobody is left waiting when the one that is out is interrupted", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.unavailable("1 hour"), Fault.hang))
      yield* Effect.ignore(service.findOauthClients(userId))
      const probe = yield* Effect.fork(service.findOauthClients(userId))
      yield* pass("61 seconds")
      const next = yield* Effect.fork(service.findOauthClients(userId))
      yield* settle
      yield* Fiber.interrupt(probe)
      yield* Fiber.join(next)
      assert.strictEqual(yield* countOf("findOauthClients"), 3)
    }).pipe(Effect.provide(layerTest()), simulated))
})

describe("the counters of a rate limit", () => {
  for (const spelling of ["x-ratelimit", "x-rate-limit"] as const) {
    it.effect(`${spelling}, on a 429 without Retry-After: every call waits for the reset`, () =>
      Effect.gen(function*() {
        const { fake, service, userId } = yield* ready
        const step = Fault.respond({ status: 429, headers: used(spelling, 30) })
        yield* fake.script(Fault.onOperation("findOauthClientById", step))
        yield* Effect.ignore(RetryPolicy.with(service.findOauthClientById(userId, "17"), RetryPolicy.none))
        const next = yield* Effect.fork(service.findOauthClients(userId))
        yield* pass("29900 millis")
        assert.strictEqual(yield* countOf("findOauthClients"), 0)
        yield* pass("200 millis")
        assert.isTrue(yield* isDone(next))
      }).pipe(Effect.provide(layerTest()), simulated))
  }

  const body = { data: { type: "client", id: "17", attributes: { name: "A" } } }
  for (const status of [200, 404, 500, 502, 503]) {
    it.effect(`on a ${status} they hold nobody back`, () =>
      Effect.gen(function*() {
        const { fake, service, userId } = yield* ready
        const step = Fault.respond({ status, headers: used("x-ratelimit", 600), body })
        yield* fake.script(Fault.onOperation("findOauthClientById", step))
        const own = yield* Effect.fork(Effect.either(service.findOauthClientById(userId, "17")))
        yield* settle
        assert.isTrue(yield* isDone(yield* Effect.fork(service.findOauthClients(userId))))
        yield* pass("200 millis")
        assert.isTrue(yield* isDone(own))
        assert.strictEqual(yield* countOf("findOauthClientById"), status < 500 ? 1 : 2, "repeated by back-off")
      }).pipe(Effect.provide(layerTest()), simulated))
  }

  it.effect("on a 401 they are not in the way of the replay", () =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* ready
      const step = Fault.respond({ status: 401, headers: used("x-ratelimit", 600) })
      yield* fake.script(Fault.onOperation("findOauthClientById", step))
      assert.isTrue(yield* isDone(yield* Effect.fork(service.findOauthClientById(userId, clientId))))
    }).pipe(Effect.provide(layerTest()), simulated))
})

it.effect("a probe that is interrupted at any turn of the run loop lets the next call probe", () =>
  atEveryTurn([10, 11, 12], (interrupt, turn) =>
    Effect.withFiberRuntime((fiber) => {
      const throttle = makeThrottle(Duration.toMillis("1 minute"))
      const ledger = makeLedger(fiber, { call: { operation: "test" }, method: "GET", policy: layerPolicy({}) })
      const probe = Effect.zipRight(
        pause(throttle, ledger.now(), Duration.toMillis("1 hour"), 429),
        Effect.suspend(() => probing(throttle, ledger, Effect.yieldNow()))
      )
      return Effect.tap(interrupt(probe), () => Effect.sync(() => assert.isUndefined(throttle.probe, turn)))
    })))
