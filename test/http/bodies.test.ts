import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, ProcessMakerInvalidResponse } from "effect-processmaker-oauth"
import type { OauthClientsOptions } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import type { RequestListener } from "node:http"
import { createGzip } from "node:zlib"
import { credentials } from "../support/hostile.js"
import { callWith, json, operations, token } from "../support/scripted.js"
import type { Operation } from "../support/scripted.js"
import { clients, serve } from "../support/servers.js"

const call = (
  client: HttpClient.HttpClient,
  origin: string,
  options: Partial<OauthClientsOptions> = {},
  operation: Operation = "findOauthClients"
) =>
  Effect.flip(Effect.flatMap(OauthClientsService, (service) => operations[operation](service))).pipe(
    Effect.provide(OauthClientsService.layer({
      baseUrl: `${origin}/api/v1`,
      credentials: { accessToken: token },
      retry: { maxAttempts: 1 },
      ...options
    })),
    Effect.provideService(HttpClient.HttpClient, client)
  )

const mebi = 1024 * 1024
const piece = Buffer.alloc(64 * 1024, 32)
const used = () => {
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return (arrayBuffers + heapUsed) / mebi
}

/** Samples what memory is in use while the effect runs. */
const growth = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const before = used()
    let most = 0
    const timer = setInterval(() => (most = Math.max(most, used() - before)), 5)
    const value = yield* Effect.ensuring(effect, Effect.sync(() => clearInterval(timer)))
    return { value, most }
  })

const pour = (total: number, headers: Record<string, string> = {}, status = 200): RequestListener => (_, response) => {
  response.writeHead(status, { "content-type": "application/json", ...headers })
  let sent = 0
  const more = () => {
    while (sent < total && !response.destroyed) {
      sent += piece.length
      if (!response.write(piece)) return void response.once("drain", more)
    }
    response.end()
  }
  more()
}

// A gigabyte of spaces, in a megabyte.
const bomb: RequestListener = (_, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" })
  const gzip = createGzip()
  gzip.pipe(response)
  let left = 1024 * 16
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= 1
      if (!gzip.write(piece)) return void gzip.once("drain", more)
    }
    gzip.end()
  }
  more()
}

const isTooLarge = (error: unknown) => {
  if (!(error instanceof ProcessMakerInvalidResponse)) return assert.fail(String(error))
  assert.deepStrictEqual([error.reason, error.status], ["size", 200])
}

describe("a body over the cap", () => {
  for (const [name, layer] of Object.entries(clients)) {
    it.scopedLive(`${name}: without Content-Length, and with it`, () =>
      Effect.gen(function*() {
        const client = yield* HttpClient.HttpClient
        const chunked = yield* serve(pour(256 * mebi))
        const { most, value } = yield* growth(call(client, chunked.origin))
        isTooLarge(value)
        assert.isBelow(most, 96)
        const declared = yield* serve(pour(64 * mebi, { "content-length": String(64 * mebi) }))
        isTooLarge(yield* call(client, declared.origin))
        isTooLarge(yield* call(client, declared.origin, { maxBodySize: 1000 }))
      }).pipe(Effect.provide(layer)))

    it.scopedLive(`${name}: of a refusal, it does not matter`, () =>
      Effect.gen(function*() {
        const { origin } = yield* serve((request, response) => {
          pour(256 * mebi, {}, 404)(request, response)
        })
        const error = yield* call(yield* HttpClient.HttpClient, origin)
        assert.strictEqual(
          error && typeof error === "object" && "_tag" in error ? error._tag : "",
          "ProcessMakerNotFound"
        )
      }).pipe(Effect.provide(layer)))
  }

  it.scopedLive("fetch: a small gzip that unpacks to a gigabyte", () =>
    Effect.gen(function*() {
      const { origin } = yield* serve(bomb)
      const { most, value } = yield* growth(call(yield* HttpClient.HttpClient, origin))
      isTooLarge(value)
      assert.isBelow(most, 96)
    }).pipe(Effect.provide(clients["fetch"] ?? assert.fail())))

  it.scopedLive("of the token endpoint too", () =>
    Effect.gen(function*() {
      const { origin } = yield* serve(pour(64 * mebi))
      const error = yield* call(yield* HttpClient.HttpClient, origin, { credentials })
      assert.deepInclude({ ...(error instanceof Error ? error : {}) }, {
        _tag: "ProcessMakerLoginFailed",
        reason: "invalid_response"
      })
    }).pipe(Effect.provide(clients["undici"] ?? assert.fail())))

  it.effect("up to the last byte of the cap it is read", () =>
    Effect.gen(function*() {
      const text = JSON.stringify({ data: { type: "client", id: "17", attributes: { name: "\u00e9" } } })
      const size = new TextEncoder().encode(text).length
      yield* callWith("findOauthClientById", () => json(text), { maxBodySize: size })
      isTooLarge(yield* Effect.flip(callWith("findOauthClientById", () => json(text), { maxBodySize: size - 1 })))
    }))

  it.effect("a hundred thousand single bytes take no more memory than their sum", () =>
    Effect.gen(function*() {
      let left = 100_000
      const drops = () =>
        new Response(
          new ReadableStream<Uint8Array>({
            pull: (controller) => {
              for (let index = 0; index < 1000 && left > 0; index += 1) {
                left -= 1
                controller.enqueue(new Uint8Array([32]))
              }
              if (left === 0) controller.close()
            }
          })
        )
      const { most, value } = yield* growth(Effect.flip(callWith("findOauthClients", drops)))
      assert.instanceOf(value, ProcessMakerInvalidResponse)
      assert.isBelow(most, 100)
    }))
})

describe("a body that drips", () => {
  for (const [name, layer] of Object.entries(clients)) {
    it.scopedLive(name, () =>
      Effect.gen(function*() {
        const { origin } = yield* serve((_, response) => {
          response.writeHead(200, { "content-type": "application/json" })
          const timer = setInterval(() => response.write(" "), 20)
          response.on("close", () => clearInterval(timer))
        })
        const client = yield* HttpClient.HttpClient
        const attempt = yield* call(client, origin, { retry: { maxAttempts: 1, attemptTimeout: "200 millis" } })
        assert.deepInclude({ ...(attempt instanceof Error ? attempt : {}) }, {
          _tag: "ProcessMakerTimeout",
          deadline: "attempt"
        })
        const total = yield* call(client, origin, { retry: { totalTimeout: "200 millis" } })
        assert.deepInclude({ ...(total instanceof Error ? total : {}) }, {
          _tag: "ProcessMakerTimeout",
          deadline: "total"
        })
        const login = yield* call(client, origin, {
          credentials,
          retry: { maxAttempts: 1, attemptTimeout: "200 millis" }
        })
        assert.deepInclude({ ...(login instanceof Error ? login : {}) }, { _tag: "ProcessMakerTimeout" })
      }).pipe(Effect.provide(layer)))
  }
})

describe("JSON that is deep or long", () => {
  const million = 1_000_000
  const row = (attributes: string) => `{"type":"client","id":"17","attributes":${attributes}}`
  const rows = (text: string, count: number) => `{"data":[${Array.from({ length: count }, () => text).join(",")}]}`
  const bodies: Readonly<Record<string, string>> = {
    "a list in a list in a list": "[".repeat(2 * million) + "]".repeat(2 * million),
    "a list that never ends": "[".repeat(8 * million),
    "an object in an object": `${"{\"data\":".repeat(million)}1${"}".repeat(million)}`,
    "deep rows": `{"data":[${"[".repeat(million)}${"]".repeat(million)}]}`,
    "deep secrets": `{"data":[${row(`{"name":"x","secret":${"[".repeat(million)}${"]".repeat(million)}}`)}]}`,
    "deep errors": `{"errors":[{"detail":${"{\"a\":".repeat(million)}1${"}".repeat(million)}}]}`,
    "four million rows": rows("1", 4 * million),
    "rows that are empty": rows("{}", 2 * million),
    "rows that are good": rows(row(`{"name":"x"}`), 100_000),
    "a million errors": `{"errors":[${Array.from({ length: 500_000 }, () => "{\"code\":1}").join(",")}]}`,
    "a million keys": `{${Array.from({ length: 300_000 }, (_, index) => `"k${index}":[1]`).join(",")}}`,
    "a key of megabytes": `{"data":{"${"k".repeat(8 * million)}":1}}`,
    "a number of megabytes": `{"data":${"9".repeat(8 * million)}}`,
    "a text of megabytes": JSON.stringify({ errors: [{ detail: "Ab1".repeat(2 * million) }] })
  }
  for (const [name, text] of Object.entries(bodies)) {
    it.live(name, () =>
      Effect.gen(function*() {
        for (const operation of ["findOauthClients", "findOauthClientById"] as const) {
          const started = performance.now()
          const error = yield* Effect.flip(callWith(operation, () => json(text)))
          if (!(error instanceof ProcessMakerInvalidResponse)) return assert.fail(String(error))
          assert.isBelow(error.message.length, 2500)
          if (name.includes("rows") && !name.startsWith("deep") && operation === "findOauthClients") {
            assert.strictEqual(error.reason, "size")
          }
          assert.isBelow(JSON.stringify(error).length, 10_000)
          // Parsing alone takes up to two seconds on a slow machine; decoding it all would take a minute.
          assert.isBelow(performance.now() - started, 15_000)
        }
      }))
  }
})

describe("decode errors are short", () => {
  it.effect("a hundred bad rows are one short error", () =>
    Effect.gen(function*() {
      const bad = { type: "user", id: [], attributes: { secret: 7, revoked: "no", created_at: "never" } }
      const error = yield* Effect.flip(
        callWith("findOauthClients", () => json({ data: Array.from({ length: 100 }, () => bad) }))
      )
      if (!(error instanceof ProcessMakerInvalidResponse)) return assert.fail(String(error))
      assert.strictEqual(error.issues.length, 10)
      assert.isBelow(error.message.length, 1000)
      assert.isBelow(JSON.stringify(error).length, 3000)
    }))

  it.live("and ten times as many take about ten times as long, not a hundred times", () =>
    Effect.gen(function*() {
      const bad = { type: "user", id: [], attributes: { secret: 7, revoked: "no", created_at: "never" } }
      const time = (count: number) =>
        Effect.gen(function*() {
          const text = JSON.stringify({ data: Array.from({ length: count }, () => bad) })
          const started = performance.now()
          yield* Effect.flip(callWith("findOauthClients", () => json(text)))
          return performance.now() - started
        })
      yield* time(1000)
      const [short, long] = [yield* time(1000), yield* time(10_000)]
      assert.isBelow(long, 50 * Math.max(short, 20))
    }))
})
