import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
import type { OauthClientsServiceShape } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { ServerResponse } from "node:http"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { at, clientJson, clientsByConnection, eventually, json, serve } from "../support/servers.js"
import type { Served } from "../support/servers.js"

const quick = { baseDelay: "1 millis", maxDelay: "1 millis" } as const

const using = <A, E>(use: (service: OauthClientsServiceShape) => Effect.Effect<A, E>) =>
  Effect.flatMap(OauthClientsService, use)

const closed = (server: Served) =>
  Effect.timeoutFail(eventually(() => server.sockets.open === 0), {
    duration: "5 seconds",
    onTimeout: () => new Error(`${server.sockets.open} connections are still open`)
  })

describe.each(Object.entries(clientsByConnection))("with %s", (name, client) => {
  // undici opens a second connection when a request comes while the first is being put back; then it stays with the two.
  const atMost = name.includes("keep-alive") ? 1 : 2

  if (name !== "node:http") {
    it.scopedLive("bodies of failures are read, so that the connection is used again", () =>
      Effect.gen(function*() {
        const server = yield* serve((_, response, nth) =>
          nth % 4 === 0 ? json(response, 200, clientJson("17")) : json(response, 502, "x".repeat(60_000))
        )
        yield* using((service) => Effect.repeatN(service.findOauthClientById("u-7", "17"), 14)).pipe(
          Effect.provide(at(server, client, quick))
        )
        assert.strictEqual(server.seen.length, 60)
        assert.isAtMost(server.sockets.accepted, atMost)
      }))

    it.scopedLive("so are empty ones, and those of good answers", () =>
      Effect.gen(function*() {
        const server = yield* serve((request, response) =>
          request.method === "DELETE" ? response.writeHead(204).end() : response.writeHead(404).end()
        )
        yield* using((service) =>
          Effect.repeatN(
            Effect.zipRight(
              service.deleteOauthClient("u-7", "17"),
              Effect.ignore(service.findOauthClientById("u-7", "17"))
            ),
            19
          )
        ).pipe(Effect.provide(at(server, client)))
        assert.strictEqual(server.seen.length, 40)
        assert.isAtMost(server.sockets.accepted, atMost)
      }))
  }

  it.scopedLive("a body without an end is not read to it, and its connection is closed", () =>
    Effect.gen(function*() {
      let sent = 0
      const server = yield* serve((_, response) => {
        response.writeHead(500)
        const chunk = Buffer.alloc(64 * 1024, "x")
        const more = () => {
          do sent += chunk.length
          while (!response.destroyed && response.write(chunk))
        }
        response.on("drain", more)
        more()
      })
      const error = yield* using((service) => Effect.flip(service.deleteOauthClient("u-7", "17"))).pipe(
        Effect.provide(at(server, client))
      )
      assert.deepInclude(error, { _tag: "ProcessMakerServerError", status: 500 })
      yield* closed(server)
      assert.isBelow(sent, 16 * 1024 * 1024)
    }))

  it.scopedLive("a body that stops half-way is waited for only so long; the status stands, and the connection is closed", () =>
    Effect.gen(function*() {
      const server = yield* serve((_, response) => response.writeHead(500, { "content-length": "100" }).write("half"))
      const error = yield* using((service) => Effect.flip(service.deleteOauthClient("u-7", "17"))).pipe(
        Effect.provide(at(server, client))
      )
      assert.deepInclude(error, { _tag: "ProcessMakerServerError", status: 500 })
      yield* closed(server)
    }))

  const parts = {
    "before the headers": () => undefined,
    "within the body": (response: ServerResponse) => response.writeHead(200).write("{")
  }
  for (const [part, answer] of Object.entries(parts)) {
    it.scopedLive(`interruption ${part} closes the socket`, () =>
      Effect.gen(function*() {
        const server = yield* serve((_, response) => void answer(response))
        yield* Effect.gen(function*() {
          const service = yield* OauthClientsService
          const calls: ReadonlyArray<Effect.Effect<void, unknown>> = [
            Effect.asVoid(service.findOauthClientById("u-7", "17")),
            Effect.asVoid(service.addOauthClient("u-7", { name: "A" })),
            Stream.runDrain(service.streamOauthClients("u-7"))
          ]
          for (const [index, call] of calls.entries()) {
            const fiber = yield* Effect.fork(call)
            yield* eventually(() => server.seen.length > index)
            yield* Effect.sleep("20 millis")
            yield* Fiber.interrupt(fiber)
            yield* closed(server)
          }
        }).pipe(Effect.provide(at(server, client)))
      }))

    it.scopedLive(`a deadline that passes ${part} closes the socket: of the attempt, of the call`, () =>
      Effect.gen(function*() {
        const server = yield* serve((_, response) => void answer(response))
        yield* using((service) =>
          Effect.gen(function*() {
            const call = service.findOauthClientById("u-7", "17")
            const attempt = yield* Effect.flip(RetryPolicy.with(call, { attemptTimeout: "60 millis", maxAttempts: 3 }))
            assert.deepInclude(attempt, { _tag: "ProcessMakerTimeout", deadline: "attempt", attempts: 3 })
            yield* closed(server)
            const total = yield* Effect.flip(RetryPolicy.with(call, { totalTimeout: "60 millis" }))
            assert.deepInclude(total, { _tag: "ProcessMakerTimeout", deadline: "total", attempts: 1 })
            yield* closed(server)
          })
        ).pipe(Effect.provide(at(server, client, quick)))
        assert.strictEqual(server.seen.length, 4)
      }))
  }

  it.scopedLive("a connection that breaks is told from one that was never made", () =>
    Effect.gen(function*() {
      const server = yield* serve((request, response) => {
        if (request.method === "GET") response.writeHead(200, { "content-length": "100" }).write("{")
        setImmediate(() => request.socket.destroy())
      })
      yield* using((service) =>
        Effect.gen(function*() {
          const none = RetryPolicy.with(RetryPolicy.none)
          const broken = yield* Effect.flip(none(service.addOauthClient("u-7", { name: "A" })))
          assert.deepInclude(broken, { _tag: "ProcessMakerTransportError", reason: "reset", outcome: "unknown" })
          const truncated = yield* Effect.flip(none(service.findOauthClientById("u-7", "17")))
          assert.strictEqual(truncated._tag, "ProcessMakerTransportError")
        })
      ).pipe(Effect.provide(at(server, client)))

      const port = yield* unusedPort
      const nowhere = { ...server, baseUrl: `http://127.0.0.1:${port}/api/v1` }
      const refused = yield* using((service) => Effect.flip(service.addOauthClient("u-7", { name: "A" }))).pipe(
        Effect.provide(at(nowhere, client, quick))
      )
      assert.deepInclude(refused, {
        _tag: "ProcessMakerTransportError",
        reason: "connect",
        code: "ECONNREFUSED",
        attempts: 5,
        outcome: "notApplied"
      })
    }))
})

const unusedPort = Effect.async<number>((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resume(Effect.succeed(port)))
  })
})
