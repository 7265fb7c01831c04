import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { at, clientJson, clientsByConnection, json, serve } from "../support/servers.js"

const following: Record<string, Layer.Layer<HttpClient.HttpClient>> = {
  "HttpClient.followRedirects": Layer.provide(
    Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, HttpClient.followRedirects(5))),
    NodeHttpClient.layerUndici
  ),
  "a fetch that follows whatever it is told": FetchHttpClient.layer.pipe(
    Layer.provideMerge(Layer.succeed(
      FetchHttpClient.Fetch,
      (input, init) => globalThis.fetch(input, { ...init, redirect: "follow" })
    ))
  )
}

describe.each([301, 302, 303, 307, 308])("a %i", (status) => {
  for (const [name, client] of Object.entries(clientsByConnection)) {
    it.scopedLive(`is not followed by ${name}, and is an error`, () =>
      Effect.gen(function*() {
        const other = yield* serve((_, response) => json(response, 200, clientJson("17")))
        const server = yield* serve((_, response) =>
          response.writeHead(status, { location: `${other.origin}/login` }).end("<html>login</html>")
        )
        yield* Effect.gen(function*() {
          const service = yield* OauthClientsService
          for (const call of [service.findOauthClientById("u-7", "17"), service.addOauthClient("u-7", { name: "A" })]) {
            const error = yield* Effect.flip(Effect.asVoid(call))
            assert.deepInclude(error, {
              _tag: "ProcessMakerUnexpectedStatus",
              status,
              attempts: 1,
              redirectOrigin: other.origin
            })
          }
        }).pipe(Effect.provide(at(server, client)))
        assert.strictEqual(other.seen.length, 0)
        assert.strictEqual(server.seen.length, 2)
      }))
  }

  for (const [name, client] of Object.entries(following)) {
    it.scopedLive(`that is followed all the same is found out, and not repeated: ${name}`, () =>
      Effect.gen(function*() {
        const other = yield* serve((_, response, nth) =>
          json(response, [200, 503, 401][nth - 1] ?? 200, clientJson("17"), { "retry-after": "0" })
        )
        const server = yield* serve((_, response) =>
          response.writeHead(status, { location: `${other.origin}/x` }).end()
        )
        yield* Effect.gen(function*() {
          const service = yield* OauthClientsService
          for (let nth = 1; nth <= 3; nth++) {
            const error = yield* Effect.flip(service.deleteOauthClient("u-7", "17"))
            assert.deepInclude(error, { _tag: "ProcessMakerUnexpectedStatus", attempts: 1, outcome: "unknown" })
            assert.strictEqual(server.seen.length, nth)
          }
        }).pipe(Effect.provide(at(server, client)))
      }))
  }
})

describe("a client that rewrites requests", () => {
  it.scopedLive("is no redirect", () =>
    Effect.gen(function*() {
      const server = yield* serve((_, response) => json(response, 200, clientJson("17")))
      const gateway = Layer.effect(
        HttpClient.HttpClient,
        Effect.map(
          HttpClient.HttpClient,
          HttpClient.mapRequest((request) =>
            HttpClientRequest.setUrl(request, request.url.replace("https://acme.example", server.origin))
          )
        )
      ).pipe(Layer.provide(NodeHttpClient.layerUndici))
      const found = yield* Effect.flatMap(OauthClientsService, (service) => service.findOauthClientById("u-7", "17"))
        .pipe(
          Effect.provide(at({ ...server, baseUrl: "https://acme.example/api/v1" }, gateway))
        )
      assert.strictEqual(found.id, "17")
    }))
})
