import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import { assertNoSecrets, FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import type { TestOptions } from "effect-processmaker-oauth/testing"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { failure } from "./callers.js"

const setup = Effect.gen(function*() {
  const fake = yield* FakeProcessMaker
  const service = yield* OauthClientsService
  return { fake, service, userId: fake.userIds[0] ?? "" }
})

/** Lets the test clock run for as long as it takes. */
const inTime = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(self)
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(fiber)
  })

describe("layerTest", () => {
  it.effect("is ready to use", () =>
    Effect.gen(function*() {
      const { service, userId } = yield* setup
      const page = yield* service.findOauthClients(userId)
      assert.deepInclude(page.pagination, { total: 20, count: 15, totalPages: 2 })
    }).pipe(Effect.provide(layerTest())))

  it.effect("waits on the test clock", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* setup
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.tooManyRequests("30 seconds")))
      const fiber = yield* Effect.fork(service.findOauthClients(userId))
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual((yield* fake.requests).length, 2)
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(fiber)
      assert.strictEqual((yield* fake.requests).length, 3)
    }).pipe(Effect.provide(layerTest())))

  it.effect("takes a retry policy", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* setup
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.always(Fault.badGateway)))
      const error = yield* inTime(failure(service.findOauthClients(userId)))
      assert.deepInclude(error, { _tag: "ProcessMakerServerError", attempts: 2 })
    }).pipe(Effect.provide(layerTest({ retry: { maxAttempts: 2 } }))))

  for (const options of [{ clients: -1 }, { users: 1.5 }, { users: [{ clients: -2 }] }, { maxPerPage: 0 }]) {
    it.effect(`dies of ${JSON.stringify(options)}, and says why`, () =>
      Effect.gen(function*() {
        const cause = yield* Effect.flip(Effect.sandbox(Effect.provide(Effect.asVoid(setup), layerTest(options))))
        assert.match(
          Cause.pretty(cause),
          /^RangeError: FakeProcessMaker: \w+ must be a whole number, [01] or more, not /
        )
      }))
  }

  it.effect("dies of options that the service refuses", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(Effect.provide(setup, layerTest({ baseUrl: "http://elsewhere.test/api/v1" })))
      assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
    }))

  it.effect("dies of a profile that there is not, before any request", () =>
    Effect.gen(function*() {
      // As a program in JavaScript may spell it.
      const options: TestOptions = JSON.parse("{\"profile\":\"toString\"}")
      const exit = yield* Effect.exit(Effect.provide(setup, layerTest(options)))
      const [defect] = Exit.isFailure(exit) ? Cause.defects(exit.cause) : []
      assert.match(String(defect), /no profile toString; it has default, spec, laravel54, /)
    }))

  it.effect("is fresh each time", () =>
    Effect.gen(function*() {
      const { fake, userId } = yield* Effect.provide(setup, layerTest())
      yield* fake.insertClients(userId, 1)
      const { fake: other } = yield* Effect.provide(setup, layerTest())
      assert.strictEqual((yield* other.clients(userId)).length, 20)
    }))

  it.effect("streams everything once through random faults, whatever the seed", () =>
    Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8], (seed) =>
      Effect.gen(function*() {
        const { fake, service, userId } = yield* setup
        yield* fake.script(Fault.random(seed, {
          on: { operation: "findOauthClients" },
          rates: { delay: 0.1, refuse: 0.05, resetBefore: 0.1, truncate: 0.1, tooManyRequests: 0.1, unavailable: 0.1 }
        }))
        const started = yield* Clock.currentTimeMillis
        const clients = yield* inTime(Stream.runCollect(service.streamOauthClients(userId, { perPage: 10 })))
        const ids = Chunk.toReadonlyArray(clients).map(({ id }): string => id)
        assert.deepStrictEqual(ids, (yield* fake.clients(userId)).map(({ id }) => id), `seed ${seed}`)
        assert.isAbove(yield* Clock.currentTimeMillis, started)
        assert.strictEqual(yield* fake.inFlight(), 0)
      }).pipe(Effect.provide(layerTest({ clients: 45 }))), { discard: true }))

  it.effect("gives the secrets to look for in what a program prints", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* setup
      yield* fake.script(Fault.onOperation("findOauthClientById", Fault.loginRedirect))
      const error = yield* failure(service.findOauthClientById(userId, fake.credentials.clientId))
      const page = yield* service.findOauthClients(userId)
      assertNoSecrets([error, page, yield* fake.requests], yield* fake.secrets)
    }).pipe(Effect.provide(layerTest())))
})
