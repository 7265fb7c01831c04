import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { accessToken, call, document, failure } from "./callers.js"
import { Target, ways } from "./ways.js"

const codes = (value: unknown): ReadonlyArray<string> => {
  if (!(value instanceof Error)) return []
  return ["code" in value ? String(value.code) : "", ...codes(value.cause)]
}

const outcome = (self: ReturnType<typeof call>) =>
  Effect.match(self, {
    onSuccess: ({ json, status }) => json === undefined ? `${status}, not JSON` : String(status),
    onFailure: ({ _tag, cause }: HttpClientError.HttpClientError) =>
      `${_tag} ${codes(cause).find((code) => code.startsWith("E") || code.startsWith("U"))}`
  })

const broken = (name: string): string => `ResponseError ${name.endsWith("node:http") ? "ECONNRESET" : "UND_ERR_SOCKET"}`

const eventually = <E, R>(self: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(self, { until: (holds) => holds, schedule: Schedule.spaced("2 millis") })

for (const [name, way] of Object.entries(ways)) {
  const expected: ReadonlyArray<readonly [string, Fault.FaultStep, string]> = [
    ["refuse", Fault.refuse, name === "in process" ? "RequestError ECONNREFUSED" : "RequestError ECONNRESET"],
    ["resetBefore", Fault.resetBefore, "RequestError ECONNRESET"],
    ["resetAfter", Fault.resetAfter, "RequestError ECONNRESET"],
    ["truncate", Fault.truncate, broken(name)],
    ["truncateAt(0)", Fault.truncateAt(0), broken(name)],
    ["truncateAt(0.999)", Fault.truncateAt(0.999), broken(name)],
    ["drip", Fault.drip("2 millis", 5), "200"],
    ["drip, faster than can be told apart", Fault.drip(0, 200), "200"],
    ["delay", Fault.delay("5 millis"), "200"],
    ["pass", Fault.pass, "200"],
    ["malformedBody", Fault.malformedBody, "200, not JSON"],
    ["badGateway", Fault.badGateway, "502, not JSON"],
    ["loginRedirect", Fault.loginRedirect, "302, not JSON"],
    ["tooManyRequests", Fault.tooManyRequests(), "429"],
    ["unavailable", Fault.unavailable("1 second"), "503"],
    ["respond with nothing", Fault.respond({ status: 204 }), "204, not JSON"],
    ["respond with an object", Fault.respond({ status: 418, body: { teapot: true } }), "418"],
    ["expireTokens", Fault.expireTokens, "401"],
    ["a broken off 502", Fault.together(Fault.badGateway, Fault.truncate), broken(name)]
  ]

  describe(name, () => {
    for (const [title, step, result] of expected) {
      it.live(`${title}: ${result}`, () =>
        Effect.gen(function*() {
          const fake = yield* FakeProcessMaker
          const place = yield* Target
          const list = call(place, "GET", `/users/${fake.userIds[0]}/clients`, { token: yield* accessToken(place) })
          yield* fake.script(Fault.onOperation("findOauthClients", step))
          assert.strictEqual(yield* outcome(list), result)
          const next = call(place, "GET", `/users/${fake.userIds[0]}/clients`, { token: yield* accessToken(place) })
          assert.strictEqual(yield* outcome(next), "200")
          assert.deepStrictEqual(yield* fake.pendingFaults, [])
          yield* eventually(Effect.map(fake.inFlight(), (count) => count === 0))
        }).pipe(Effect.provide(way())))
    }

    it.live("a lost 201 leaves the client, a reset before does not", () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const place = yield* Target
        const userId = fake.userIds[1] ?? ""
        const token = yield* accessToken(place)
        const add = (text: string) =>
          call(place, "POST", `/users/${userId}/clients`, { token, body: document({ name: text }) })
        yield* fake.script(Fault.onOperation("addOauthClient", Fault.resetBefore, Fault.resetAfter, Fault.truncate))
        yield* failure(add("before"))
        yield* failure(add("after"))
        yield* failure(add("truncated"))
        const names = (yield* fake.clients(userId)).slice(20).map((client) => client.name)
        assert.deepStrictEqual(names, ["after", "truncated"])
      }).pipe(Effect.provide(way())))

    it.live("forgets a request whose caller went away", () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const place = yield* Target
        const list = call(place, "GET", `/users/${fake.userIds[0]}/clients`, { token: yield* accessToken(place) })
        yield* fake.script(
          Fault.onOperation("findOauthClients", Fault.hang, Fault.drip("1 hour"), Fault.delay("1 hour"))
        )
        for (const last of ["interrupted", "answered", "interrupted"]) {
          const fiber = yield* Effect.fork(list)
          yield* eventually(Effect.map(fake.inFlight("findOauthClients"), (count) => count === 1))
          yield* Effect.sleep("10 millis")
          yield* Fiber.interrupt(fiber)
          yield* eventually(Effect.map(fake.inFlight("findOauthClients"), (count) => count === 0))
          assert.strictEqual((yield* fake.requests).at(-1)?.outcome, last)
        }
      }).pipe(Effect.provide(way())))

    it.live("counts what is on its way at once", () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const place = yield* Target
        const list = call(place, "GET", `/users/${fake.userIds[0]}/clients`, { token: yield* accessToken(place) })
        yield* fake.script(Fault.onOperation("findOauthClients", Fault.always(Fault.delay("200 millis"))))
        yield* Effect.replicateEffect(list, 8, { concurrency: 4 })
        assert.strictEqual(yield* fake.maxInFlight("findOauthClients"), 4)
        assert.strictEqual(yield* fake.maxInFlight("token"), 1)
        assert.strictEqual(yield* fake.maxInFlight(), 4)
      }).pipe(Effect.provide(way())))

    it.live("answers a browser's preflight and lets any origin read", () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const place = yield* Target
        const url = `${place.baseUrl}/users/${fake.userIds[0]}/clients`
        yield* fake.script(Fault.onAny(Fault.badGateway))
        const preflight = yield* HttpClient.execute(
          HttpClientRequest.options(url).pipe(
            HttpClientRequest.setHeader("access-control-request-headers", "authorization,content-type")
          )
        )
        assert.strictEqual(preflight.status, 204)
        assert.deepInclude(preflight.headers, {
          "access-control-allow-origin": "*",
          "access-control-allow-headers": "authorization,content-type"
        })
        const reply = yield* call(place, "GET", `/users/${fake.userIds[0]}/clients`)
        assert.deepInclude(reply.headers, { "access-control-allow-origin": "*" })
        assert.deepStrictEqual([reply.status, yield* fake.pendingFaults], [502, []])
      }).pipe(Effect.provide(way())))
  })
}
