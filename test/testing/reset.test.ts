import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { accessToken, call } from "./callers.js"

const setup = Effect.gen(function*() {
  const fake = yield* FakeProcessMaker
  const oauthClients = yield* OauthClientsService
  return { fake, oauthClients, userId: fake.userIds[0] ?? assert.fail() }
})

describe("reset", () => {
  it.effect("gives the fake back as it was seeded, and the layer over it goes on", () =>
    Effect.gen(function*() {
      const { fake, oauthClients, userId } = yield* setup
      const seeded = yield* fake.clients(userId)
      const added = yield* oauthClients.addOauthClient(userId, { name: "A" })
      yield* fake.script(Fault.onPage(1, Fault.times(3, Fault.badGateway)))
      yield* fake.reset
      assert.deepStrictEqual(yield* fake.clients(userId), seeded)
      assert.deepStrictEqual([yield* fake.requests, yield* fake.pendingFaults, yield* fake.tokensIssued], [[], [], 0])
      // The token from before the reset is refused, and the next one is another.
      const again = yield* oauthClients.addOauthClient(userId, { name: "B" })
      assert.strictEqual(again.id, added.id)
      assert.deepStrictEqual((yield* fake.requests).map(({ operation, status }) => `${operation} ${status}`), [
        "addOauthClient 401",
        "token 400",
        "token 200",
        "addOauthClient 201"
      ])
    }).pipe(Effect.provide(layerTest())))

  it.effect("fills the rate limit up", () =>
    Effect.gen(function*() {
      const { fake, oauthClients, userId } = yield* setup
      yield* oauthClients.findOauthClients(userId)
      yield* fake.reset
      yield* oauthClients.findOauthClients(userId)
    }).pipe(Effect.provide(layerTest({ rateLimit: { limit: 2, window: "1 hour" }, users: 1 }))))
})

describe("the client to log in with", () => {
  it.effect("is in no list, so that a program may delete all clients", () =>
    Effect.gen(function*() {
      const { fake, oauthClients, userId } = yield* setup
      const all = yield* Stream.runCollect(oauthClients.streamOauthClients(userId))
      yield* Effect.forEach(all, ({ id }) => oauthClients.deleteOauthClient(userId, id))
      yield* fake.expireTokens
      assert.strictEqual((yield* oauthClients.findOauthClients(userId)).pagination.total, 0)
    }).pipe(Effect.provide(layerTest())))
})

it.effect("GET /users/myself names the user and the numbers of its clients", () =>
  Effect.gen(function*() {
    const fake = yield* FakeProcessMaker
    const [userId] = fake.userIds
    assert.strictEqual((yield* call(fake, "GET", "/users/myself")).status, 401)
    const myself = yield* call(fake, "GET", "/users/myself", { token: yield* accessToken(fake) })
    assert.deepStrictEqual(myself.json, {
      data: { type: "user", id: userId, attributes: { username: "admin", clients: [40_718_823, 40_718_824] } }
    })
  }).pipe(Effect.provide(Layer.provideMerge(FakeProcessMaker.layerHttpClient, FakeProcessMaker.layer({ clients: 2 })))))

describe("a test whose clock stands after a fault", () => {
  // What the test's console shows meanwhile.
  const warnings = <E, R>(test: Effect.Effect<unknown, E, R>) =>
    Effect.gen(function*() {
      const { warn } = console
      const seen: Array<string> = []
      console.warn = (text: string) => seen.push(text)
      yield* Effect.ensuring(test, Effect.sync(() => console.warn = warn))
      return seen
    })
  const realTime = (millis: number) => Effect.promise(() => new Promise((resolve) => setTimeout(resolve, millis)))

  it.effect("is told what it waits for", () =>
    Effect.gen(function*() {
      const { fake, oauthClients, userId } = yield* setup
      yield* fake.script(Fault.onPage(1, Fault.tooManyRequests("30 seconds")))
      const finding = yield* Effect.fork(oauthClients.findOauthClients(userId))
      const [hint, ...others] = yield* warnings(realTime(2300))
      assert.deepStrictEqual(others, [])
      assert.include(hint, `GET /api/v1/users/${userId}/clients?page=1&per_page=15`)
      assert.include(hint, "too many requests")
      assert.include(hint, "TestClock.adjust")
      yield* TestClock.adjust("1 minute")
      yield* finding
    }).pipe(Effect.provide(layerTest())))

  it.effect("and not when time passes, requests go on, or the test is over", () =>
    Effect.gen(function*() {
      const { fake, oauthClients, userId } = yield* setup
      const seen = yield* warnings(Effect.gen(function*() {
        yield* fake.script(Fault.onPage(1, Fault.delay("1 second")))
        const finding = yield* Effect.fork(oauthClients.findOauthClients(userId))
        yield* TestClock.adjust("1 second")
        yield* finding
        yield* fake.script(Fault.onPage(1, Fault.pass))
        yield* oauthClients.findOauthClients(userId)
        yield* oauthClients.findOauthClients(userId)
        yield* Effect.gen(function*() {
          const inner = yield* setup
          yield* inner.fake.script(Fault.onPage(1, Fault.loginRedirect))
          yield* Effect.exit(inner.oauthClients.findOauthClients(inner.userId))
        }).pipe(Effect.provide(layerTest()))
        yield* realTime(2300)
      }))
      assert.deepStrictEqual(seen, [])
    }).pipe(Effect.provide(layerTest())))
})
