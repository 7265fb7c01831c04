import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import type { FakeOptions } from "effect-processmaker-oauth/testing"
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { accessToken, askToken, call, document, failure } from "./callers.js"

const inProcess = (options?: FakeOptions) =>
  Layer.provideMerge(FakeProcessMaker.layerHttpClient, FakeProcessMaker.layer(options))

const loggedIn = Effect.gen(function*() {
  const fake = yield* FakeProcessMaker
  const token = yield* accessToken(fake)
  const userId = fake.userIds[0] ?? ""
  const list = (query = "") => call(fake, "GET", `/users/${userId}/clients${query}`, { token })
  const code = (query = "") =>
    Effect.match(list(query), {
      onSuccess: ({ status }) => status,
      onFailure: ({ cause, reason }) => `${reason} ${cause instanceof Error && "code" in cause ? cause.code : cause}`
    })
  return { fake, token, userId, list, code }
})

describe("a fault script in process", () => {
  it.effect("reads like the sentence", () =>
    Effect.gen(function*() {
      const { code, fake, list, userId } = yield* loggedIn
      yield* fake.script(
        Fault.onPage(3, Fault.twice(Fault.resetBefore), Fault.tooManyRequests("2 seconds"), Fault.insertClients(1))
      )
      assert.deepStrictEqual(yield* fake.pendingFaults, [
        "operation findOauthClients, page 3: reset before",
        "operation findOauthClients, page 3: reset before",
        "operation findOauthClients, page 3: too many requests",
        "operation findOauthClients, page 3: insert clients"
      ])
      assert.strictEqual(yield* code("?page=2&per_page=5"), 200)
      assert.strictEqual(yield* code("?page=3&per_page=5"), "Transport ECONNRESET")
      assert.strictEqual(yield* code("?page=3&per_page=5"), "Transport ECONNRESET")
      const limited = yield* list("?page=3&per_page=5")
      assert.deepInclude(limited.headers, { "retry-after": "2" })
      assert.strictEqual(limited.status, 429)
      assert.strictEqual((yield* fake.clients(userId)).length, 20)
      assert.strictEqual((yield* list("?page=3&per_page=5")).json.meta.pagination.total, 21)
      assert.strictEqual((yield* list("?page=3&per_page=5")).json.meta.pagination.total, 21)
      assert.deepStrictEqual(yield* fake.pendingFaults, [])
    }).pipe(Effect.provide(inProcess())))

  it.effect("refuses, truncates and loses answers", () =>
    Effect.gen(function*() {
      const { code, fake, token, userId } = yield* loggedIn
      yield* fake.script(
        Fault.onOperation("findOauthClients", Fault.refuse, Fault.truncate, Fault.malformedBody, Fault.badGateway),
        Fault.onOperation("addOauthClient", Fault.resetAfter)
      )
      assert.strictEqual(yield* code(), "Transport ECONNREFUSED")
      assert.strictEqual(yield* code(), "Decode UND_ERR_SOCKET")
      assert.strictEqual(yield* code(), 200)
      assert.strictEqual(yield* code(), 502)
      const lost = yield* failure(
        call(fake, "POST", `/users/${userId}/clients`, { token, body: document({ name: "A" }) })
      )
      assert.strictEqual(lost._tag, "RequestError")
      assert.deepInclude((yield* fake.clients(userId)).at(-1), { name: "A" })
      const outcomes = Array.map(
        yield* fake.requests,
        ({ faults, outcome, status }) => [outcome, status, faults.join()]
      )
      assert.deepStrictEqual(outcomes, [
        ["answered", 200, ""],
        ["dropped", undefined, "refuse"],
        ["answered", 200, "truncate"],
        ["answered", 200, "malformed body"],
        ["answered", 502, "respond 502"],
        ["dropped", undefined, "reset after"]
      ])
    }).pipe(Effect.provide(inProcess())))

  it.effect("delays and drips on the test clock, and forgets who went away", () =>
    Effect.gen(function*() {
      const { code, fake, list } = yield* loggedIn
      yield* fake.script(
        Fault.onOperation(
          "findOauthClients",
          Fault.delay("1 minute"),
          Fault.drip("1 second", 5),
          Fault.hang,
          Fault.drip("1 hour")
        )
      )
      const delayed = yield* Effect.fork(code())
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(yield* fake.inFlight(), 1)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(delayed), 200)
      const dripping = yield* Effect.fork(list())
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(yield* fake.inFlight(), 1)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(dripping)).json.data.length, 15)
      assert.strictEqual(yield* fake.inFlight(), 0)
      for (const outcome of ["interrupted", "answered"]) {
        const fiber = yield* Effect.fork(code())
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* fake.inFlight("findOauthClients"), 1)
        yield* Fiber.interrupt(fiber)
        yield* TestClock.adjust(0)
        assert.strictEqual(yield* fake.inFlight(), 0)
        assert.strictEqual((yield* fake.requests).at(-1)?.outcome, outcome)
      }
      assert.strictEqual(yield* fake.maxInFlight(), 1)
    }).pipe(Effect.provide(inProcess())))

  it.effect("processes a delayed request by the time and the state after the delay", () =>
    Effect.gen(function*() {
      const { code, fake, userId } = yield* loggedIn
      yield* fake.script(Fault.onAny(Fault.always(Fault.together(Fault.delay("1 hour"), Fault.insertClients()))))
      const expired = yield* Effect.fork(code())
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* Fiber.join(expired), 401)
      const late = yield* Effect.fork(code())
      yield* TestClock.adjust("1 minute")
      yield* fake.reset
      yield* TestClock.adjust("1 hour")
      yield* Fiber.join(late)
      assert.strictEqual((yield* fake.clients(userId)).length, 21)
    }).pipe(Effect.provide(inProcess({ accessTokenLife: "30 minutes" }))))

  it.effect("sends another document than it would, and goes on with what it sent", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.script(
        Fault.onOperation("token", Fault.edit((token) => ({ ...token, expires_in: "never", token_type: "Bearer " }))),
        Fault.onOperation(
          "findOauthClients",
          Fault.edit(({ data }) => ({ data: { 2: Array.isArray(data) ? data[0] : undefined } }))
        )
      )
      const { clients } = yield* Effect.flatMap(
        OauthClientsService,
        ({ findOauthClients }) => findOauthClients(fake.userIds[0] ?? "")
      )
      assert.strictEqual(clients.length, 1)
      assert.deepStrictEqual((yield* fake.requests).map(({ faults }) => faults), [["edit"], ["edit"]])
    }).pipe(Effect.provide(layerTest())))

  it.effect("lies about pages", () =>
    Effect.gen(function*() {
      const { fake, list } = yield* loggedIn
      const before = yield* list("?page=1&per_page=5")
      yield* fake.script(Fault.onPage(
        2,
        Fault.repeatPage,
        Fault.repeatClients,
        Fault.pagination({ total_pages: 0, links: undefined }),
        Fault.withoutMeta
      ))
      const page = list("?page=2&per_page=5")
      assert.deepStrictEqual((yield* page).json, before.json)
      const claimed = (yield* page).json
      assert.deepStrictEqual(claimed.data, before.json.data)
      assert.strictEqual(claimed.meta.pagination.current_page, 2)
      assert.deepStrictEqual((yield* page).json.meta.pagination, {
        total: 20,
        count: 5,
        per_page: 5,
        current_page: 2,
        total_pages: 0
      })
      assert.hasAllKeys((yield* page).json, ["data"])
    }).pipe(Effect.provide(inProcess())))

  it.effect("takes tokens away", () =>
    Effect.gen(function*() {
      const { code, fake } = yield* loggedIn
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.pass, Fault.expireTokens))
      assert.strictEqual(yield* code(), 200)
      assert.strictEqual(yield* code(), 401)
      assert.strictEqual((yield* askToken(fake)).status, 200)
    }).pipe(Effect.provide(inProcess())))

  it.effect("inserts and deletes where it is told to", () =>
    Effect.gen(function*() {
      const { code, fake, userId } = yield* loggedIn
      const [, other = ""] = fake.userIds
      const ids = Effect.map(fake.clients(userId), (clients) => clients.map(({ id }) => id))
      const before = yield* ids
      const met = (step: Fault.FaultStep) =>
        Effect.zipRight(fake.script(Fault.onPage(1, step)), Effect.zipRight(code(), ids))
      assert.deepStrictEqual(yield* met(Fault.deleteClients(2, { at: "end" })), before.slice(0, -2))
      assert.deepStrictEqual((yield* met(Fault.deleteClients(2, { at: 3 }))).slice(0, 5), [
        ...before.slice(0, 3),
        ...before.slice(5, 7)
      ])
      const withoutFirst = yield* met(Fault.deleteClients(1, { at: "start" }))
      assert.deepStrictEqual(withoutFirst.slice(0, 2), [before[1], before[2]])
      assert.strictEqual((yield* met(Fault.deleteClients(3))).length, 12)
      assert.notInclude(yield* met(Fault.deleteClients([before[2] ?? ""])), before[2])
      assert.deepStrictEqual(yield* met(Fault.deleteClients(99)), [])
      assert.deepStrictEqual(yield* met(Fault.insertClients([{ id: "a" }, { id: "b" }], { at: "end" })), [
        "a",
        "b"
      ])
      yield* met(Fault.insertClients([{ id: "c" }], { userId: other, at: 1 }))
      assert.strictEqual((yield* fake.clients(other))[1]?.id, "c")
      yield* fake.script(Fault.onOperation("token", Fault.insertClients([{ id: "d" }], { at: "start" })))
      yield* askToken(fake)
      assert.strictEqual((yield* ids)[0], "d")
    }).pipe(Effect.provide(inProcess())))

  it.effect("tells users and clients apart", () =>
    Effect.gen(function*() {
      const { code, fake, token, userId } = yield* loggedIn
      const [, other = ""] = fake.userIds
      const { clientId } = fake.credentials
      yield* fake.script(
        Fault.on({ userId: other }, Fault.respond({ status: 501 })),
        Fault.on({ clientId }, Fault.respond({ status: 502 }))
      )
      const get = (path: string) => Effect.map(call(fake, "GET", path, { token }), ({ status }) => status)
      assert.strictEqual(yield* code(), 200)
      assert.strictEqual(yield* get(`/users/${userId}/clients/x`), 404)
      assert.deepStrictEqual(yield* fake.pendingFaults, [
        `userId ${other}: respond 501`,
        `clientId ${clientId}: respond 502`
      ])
      assert.strictEqual(yield* get(`/users/${userId}/clients/${clientId}`), 502)
      assert.strictEqual(yield* get(`/users/${other}/clients`), 501)
    }).pipe(Effect.provide(inProcess())))

  it.effect("counts the nth request that matches", () =>
    Effect.gen(function*() {
      const { code, fake } = yield* loggedIn
      yield* fake.script(Fault.on({ operation: "findOauthClients", nth: 3 }, Fault.unavailable({ date: "1 minute" })))
      assert.deepStrictEqual(yield* Effect.all([code(), code(), code(), code()]), [200, 200, 503, 200])
    }).pipe(Effect.provide(inProcess())))

  it.effect("counts for every fault, whichever of them has the request", () =>
    Effect.gen(function*() {
      const { code, fake } = yield* loggedIn
      yield* fake.script(
        Fault.random(1, { rates: {} }),
        Fault.onOperation("findOauthClients", Fault.respond({ status: 501 })),
        Fault.onNth(3, Fault.respond({ status: 503 })),
        Fault.onPage(1, Fault.respond({ status: 504 }))
      )
      assert.deepStrictEqual(yield* Effect.all([code(), code(), code(), code()]), [501, 504, 503, 200])
      yield* fake.script(Fault.onAny(Fault.always(Fault.badGateway)))
      assert.deepStrictEqual([yield* code(), yield* code(), yield* fake.pendingFaults], [502, 502, []])
      yield* fake.clearFaults
      assert.strictEqual(yield* code(), 200)
    }).pipe(Effect.provide(inProcess())))

  it.effect("lets the same request pass after some random faults", () =>
    Effect.gen(function*() {
      const { code, fake } = yield* loggedIn
      yield* fake.script(Fault.random(1, { rates: { badGateway: 1 }, inARow: 2 }))
      assert.deepStrictEqual(yield* Effect.all([code(), code(), code(), code()]), [502, 502, 200, 502])
      assert.strictEqual(yield* code("?page=2"), 502)
    }).pipe(Effect.provide(inProcess())))

  it.effect("throws dice that fall the same way whatever the order", () =>
    Effect.gen(function*() {
      const play = (pages: ReadonlyArray<number>) =>
        Effect.gen(function*() {
          const { code, fake } = yield* loggedIn
          yield* fake.script(Fault.random(7, {
            rates: { resetBefore: 0.3, badGateway: 0.3 },
            on: { operation: "findOauthClients" }
          }))
          const results = yield* Effect.forEach(
            pages,
            (page) => Effect.map(code(`?page=${page}`), (result) => [page, result] as const)
          )
          return pages.map((_, page) => results.filter(([at]) => at === page).map(([, result]) => result))
        }).pipe(Effect.provide(inProcess()))
      const upwards = yield* play([0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6])
      const downwards = yield* play([6, 5, 4, 3, 2, 1, 0, 6, 5, 4, 3, 2, 1, 0])
      assert.deepStrictEqual(upwards.slice(2), downwards.slice(2))
      assert.includeMembers(upwards.flat(), [200, 502, "Transport ECONNRESET"])
    }))

  it.effect("does not reach other hosts", () =>
    Effect.gen(function*() {
      const error = yield* failure(HttpClient.execute(HttpClientRequest.get("https://elsewhere.test/")))
      assert.propertyVal(error.cause, "code", "ENOTFOUND")
    }).pipe(Effect.provide(inProcess())))

  it.live("gives timers their turn", () =>
    Effect.gen(function*() {
      const { code } = yield* loggedIn
      const fired = yield* Effect.raceFirst(
        Effect.as(Effect.sleep("5 millis"), true),
        Effect.as(Effect.repeatN(code(), 20_000), false)
      )
      assert.isTrue(fired)
    }).pipe(Effect.provide(inProcess())))
})
