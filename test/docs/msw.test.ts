import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { http, HttpResponse } from "msw"
import { setupServer } from "msw/node"

const baseUrl = "https://acme.api.processmaker.io/api/v1"

const clients = http.post(`${baseUrl}/users/:userId/clients`, async ({ request }) => {
  const { data } = await request.clone().json() as { data: { attributes: object } }
  return HttpResponse.json({ data: { type: "client", id: "17", attributes: data.attributes } }, { status: 201 })
})

const intercepted = Layer.scopedDiscard(Effect.acquireRelease(
  Effect.sync(() => {
    const server = setupServer(clients)
    server.listen({ onUnhandledRequest: "error" })
    return server
  }),
  (server) => Effect.sync(() => server.close())
))

const layer = OauthClientsService.layer({ baseUrl, credentials: { accessToken: Redacted.make("token") } }).pipe(
  Layer.provide(FetchHttpClient.layer),
  Layer.provide(intercepted)
)

it.effect("adds a client through fetch, answered by msw", () =>
  Effect.gen(function*() {
    const oauthClients = yield* OauthClientsService
    const { id, name } = yield* oauthClients.addOauthClient("u-7", { name: "Billing bot" })
    assert.deepStrictEqual([String(id), name], ["17", "Billing bot"])
  }).pipe(Effect.provide(layer)))
