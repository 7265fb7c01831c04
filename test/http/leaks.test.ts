import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Supervisor from "effect/Supervisor"
import type { ServerResponse } from "node:http"
import { times } from "../support/runs.js"
import { at, clientJson, clientsByConnection, eventually, json, serve } from "../support/servers.js"

const count = times(100, 400)

const resources = () => {
  const counts: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

// What a call can meet: good, failing once or for good, late, cut off, broken, too long a wait.
const good = (response: ServerResponse) => json(response, 200, clientJson("17"))
const answers: ReadonlyArray<(response: ServerResponse) => unknown> = [
  ...Array.from({ length: 8 }, () => good),
  (response) => json(response, 502, "<html>502</html>"),
  (response) => response.socket?.destroy(),
  (response) => json(response, 503, "x".repeat(100_000)),
  () => undefined,
  (response) => json(response, 404, "{}"),
  (response) => response.writeHead(200).write("{"),
  good,
  (response) => json(response, 500, "")
]

describe.each(Object.entries(clientsByConnection))(
  "failing, repeated and interrupted calls with %s",
  (name, client) => {
    it.scopedLive("leave no connection, no fiber and no timer behind", () =>
      Effect.gen(function*() {
        const server = yield* serve((_, response, nth) => answers[nth % answers.length]?.(response))
        yield* Effect.sleep("20 millis")
        const before = resources()
        const supervisor = yield* Supervisor.track
        const ended = { good: 0, bad: 0, interrupted: 0 }
        yield* Effect.gen(function*() {
          const service = yield* OauthClientsService
          const call = Effect.match(service.findOauthClientById("u-7", "17"), {
            onSuccess: () => (ended.good += 1),
            onFailure: () => (ended.bad += 1)
          })
          const one = (nth: number) =>
            nth % 10 === 0
              ? Effect.flatMap(
                Effect.fork(call),
                (fiber) => Effect.zipRight(Effect.sleep(nth % 7), Fiber.interrupt(fiber))
              ).pipe(Effect.map(() => (ended.interrupted += 1)))
              : call
          const calls = Effect.forEach(Array.from({ length: count }, (_, nth) => nth), one, {
            concurrency: 20,
            discard: true
          })
          yield* Effect.supervised(calls, supervisor)
          yield* Effect.sleep("20 millis")
          assert.deepStrictEqual((yield* supervisor.value).map((fiber) => fiber.id()), [], "fibers")
          assert.isAtMost(server.sockets.open, 80, "connections are kept for the next calls, no more than were in use")
        }).pipe(Effect.provide(
          at(server, client, {
            baseDelay: "1 millis",
            maxDelay: "2 millis",
            attemptTimeout: "2 seconds",
            maxAttempts: 3
          })
        ))
        assert.isAbove(ended.good, count / 20)
        assert.isAbove(ended.bad, count / 20)
        assert.isAbove(server.seen.length, count)

        const gone = () => server.sockets.open === 0
        // The connections of the global fetch are the process's own: only the server can end them.
        if (name === "fetch") yield* server.closeConnections
        yield* Effect.timeout(eventually(gone), "5 seconds")
        const left = () =>
          Object.entries(resources()).filter(([name, count]) =>
            /Timeout|TCP|Immediate/.test(name) && count > (before[name] ?? 0) + (name === "Timeout" ? 2 : 0)
          )
        yield* Effect.timeoutOption(eventually(() => left().length === 0), "5 seconds")
        assert.deepStrictEqual(left(), [])
      }))
  }
)
