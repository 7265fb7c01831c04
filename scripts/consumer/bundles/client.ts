// A page that calls the API with a token of its user.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

const layer = OauthClientsService.layer({
  baseUrl: "https://acme.api.processmaker.io/api/v1",
  credentials: { accessToken: Redacted.make("token") }
}).pipe(Layer.provide(FetchHttpClient.layer))

Effect.runFork(
  Effect.flatMap(OauthClientsService, (oauthClients) => oauthClients.findOauthClientById("1", "2")).pipe(
    Effect.provide(layer)
  )
)
