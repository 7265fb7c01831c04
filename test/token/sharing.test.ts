import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { layerPolicy } from "../../src/internal/config/policy.js"
import { makeTokenCache } from "../../src/internal/token/tokenCache.js"
import { times } from "../support/runs.js"
import { pass, settle, simulated } from "../support/simulatedTime.js"
import { granted, inOrder, later, makeProvider, makeTokenServer, plain, text } from "./tokenServer.js"

const fourTimes = <A>(value: A) => [value, value, value, value] as const

const crowd = Array.from({ length: times(200, 1000) }, (_, index) => index)

/** Lets others run after every few steps, at other points for each number. */
const fair = (index: number) => Effect.withMaxOpsBeforeYield(10 + index % 23)

describe("many fibers, one token request", () => {
  it.scoped("fibers that need a token at once cause one request", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(later(granted, "1 second"))
      const tokens = yield* makeProvider(server)
      const fibers = yield* Effect.fork(Effect.forEach(crowd, () => tokens.get, { concurrency: "unbounded" }))
      yield* pass("1 second")
      const had = yield* Fiber.join(fibers)
      assert.deepStrictEqual([...new Set(had.map(text))], ["access-1"])
      assert.deepStrictEqual(server.grants(), ["password"])
    }).pipe(simulated))

  it.scoped("the same when the fibers yield in the middle of it", () =>
    Effect.gen(function*() {
      const { asked, cache } = yield* makeCache("2 seconds")
      const all = Effect.forEach(crowd, (index) => fair(index)(cache.join), { concurrency: "unbounded" })
      const first = yield* Effect.fork(all)
      yield* pass("1 second")
      assert.deepStrictEqual([...new Set((yield* Fiber.join(first)).map(text))], ["access-1"])
      yield* pass("2 seconds")
      const second = yield* Effect.fork(all)
      yield* pass("1 second")
      assert.deepStrictEqual([...new Set((yield* Fiber.join(second)).map(text))], ["access-2"])
      assert.deepStrictEqual(asked, ["logIn", "refresh"])
    }).pipe(simulated))

  it.effect("many calls of the service log in once", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const service = yield* OauthClientsService
      const [userId = ""] = fake.userIds
      yield* Effect.forEach(crowd, () => service.findOauthClients(userId), {
        concurrency: "unbounded",
        discard: true
      })
      assert.strictEqual(yield* fake.tokensIssued, 1)
      assert.strictEqual((yield* fake.requests).length, 1 + crowd.length)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("calls whose 401s arrive late, one by one, cause one renewal", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const service = yield* OauthClientsService
      const [userId = ""] = fake.userIds
      yield* service.findOauthClients(userId)
      // The first alone, the others when the renewal is long done.
      const delays = crowd.map((index) => Fault.delay(`${50 + 100 * Math.ceil(index / 100)} millis`))
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.pass, ...delays))
      yield* service.findOauthClients(userId)
      const calls = yield* Effect.fork(
        Effect.forEach(crowd, () => service.findOauthClients(userId), { concurrency: "unbounded", discard: true })
      )
      yield* settle
      assert.strictEqual(yield* fake.inFlight("findOauthClients"), crowd.length)
      yield* fake.expireTokens
      yield* pass("2 seconds")
      yield* Fiber.join(calls)
      const requests = yield* fake.requests
      assert.strictEqual(requests.filter(({ status }) => status === 401).length, crowd.length)
      assert.deepStrictEqual(
        requests.filter(({ operation }) => operation === "token").map(({ body }) =>
          (body as { readonly grant_type: string }).grant_type
        ),
        ["password", "refresh_token"]
      )
      assert.strictEqual(requests.length, 2 + 2 + 2 * crowd.length)
    }).pipe(Effect.provide(layerTest({ clients: 1 })), simulated))

  it.scoped("only the token that failed is dropped", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(granted)
      const tokens = yield* makeProvider(server)
      const first = yield* tokens.get
      yield* tokens.invalidate(first)
      const second = yield* tokens.get
      yield* tokens.invalidate(first)
      assert.strictEqual(text(yield* tokens.get), text(second))
      assert.strictEqual(server.asked.length, 2)
    }).pipe(simulated))
})

/** A token cache by itself: a deadline around a caller would hide where it was interrupted. */
const makeCache = (life: Duration.DurationInput) => {
  const asked: Array<string> = []
  const grant = (name: string) =>
    Effect.sync(() => {
      asked.push(name)
      return {
        accessToken: Redacted.make(`access-${asked.length}`),
        refreshToken: Option.some(Redacted.make(`refresh-${asked.length}`)),
        life: Option.some(Duration.toMillis(life))
      }
    }).pipe(Effect.delay("1 second"))
  return Effect.map(
    makeTokenCache({
      coolDown: () => 30_000,
      policy: layerPolicy({}),
      logIn: () => grant("logIn"),
      refresh: () => grant("refresh")
    }),
    (cache) => ({ asked, cache })
  )
}

const everyStep = Array.from({ length: 60 }, (_, index) => index)

const steps = (count: number) => Effect.repeatN(Effect.yieldNow(), count)

describe("interruption", () => {
  it.scoped("of the fiber that started the request, at any step, leaves the others served", () =>
    Effect.forEach(everyStep, (step) =>
      Effect.gen(function*() {
        const { asked, cache } = yield* makeCache("1 hour")
        const starter = yield* Effect.fork(fair(step)(cache.join))
        const others = yield* Effect.fork(
          Effect.forEach([1, 2, 3], (index) => fair(step + index)(cache.join), { concurrency: "unbounded" })
        )
        yield* steps(step)
        yield* Fiber.interrupt(starter)
        yield* pass("1 second")
        assert.deepStrictEqual([...new Set((yield* Fiber.join(others)).map(text))], ["access-1"])
        assert.deepStrictEqual(asked, ["logIn"])
      })).pipe(simulated))

  it.scoped("of all of them, at any step, leaves the provider usable", () =>
    Effect.forEach(everyStep, (step) =>
      Effect.gen(function*() {
        const { asked, cache } = yield* makeCache("1 hour")
        const all = yield* Effect.forEach([1, 2, 3], (index) => Effect.fork(fair(step + index)(cache.join)))
        yield* steps(step)
        yield* Fiber.interruptAll(all)
        const next = yield* Effect.fork(cache.join)
        yield* pass("1 second")
        assert.strictEqual(text(yield* Fiber.join(next)), "access-1")
        assert.deepStrictEqual(asked, ["logIn"])
      })).pipe(simulated))

  it.scoped("does not wait for the request, which goes on and serves whoever comes later", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(later(granted, "10 seconds"))
      const tokens = yield* makeProvider(server)
      const first = yield* Effect.fork(tokens.get)
      yield* pass("5 seconds")
      yield* Fiber.interrupt(first)
      yield* pass("5 seconds")
      assert.strictEqual(text(yield* tokens.get), "access-1")
      assert.strictEqual(server.asked.length, 1)
    }).pipe(simulated))

  it.effect("of the layer itself ends the request and those who wait for it", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(() => Effect.never)
      const scope = yield* Scope.make()
      const tokens = yield* Scope.extend(makeProvider(server), scope)
      const waiting = yield* Effect.fork(tokens.get)
      yield* pass("1 second")
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.await(waiting)))
      // Whoever comes later made a mistake, and is told so.
      const later = yield* Effect.flip(tokens.get)
      assert.deepInclude(later, { _tag: "ProcessMakerLoginFailed", reason: "closed", attempts: 0 })
      assert.include(later.message, "provide it to the whole program")
    }).pipe(simulated))
})

describe("requests that fail", () => {
  it.scoped("a hung request ends by its own deadline, and the next caller starts another", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(inOrder(() => Effect.never, granted))
      const tokens = yield* makeProvider(server)
      const first = yield* Effect.fork(Effect.flip(RetryPolicy.with(tokens.get, RetryPolicy.none)))
      yield* pass("30 seconds")
      const error = yield* Fiber.join(first)
      assert.deepInclude(error, { _tag: "ProcessMakerTimeout", deadline: "attempt", attempts: 1 })
      const second = yield* Effect.fork(tokens.get)
      yield* pass("1 second")
      assert.strictEqual(text(yield* Fiber.join(second)), "access-2")
      assert.strictEqual(server.mostAtOnce(), 1)
    }).pipe(simulated))

  it.scoped("a body that never ends does not wedge anyone either", () =>
    Effect.gen(function*() {
      const endless = Effect.sync(() => new Response(new ReadableStream(), { status: 200 }))
      const server = makeTokenServer(inOrder(() => endless, granted))
      const tokens = yield* makeProvider(server, { retry: { attemptTimeout: "5 seconds" } })
      const fiber = yield* Effect.fork(tokens.get)
      yield* pass("7 seconds")
      assert.strictEqual(text(yield* Fiber.join(fiber)), "access-2")
    }).pipe(simulated))

  it.scoped("a caller in a hurry gives up by its own deadline, and the request goes on for the others", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(later(granted, "10 seconds"))
      const tokens = yield* makeProvider(server)
      const hurried = yield* Effect.fork(Effect.flip(RetryPolicy.with(tokens.get, { totalTimeout: "2 seconds" })))
      const patient = yield* Effect.fork(tokens.get)
      yield* pass("2 seconds")
      assert.deepInclude(yield* Fiber.join(hurried), { _tag: "ProcessMakerTimeout", deadline: "total" })
      yield* pass("8 seconds")
      assert.strictEqual(text(yield* Fiber.join(patient)), "access-1")
      assert.strictEqual(server.asked.length, 1)
    }).pipe(simulated))

  it.scoped("a failure is told to all who wait, and not kept", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(inOrder(later(() => plain(502, "<html>"), "1 second"), granted))
      const tokens = yield* makeProvider(server)
      const once = Effect.flip(RetryPolicy.with(tokens.get, RetryPolicy.none))
      const all = yield* Effect.fork(Effect.forEach(crowd, () => once, { concurrency: "unbounded" }))
      yield* pass("1 second")
      assert.deepStrictEqual([...new Set((yield* Fiber.join(all)).map(({ _tag }) => _tag))], [
        "ProcessMakerServerError"
      ])
      assert.strictEqual(text(yield* tokens.get), "access-2", "the next call asks at once")
      assert.strictEqual(server.asked.length, 2)
    }).pipe(simulated))

  it.scoped("the layer's back-off is theirs too: without one, they are repeated at once", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(inOrder(...fourTimes(() => plain(503, "")), granted))
      const tokens = yield* makeProvider(server, { retry: { baseDelay: 0, maxDelay: 0 } })
      assert.strictEqual(text(yield* tokens.get), "access-5")
    }).pipe(simulated))

  it.scoped("callers that all try again still ask one at a time, and about as often as one would", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(later(() => plain(503, "Be right back."), "100 millis"))
      const tokens = yield* makeProvider(server)
      const all = yield* Effect.fork(
        Effect.forEach(crowd.slice(0, 50), () => Effect.flip(tokens.get), { concurrency: "unbounded" })
      )
      yield* pass("2 minutes")
      const errors = yield* Fiber.join(all)
      assert.deepStrictEqual(
        [...new Set(errors.map(({ _tag, attempts }) => `${_tag} ${attempts}`))],
        ["ProcessMakerServerError 5"]
      )
      assert.strictEqual(server.mostAtOnce(), 1)
      assert.isAtMost(server.asked.length, 10)
    }).pipe(simulated))
})
