// A program of someone who installed the package.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { OauthClientsService, type ProcessMakerNotFound } from "effect-processmaker-oauth"
import { layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

// @ts-expect-error: what is internal has no types either
import type {} from "effect-processmaker-oauth/internal/wire/document"

const program: Effect.Effect<string, ProcessMakerNotFound, OauthClientsService> = Effect.gen(function*() {
  const oauthClients = yield* OauthClientsService
  const client = yield* oauthClients.findOauthClientById("1", "2")
  return client.name
}).pipe(
  Effect.catchAll((error) => error._tag === "ProcessMakerNotFound" ? Effect.fail(error) : Effect.succeed(""))
)

export const live = program.pipe(
  Effect.provide(
    OauthClientsService.layer({
      baseUrl: "https://acme.api.processmaker.io/api/v1",
      // What a program has not set may be passed on as it is.
      credentials: { accessToken: Redacted.make("token") },
      userAgent: undefined,
      retry: { maxAttempts: undefined }
    }).pipe(Layer.provide(FetchHttpClient.layer))
  )
)

export const tested = program.pipe(Effect.provide(layerTest()))
