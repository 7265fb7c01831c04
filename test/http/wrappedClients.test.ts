import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { simulated } from "../support/simulatedTime.js"

/** A server that gives one answer after the other, the last one for ever. */
const scripted = (...answers: ReadonlyArray<() => Response>) => {
  let count = 0
  return HttpClient.make((request) =>
    Effect.sync(() =>
      HttpClientResponse.fromWeb(request, (answers[Math.min(count++, answers.length - 1)] ?? Response.error)())
    )
  )
}

const overClient = (client: HttpClient.HttpClient) =>
  OauthClientsService.layer({
    baseUrl: "https://t.example.test/api/v1",
    credentials: { accessToken: Redacted.make("a-token") }
  }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, client)))

const status = (code: number, headers: Record<string, string> = {}) => () =>
  new Response("{}", { status: code, headers })
const item = () => new Response("{\"data\":{\"type\":\"client\",\"id\":\"1\",\"attributes\":{\"name\":\"n\"}}}")

const find = Effect.flatMap(OauthClientsService, (service) => service.findOauthClientById("u", "1"))

describe("a client that fails for a status", () => {
  const strict = (code: number) => overClient(HttpClient.filterStatusOk(scripted(status(code))))

  it.effect("leaves the status to decide", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(Effect.provide(find, strict(404))))._tag, "ProcessMakerNotFound")
      const add = Effect.flatMap(OauthClientsService, (service) => service.addOauthClient("u", { name: "n" }))
      const error = yield* Effect.flip(Effect.provide(add, strict(422)))
      assert.deepInclude(error, { _tag: "ProcessMakerUnprocessable", outcome: "notApplied" })
    }))
})

describe("a server whose clock is years ahead", () => {
  const date = "Fri, 27 Nov 2026 12:00:00 GMT"
  const forms = {
    "Retry-After as a date": { date, "retry-after": "Fri, 27 Nov 2026 12:00:05 GMT" },
    "the reset of a rate limit": { date, "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795780805" },
    "Retry-After before the counters": {
      "retry-after": "5",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "1795780805"
    }
  }
  for (const [name, headers] of Object.entries(forms)) {
    it.effect(`is waited for by its own clock: ${name}`, () =>
      simulated(Effect.gen(function*() {
        yield* Effect.provide(find, overClient(scripted(status(429, headers), item)))
        const now = yield* Clock.currentTimeMillis
        assert.isTrue(now >= 5000 && now < 6000, `${now} ms`)
      })))
  }
})

describe("RetryPolicy.patient", () => {
  it.effect("obeys a Retry-After of an hour", () =>
    simulated(Effect.gen(function*() {
      const client = yield* find.pipe(
        RetryPolicy.with(RetryPolicy.patient),
        Effect.provide(overClient(scripted(status(503, { "retry-after": "3600" }), item)))
      )
      assert.strictEqual(client.name, "n")
    })))
})

describe("RetryPolicy.patient, in an outage", () => {
  const downFor = (minutes: number) =>
    overClient(HttpClient.make((request) =>
      Effect.map(Clock.currentTimeMillis, (now) =>
        HttpClientResponse.fromWeb(
          request,
          now < minutes * 60_000 ? new Response("{}", { status: 503 }) : item()
        ))
    ))

  it.effect("of an hour, waits rather than fails", () =>
    Effect.forEach(
      Array.from({ length: 5 }),
      () => simulated(Effect.provide(RetryPolicy.with(find, RetryPolicy.patient), downFor(60)))
    ))

  it.effect("of half an hour, has a turn in the budget for each of 150 calls", () =>
    simulated(
      Effect.all(Array.from({ length: 150 }, () => find), { concurrency: "unbounded" }).pipe(
        RetryPolicy.with(RetryPolicy.patient),
        Effect.provide(downFor(30))
      )
    ))
})

describe("a token that cannot be renewed", () => {
  it.effect("announces no repeat when the API refuses it", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const told: Array<string> = []
      const error = yield* service.streamOauthClientEvents("u").pipe(
        Stream.runForEach((event) => Effect.sync(() => told.push(event._tag))),
        Effect.flip
      )
      assert.strictEqual(error._tag, "ProcessMakerUnauthorized")
      assert.deepStrictEqual(told, [])
    }).pipe(Effect.provide(overClient(scripted(status(401))))))
})

describe("input that only JavaScript lets through", () => {
  it.effect("is refused before any request", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      for (const options of [null, { perpage: 3 }, { page: "1" }]) {
        const error = yield* Effect.flip(service.findOauthClients("u", options as never))
        assert.strictEqual(error._tag, "ProcessMakerInvalidRequest")
      }
      for (const policy of [{ attemptTimeout: Number.NaN }, { baseDelay: -5 }, { maxRetries: 3 }]) {
        const error = yield* Effect.flip(RetryPolicy.with(find, policy as never))
        assert.strictEqual(error._tag, "ProcessMakerInvalidRequest")
      }
    }).pipe(Effect.provide(overClient(scripted(() => new Response(null, { status: 500 }))))))
})
