/** What a layer is told, as it arrives at a server: each setting through each of the clients that Node has. */
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { OauthClientsOptions, OauthClientsServiceShape } from "effect-processmaker-oauth"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { clients, serve } from "../support/servers.js"
import { credentials } from "../token/tokenServer.js"

const stored = (revoked: boolean) => ({ data: { type: "client", id: "99", attributes: { name: "CI", revoked } } })

/** Grants whatever is asked, and ignores every change. */
const server = serve((request, response) => {
  const send = (body: unknown) =>
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body))
  if (request.url === "/oauth/access_token") return send({ access_token: "t", token_type: "Bearer" })
  return send(request.method === "GET" ? { data: [] } : request.method === "PUT" ? stored(false) : { meta: {} })
})

describe.concurrent("over a socket", () => {
  for (const [transport, client] of Object.entries(clients)) {
    const scene = (
      what: string,
      body: (
        using: <A, E>(
          options: Partial<OauthClientsOptions>,
          call: (service: OauthClientsServiceShape) => Effect.Effect<A, E>
        ) => Effect.Effect<A, E | unknown>,
        served: Effect.Effect.Success<typeof server>
      ) => Effect.Effect<void, unknown>
    ) =>
      it.scopedLive(`${what}: ${transport}`, () =>
        Effect.flatMap(server, (served) =>
          body((options, call) =>
            Effect.flatMap(OauthClientsService, call).pipe(
              Effect.provide(Layer.provide(
                OauthClientsService.layer({ baseUrl: `${served.origin}/api/v1`, credentials, ...options }),
                client
              ))
            ), served)))

    scene(
      "protectLogin keeps the client that logs in, and false lets it go",
      (using, { seen }) =>
        Effect.gen(function*() {
          const take = (service: OauthClientsServiceShape) =>
            Effect.all([
              Effect.either(service.deleteOauthClient("u-7", "17")),
              Effect.either(service.updateOauthClient("u-7", "17", { revoked: true }))
            ])
          yield* using({}, take)
          assert.deepStrictEqual(seen, [])
          yield* using({ protectLogin: false }, take)
          assert.deepStrictEqual(seen.map(({ method, url }) => `${method} ${url}`), [
            "POST /oauth/access_token",
            "DELETE /api/v1/users/u-7/clients/17",
            "PUT /api/v1/users/u-7/clients/17"
          ])
        })
    )

    scene("a scope goes into the grant", (using, { seen }) =>
      Effect.gen(function*() {
        const find = (service: OauthClientsServiceShape) => service.findOauthClients("u-7")
        yield* using({ credentials: { ...credentials, scope: "clients:read clients:write" } }, find)
        yield* using({}, find)
        const scopes = seen.filter(({ method }) => method === "POST").map(({ body }) =>
          new URLSearchParams(body).get("scope")
        )
        assert.deepStrictEqual(scopes, ["clients:read clients:write", null])
      }))

    scene("a change that the server ignores is none", (using, { seen }) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(
          using({}, (service) => service.updateOauthClient("u-7", "99", { revoked: true }))
        )
        assert.deepInclude(error, {
          _tag: "ProcessMakerChangeIgnored",
          fields: ["revoked"],
          outcome: "notApplied",
          attempts: 1
        })
        assert.strictEqual(JSON.parse(seen[1]?.body ?? "").data.attributes.revoked, true)
      }))

    // Linux and macOS take 0.0.0.0 for this machine, and the rules do not.
    scene(
      "insecureHosts are reached without TLS, and no other host is",
      (using, { origin, seen }) =>
        Effect.gen(function*() {
          const baseUrl = `${origin.replace("127.0.0.1", "0.0.0.0")}/api/v1`
          const find = (service: OauthClientsServiceShape) => service.findOauthClients("u-7")
          const error = yield* Effect.flip(using({ baseUrl }, find))
          assert.include(String(error), "baseUrl must start with https://")
          assert.deepStrictEqual(seen, [])
          yield* using({ baseUrl, insecureHosts: ["0.0.0.0"] }, find)
          const environment = {
            PROCESSMAKER_BASE_URL: baseUrl,
            PROCESSMAKER_CLIENT_ID: "17",
            PROCESSMAKER_CLIENT_SECRET: "client-secret",
            PROCESSMAKER_USERNAME: "admin",
            PROCESSMAKER_PASSWORD: "pass-word",
            PROCESSMAKER_INSECURE_HOSTS: "fake, 0.0.0.0"
          }
          yield* Effect.flatMap(OauthClientsService, find).pipe(
            Effect.provide(Layer.provide(OauthClientsService.layerConfig, client)),
            Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment))))
          )
          assert.strictEqual(seen.length, 4)
          assert.isTrue(seen.every(({ headers }) => headers.host?.startsWith("0.0.0.0:")))
        })
    )
  }
})
