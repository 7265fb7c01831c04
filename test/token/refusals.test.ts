import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Inspectable from "effect/Inspectable"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { times } from "../support/runs.js"
import { broken } from "../support/scripted.js"
import { simulated } from "../support/simulatedTime.js"
import {
  type Answer,
  credentials,
  granted,
  inOrder,
  later,
  makeProvider,
  makeTokenServer,
  plain,
  refused,
  text
} from "./tokenServer.js"

const wrongPassword: Answer = () => refused(401, "invalid_credentials")

const crowd = Array.from({ length: times(200, 1000) })

describe("wrong credentials", () => {
  it.scoped("fail with the server's reason, and nobody asks again until the cool-down is over", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(inOrder(wrongPassword, granted))
      const tokens = yield* makeProvider(server)
      const first = yield* Effect.flip(tokens.get)
      assert.deepInclude(first, {
        _tag: "ProcessMakerLoginFailed",
        reason: "invalid_credentials",
        status: 401,
        attempts: 1,
        retryAfter: Option.some(Duration.seconds(30))
      })
      yield* TestClock.adjust("10 seconds")
      const all = yield* Effect.forEach(crowd, () => Effect.flip(tokens.get), {
        concurrency: "unbounded"
      })
      for (const error of all) {
        assert.deepInclude(error, {
          _tag: "ProcessMakerLoginFailed",
          reason: "invalid_credentials",
          attempts: 0,
          retryAfter: Option.some(Duration.seconds(20))
        })
      }
      yield* TestClock.adjust("19999 millis")
      yield* Effect.flip(tokens.get)
      assert.strictEqual(server.asked.length, 1)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(text(yield* tokens.get), "access-2")
    }))

  it.scoped("many callers who wait for the same refused login all hear of it, from one request", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(later(wrongPassword, "1 second"))
      const tokens = yield* makeProvider(server)
      const all = yield* Effect.fork(
        Effect.forEach(crowd, () => Effect.flip(tokens.get), { concurrency: "unbounded" })
      )
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual([...new Set((yield* Fiber.join(all)).map(({ _tag }) => _tag))], [
        "ProcessMakerLoginFailed"
      ])
      assert.strictEqual(server.asked.length, 1)
    }))

  it.scoped("the cool-down may be set, and starts again with each refusal", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(inOrder(wrongPassword, wrongPassword, granted))
      const tokens = yield* makeProvider(server, { loginCoolDown: "5 minutes" })
      for (let minute = 0; minute < 10; minute++) {
        yield* Effect.flip(tokens.get)
        yield* TestClock.adjust("1 minute")
      }
      assert.deepStrictEqual(server.asked.map(({ at }) => at / 60_000), [0, 5])
      assert.strictEqual(text(yield* tokens.get), "access-3")
    }))

  it.scoped("in a renewal ahead of time leave the token that is still good, and cool down all the same", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(inOrder(granted, wrongPassword))
      const tokens = yield* makeProvider(server)
      yield* tokens.get
      yield* TestClock.adjust("59 minutes")
      for (let second = 0; second < 20; second++) {
        assert.strictEqual(text(yield* tokens.get), "access-1")
        yield* TestClock.adjust("1 second")
      }
      // The refresh, and the password grant after it.
      assert.deepStrictEqual(server.grants(), ["password", "refresh_token", "password"])
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Effect.flip(tokens.get))._tag, "ProcessMakerLoginFailed")
    }))

  it.scoped("the error shows the words, and neither the body nor a secret", () =>
    Effect.gen(function*() {
      const server = makeTokenServer((asked) =>
        plain(
          401,
          JSON.stringify({
            error: "invalid_credentials",
            message: `no user ${asked.fields["username"]} with ${asked.fields["password"]}`,
            hint: asked.fields["client_secret"]
          })
        )
      )
      const tokens = yield* makeProvider(server)
      const error = yield* Effect.flip(tokens.get)
      const shown = [String(error), error.message, JSON.stringify(error), Inspectable.toStringUnknown(error)].join("\n")
      for (const secret of ["client-secret", "p\u00e4ssword"]) assert.notInclude(shown, secret)
      assert.include(error.message, "the user name or the password is wrong (invalid_credentials, status 401)")
      assert.include(error.message, "no user admin with <redacted>")
    }))

  for (const body of ["<html>Forbidden</html>", "", "{\"error\":{\"deep\":1}}", "{\"error\":\"Not A Code!\"}"]) {
    it.scoped(`a refusal without a code the RFC would know is "refused": ${body}`, () =>
      Effect.gen(function*() {
        const tokens = yield* makeProvider(makeTokenServer(() => plain(403, body)))
        assert.deepInclude(yield* Effect.flip(tokens.get), { reason: "refused", status: 403 })
      }))
  }

  it.effect("do not lock the account, however many calls of the service there are", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const [userId = ""] = fake.userIds
      const layer = OauthClientsService.layer({
        baseUrl: fake.baseUrl,
        credentials: { ...fake.credentials, password: Redacted.make("wrong") }
      })
      yield* Effect.gen(function*() {
        const service = yield* OauthClientsService
        for (let minute = 0; minute < 5; minute++) {
          const errors = yield* Effect.forEach(
            Array.from({ length: 50 }),
            () => Effect.flip(service.addOauthClient(userId, { name: "never made" })),
            { concurrency: 10 }
          )
          for (const error of errors) {
            assert.deepInclude(error, { _tag: "ProcessMakerLoginFailed", outcome: "notApplied" })
          }
          yield* TestClock.adjust("1 minute")
        }
      }).pipe(Effect.provide(layer))
      const requests = yield* fake.requests
      assert.deepStrictEqual(requests.map(({ operation }) => operation), Array.from({ length: 5 }, () => "token"))
      assert.isFalse((yield* fake.clients(userId)).some(({ name }) => name === "never made"))
    }).pipe(Effect.provide(Layer.provideMerge(FakeProcessMaker.layerHttpClient, FakeProcessMaker.layer()))))
})

describe("what is not a refusal is tried again under the attempts policy", () => {
  const passing: Record<string, Answer> = {
    "500 with plain text": () => plain(500, "Whoops, looks like something went wrong."),
    "502 from a proxy": () => plain(502, "<html>"),
    "503 without a word": () => plain(503, ""),
    "504": () => plain(504, ""),
    "408": () => plain(408, ""),
    "429 without a word": () => plain(429, "Too Many Attempts."),
    "a reset": () => broken("ECONNRESET"),
    "no connection": () => broken("ECONNREFUSED"),
    "no such host": () => broken("EAI_AGAIN")
  }
  for (const [name, answer] of Object.entries(passing)) {
    it.scoped(name, () =>
      Effect.gen(function*() {
        const server = makeTokenServer(inOrder(answer, answer, granted))
        const tokens = yield* makeProvider(server)
        const fiber = yield* Effect.fork(tokens.get)
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(text(yield* Fiber.join(fiber)), "access-3")
        assert.deepStrictEqual(server.grants(), ["password", "password", "password"])
      }))
  }

  const lasting: ReadonlyArray<{ readonly name: string; readonly answer: Answer; readonly tag: string }> = [
    { name: "503", answer: () => plain(503, ""), tag: "ProcessMakerServerError" },
    { name: "429", answer: () => plain(429, ""), tag: "ProcessMakerRateLimited" },
    { name: "408", answer: () => plain(408, ""), tag: "ProcessMakerUnexpectedStatus" },
    { name: "a reset", answer: () => broken("ECONNRESET"), tag: "ProcessMakerTransportError" },
    { name: "a hanging server", answer: () => Effect.never, tag: "ProcessMakerTimeout" }
  ]
  for (const { answer, name, tag } of lasting) {
    it.scoped(`${name} without an end is told as what it is, after as many attempts as allowed`, () =>
      Effect.gen(function*() {
        const server = makeTokenServer(answer)
        const tokens = yield* makeProvider(server, { retry: { maxAttempts: 3 } })
        const fiber = yield* Effect.fork(Effect.flip(tokens.get))
        yield* TestClock.adjust("2 minutes")
        const error = yield* Fiber.join(fiber)
        assert.strictEqual<string>(error._tag, tag)
        assert.deepInclude(error, { attempts: 3, operation: "getAccessToken", during: "login" })
        assert.include(error.message, "getAccessToken failed while logging in: ")
        assert.strictEqual(server.asked.length, 3)
      }))
  }

  it.scoped("Retry-After is obeyed, and by every other caller too", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(inOrder(() => plain(429, "", { "retry-after": "20" }), granted))
      const tokens = yield* makeProvider(server)
      const first = yield* Effect.fork(tokens.get)
      yield* TestClock.adjust("5 seconds")
      const others = yield* Effect.fork(
        Effect.forEach(Array.from({ length: 20 }), () => tokens.get, { concurrency: "unbounded" })
      )
      yield* TestClock.adjust("40 seconds")
      yield* Fiber.join(Fiber.zip(first, others))
      assert.deepStrictEqual(server.asked.map(({ at }) => at >= 20_000), [false, true])
    }))

  it.scoped("Retry-After as a date, too", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(DateTime.toEpochMillis(DateTime.unsafeMake("2017-11-03T09:15:42Z")))
      const headers = { "retry-after": "Fri, 03 Nov 2017 09:16:12 GMT" }
      const server = makeTokenServer(inOrder(() => plain(503, "", headers), granted))
      const tokens = yield* makeProvider(server)
      const fiber = yield* Effect.fork(tokens.get)
      yield* TestClock.adjust("31 seconds")
      yield* Fiber.join(fiber)
      const [first, second] = server.asked.map(({ at }) => at)
      assert.isAtLeast((second ?? 0) - (first ?? 0), 30_000)
    }))

  it.scoped("a Retry-After that is too long fails at once, for the next callers too, and ends by itself", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(inOrder(() => plain(429, "", { "retry-after": "600" }), granted))
      const tokens = yield* makeProvider(server)
      assert.deepInclude(yield* Effect.flip(tokens.get), {
        _tag: "ProcessMakerRateLimited",
        retryAfter: Option.some(Duration.minutes(10))
      })
      yield* TestClock.adjust("30 seconds")
      assert.deepInclude(yield* Effect.flip(RetryPolicy.with(tokens.get, { maxRetryAfter: "10 seconds" })), {
        _tag: "ProcessMakerRateLimited",
        retryAfter: Option.some(Duration.seconds(30)),
        attempts: 0
      })
      assert.strictEqual(server.asked.length, 1)
      // The longest that a server can hold the layer back.
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(text(yield* tokens.get), "access-2")
    }))

  it.scoped("a Retry-After that a renewal ahead of time meets is obeyed, and nobody is held back while the token is good", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(inOrder(granted, () => plain(429, "", { "retry-after": "90" }), granted))
      const tokens = yield* makeProvider(server, { retry: { maxRetryAfter: "2 minutes" } })
      yield* tokens.get
      yield* TestClock.adjust("59 minutes")
      for (let second = 0; second < 60; second += 10) {
        assert.strictEqual(text(yield* tokens.get), "access-1")
        yield* TestClock.adjust("10 seconds")
      }
      // It has expired now, 30 seconds before the server wants to be asked.
      const hurried = yield* Effect.flip(RetryPolicy.with(tokens.get, { maxRetryAfter: "10 seconds" }))
      assert.deepInclude(hurried, { _tag: "ProcessMakerRateLimited", retryAfter: Option.some(Duration.seconds(30)) })
      const patient = yield* Effect.fork(tokens.get)
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual(server.asked.length, 2)
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual(text(yield* Fiber.join(patient)), "access-3")
    }))

  it.effect("within a call, the call's own attempts count", () => {
    const server = makeTokenServer(() => plain(503, ""))
    return Effect.gen(function*() {
      const service = yield* OauthClientsService
      const call = service.addOauthClient("u-1", { name: "never sent" })
      const fiber = yield* Effect.fork(Effect.flip(RetryPolicy.with(call, { maxAttempts: 2 })))
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* Fiber.join(fiber), {
        _tag: "ProcessMakerServerError",
        operation: "addOauthClient",
        attempts: 2,
        outcome: "notApplied"
      })
      assert.strictEqual(server.asked.length, 2)
    }).pipe(
      Effect.provide(OauthClientsService.layer({ baseUrl: "https://pm.example.test/api/v1", credentials })),
      Effect.provideService(HttpClient.HttpClient, server.client)
    )
  })
})

describe("nonsense from the token endpoint", () => {
  it.scoped("a redirect is not followed with the password", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(() => plain(302, "", { location: "https://elsewhere.example.test/login" }))
      const tokens = yield* makeProvider(server)
      assert.deepInclude(yield* Effect.flip(tokens.get), {
        _tag: "ProcessMakerUnexpectedStatus",
        status: 302,
        redirectOrigin: "https://elsewhere.example.test"
      })
      assert.strictEqual(server.asked.length, 1)
    }))

  it.scoped("is not asked for over and over", () =>
    simulated(Effect.gen(function*() {
      const server = makeTokenServer(() => plain(200, "<html>"))
      const tokens = yield* makeProvider(server)
      const call = Effect.zipRight(Effect.flip(tokens.get), Effect.sleep("200 millis"))
      yield* Effect.timeoutOption(Effect.forever(call), "65 seconds")
      assert.deepStrictEqual(server.asked.map(({ at }) => Math.round(at / 1000)), [0, 30, 60])
    })))

  it.scoped("small differences do not matter: another case, more fields, no type", () =>
    Effect.gen(function*() {
      for (const token_type of ["bearer", "BEARER", undefined, null]) {
        const tokens = yield* makeProvider(
          makeTokenServer((asked) => granted(asked, { token_type, scope: "", note: "x" }))
        )
        assert.strictEqual(text(yield* tokens.get), "access-1")
      }
    }))
})

it.effect("the fake's own wrong password, wrong secret and revoked client are told apart", () =>
  Effect.gen(function*() {
    const fake = yield* FakeProcessMaker
    const [userId = ""] = fake.userIds
    const reasonWith = (changes: object) =>
      Effect.flatMap(OauthClientsService, (service) => Effect.flip(service.findOauthClients(userId))).pipe(
        Effect.map((error) => ("reason" in error ? error.reason : error._tag)),
        Effect.provide(
          OauthClientsService.layer({ baseUrl: fake.baseUrl, credentials: { ...fake.credentials, ...changes } })
        )
      )
    assert.strictEqual(yield* reasonWith({ password: Redacted.make("wrong") }), "invalid_credentials")
    assert.strictEqual(yield* reasonWith({ clientSecret: Redacted.make("wrong") }), "invalid_client")
    assert.strictEqual(yield* reasonWith({ clientId: "unknown" }), "invalid_client")
  }).pipe(Effect.provide(Layer.provideMerge(FakeProcessMaker.layerHttpClient, FakeProcessMaker.layer()))))
