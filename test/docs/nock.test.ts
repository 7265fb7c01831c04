import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import nock from "nock"

const layer = OauthClientsService.layer({
  baseUrl: "https://acme.api.processmaker.io/api/v1",
  credentials: { accessToken: Redacted.make("token") },
  // No waits: the clock of the test stands still.
  retry: { baseDelay: 0, maxDelay: 0 }
}).pipe(Layer.provide(FetchHttpClient.layer))

it.effect("retries through fetch, answered by nock", () =>
  Effect.gen(function*() {
    const scope = nock("https://acme.api.processmaker.io", { reqheaders: { authorization: "Bearer token" } })
      .get("/api/v1/users/u-7/clients/17").reply(502, "<html>Bad Gateway</html>")
      .get("/api/v1/users/u-7/clients/17").reply(200, {
        data: { type: "client", id: "17", attributes: { name: "Billing bot" } }
      })
    yield* Effect.addFinalizer(() => Effect.sync(() => nock.restore()))

    const oauthClients = yield* OauthClientsService
    assert.strictEqual((yield* oauthClients.findOauthClientById("u-7", "17")).name, "Billing bot")
    // Every answer was used.
    scope.done()
  }).pipe(Effect.scoped, Effect.provide(layer)))
