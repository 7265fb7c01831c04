import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, ProcessMakerUnexpectedStatus } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Agent, interceptors } from "undici"
import { credentials } from "../support/hostile.js"
import { operationNames, operations, token } from "../support/scripted.js"
import type { Operation } from "../support/scripted.js"
import { clients, serve } from "../support/servers.js"

const good = JSON.stringify({ data: { type: "client", id: "17", attributes: { name: "CI" } } })

const call = (client: HttpClient.HttpClient, origin: string, operation: Operation, login = false, maxAttempts = 1) =>
  Effect.flip(Effect.flatMap(OauthClientsService, (service) => operations[operation](service))).pipe(
    Effect.provide(OauthClientsService.layer({
      baseUrl: `${origin}/api/v1`,
      credentials: login ? credentials : { accessToken: token },
      retry: { maxAttempts, baseDelay: 0 }
    })),
    Effect.provideService(HttpClient.HttpClient, client)
  )

const isRedirect = (error: unknown, status: number, origin: string) => {
  if (!(error instanceof ProcessMakerUnexpectedStatus)) return assert.fail(String(error))
  assert.deepStrictEqual([error.status, error.redirectOrigin], [status, origin])
  assert.include(error.message, String(status))
  assert.include(error.message, origin)
}

describe("a redirect is never followed", () => {
  for (const [name, layer] of Object.entries(clients)) {
    for (const status of [301, 302, 303, 307, 308]) {
      it.scopedLive(`${name}, ${status}`, () =>
        Effect.gen(function*() {
          const target = yield* serve((_, response) =>
            response.writeHead(200, { "content-type": "application/json" }).end(good)
          )
          const { origin, seen } = yield* serve((_, response) =>
            response.writeHead(status, { location: `${target.origin}/api/v1/x?y=z` }).end()
          )
          const client = yield* HttpClient.HttpClient
          for (const operation of operationNames) {
            isRedirect(yield* call(client, origin, operation), status, target.origin)
            isRedirect(yield* call(client, origin, operation, true), status, target.origin)
          }
          assert.strictEqual(seen.length, 2 * operationNames.length)
          assert.deepStrictEqual(target.seen, [])
        }).pipe(Effect.provide(layer)))
    }
  }
})

// The token is already where it was led to, so all that is left is to say so, and not to do it twice.
describe("a client that follows redirects by itself is found out", () => {
  const ignoring: typeof fetch = (input, init) => fetch(input, { ...init, redirect: "follow" })
  const following: Readonly<Record<string, Layer.Layer<HttpClient.HttpClient>>> = {
    "fetch that ignores its options": Layer.provide(
      FetchHttpClient.layer,
      Layer.succeed(FetchHttpClient.Fetch, ignoring)
    ),
    "undici with an interceptor": Layer.provide(
      NodeHttpClient.layerUndiciWithoutDispatcher,
      Layer.scoped(
        NodeHttpClient.Dispatcher,
        Effect.map(
          Effect.acquireRelease(Effect.sync(() => new Agent()), (agent) => Effect.promise(() => agent.destroy())),
          (agent) => agent.compose(interceptors.redirect({ maxRedirections: 3 }))
        )
      )
    ),
    ...Object.fromEntries(
      Object.entries(clients).map(([name, layer]) => [
        `HttpClient.followRedirects over ${name}`,
        Layer.provide(
          Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, HttpClient.followRedirects(3))),
          layer
        )
      ])
    )
  }

  for (const [name, layer] of Object.entries(following)) {
    for (const status of [200, 401, 404, 429, 503]) {
      it.scopedLive(`${name}, to a ${status}`, () =>
        Effect.gen(function*() {
          const target = yield* serve((_, response) =>
            response.writeHead(status, { "content-type": "application/json" }).end(good)
          )
          const { origin } = yield* serve((_, response) =>
            response.writeHead(302, { location: `${target.origin}/elsewhere` }).end()
          )
          const client = yield* HttpClient.HttpClient
          // Fetch cannot send a body once more.
          for (
            const operation of operationNames.filter((each) =>
              each !== "updateOauthClient" || !name.startsWith("fetch")
            )
          ) {
            const before = target.seen.length
            const error = yield* call(client, origin, operation, false, 3)
            isRedirect(error, status, target.origin)
            assert.strictEqual(target.seen.length, before + 1)
            if (operation === "addOauthClient") assert.deepInclude({ ...error }, { outcome: "unknown" })
          }
          isRedirect(yield* call(client, origin, "findOauthClients", true), status, target.origin)
        }).pipe(Effect.provide(layer)))
    }
  }
})
