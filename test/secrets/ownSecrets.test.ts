import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import { assertNoSecrets } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

// Words, as people choose them: nothing in their looks gives them away.
const secrets = ["hunter", "clientword", "tokenword", "refreshword"]

const repeatsAll = HttpClient.make((request, url) =>
  Effect.sync(() => {
    const body = url.pathname.startsWith("/oauth")
      ? { token_type: "Bearer", access_token: "tokenword", refresh_token: "refreshword" }
      : { errors: [{ detail: `cannot log ${secrets.join(", ")} in`, title: secrets[0], code: secrets[1] }] }
    const status = url.pathname.startsWith("/oauth") ? 200 : 422
    return HttpClientResponse.fromWeb(request, new Response(JSON.stringify(body), { status }))
  })
)

it.effect("an API that repeats the login's secrets does not bring them into its error", () =>
  Effect.gen(function*() {
    const oauthClients = yield* OauthClientsService
    const error = yield* Effect.flip(oauthClients.addOauthClient("u", { name: "n" }))
    assert.strictEqual(error._tag, "ProcessMakerUnprocessable")
    assert.include(error.message, "cannot log")
    assertNoSecrets(error, secrets)
  }).pipe(Effect.provide(
    OauthClientsService.layer({
      baseUrl: "https://t.example.test/api/v1",
      credentials: {
        clientId: "c",
        clientSecret: Redacted.make("clientword"),
        username: "u",
        password: Redacted.make("hunter")
      }
    }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, repeatsAll)))
  )))
