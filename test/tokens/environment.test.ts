import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const login = {
  PROCESSMAKER_CLIENT_ID: "c",
  PROCESSMAKER_CLIENT_SECRET: "client-secret",
  PROCESSMAKER_USERNAME: "u",
  PROCESSMAKER_PASSWORD: "password"
}

const build = (environment: Record<string, string>) =>
  OauthClientsService.pipe(
    Effect.provide(OauthClientsService.layerConfig.pipe(
      Layer.provide(Layer.succeed(HttpClient.HttpClient, HttpClient.make(() => Effect.never)))
    )),
    Effect.withConfigProvider(
      ConfigProvider.fromMap(
        new Map(Object.entries({ PROCESSMAKER_BASE_URL: "acme.api.processmaker.io", ...environment }))
      )
    )
  )

describe("layerConfig", () => {
  it.effect("takes a variable that is set to nothing as one that is not set", () =>
    build({ ...login, PROCESSMAKER_ACCESS_TOKEN: "", PROCESSMAKER_TOKEN_URL: "" }))

  it.effect("takes an access token in place of the login", () => build({ PROCESSMAKER_ACCESS_TOKEN: "a-token" }))

  it.effect("names the variables that would do when none is set", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(build({}))
      for (const name of ["PROCESSMAKER_ACCESS_TOKEN", ...Object.keys(login)]) assert.include(String(error), name)
    }))

  it.effect("names the variable that is blank, and repeats no value", () =>
    Effect.gen(function*() {
      const error = String(yield* Effect.flip(build({ ...login, PROCESSMAKER_CLIENT_ID: " " })))
      assert.include(error, "PROCESSMAKER_CLIENT_ID")
      assert.notInclude(error, "password\"")
      assert.include(
        String(yield* Effect.flip(build({ PROCESSMAKER_ACCESS_TOKEN: "two words" }))),
        "PROCESSMAKER_ACCESS_TOKEN"
      )
    }))
})
