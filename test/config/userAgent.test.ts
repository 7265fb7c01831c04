import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, ProcessMakerConfig } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync } from "node:fs"
import { clients, serve } from "../support/servers.js"
import { credentials } from "../token/tokenServer.js"

const { name, version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))
const baseUrl = "https://acme.test/api/v1"

/** The `User-Agent` of a login and of a call, as they arrive. */
const sentBy = (client: (typeof clients)[string] | undefined, userAgent?: string) =>
  Effect.gen(function*() {
    const server = yield* serve((request, response) =>
      response.writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify(request.url === "/oauth/access_token" ? { access_token: "t" } : { data: [] }))
    )
    const layer = OauthClientsService.layer({ baseUrl: `${server.origin}/api/v1`, credentials, userAgent })
    yield* Effect.flatMap(OauthClientsService, (service) => service.findOauthClients("u")).pipe(
      Effect.provide(Layer.provide(layer, client ?? Layer.die("no client")))
    )
    return server.seen.map(({ headers }) => headers["user-agent"])
  })

describe("User-Agent", () => {
  for (const [transport, client] of Object.entries(clients)) {
    it.scopedLive(`names this package and its version, or what is asked for: ${transport}`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* sentBy(client), [`${name}/${version}`, `${name}/${version}`])
        assert.deepStrictEqual(yield* sentBy(client, "acme sync/2 (ops@acme.test)"), [
          "acme sync/2 (ops@acme.test)",
          "acme sync/2 (ops@acme.test)"
        ])
      }))
  }

  it.effect("is left to a browser, and refused where it is no header", () =>
    Effect.gen(function*() {
      const browser = { configurable: true, value: { userAgent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/120.0" } }
      const restore = Object.getOwnPropertyDescriptor(globalThis, "navigator")
      Object.defineProperty(globalThis, "navigator", browser)
      yield* Effect.addFinalizer(() =>
        Effect.sync(() =>
          restore === undefined
            ? Reflect.deleteProperty(globalThis, "navigator")
            : Object.defineProperty(globalThis, "navigator", restore)
        )
      )
      assert.strictEqual((yield* ProcessMakerConfig.make({ baseUrl })).userAgent, undefined)
      assert.strictEqual((yield* ProcessMakerConfig.make({ baseUrl, userAgent: "mine/1" })).userAgent, "mine/1")
      for (const userAgent of ["", " a", "a\r\nx-admin: 1", "bücher/1"]) {
        const error = yield* Effect.flip(ProcessMakerConfig.make({ baseUrl, userAgent }))
        assert.include(String(error), "userAgent must be visible ASCII characters")
      }
    }).pipe(Effect.scoped))
})
