import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

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

  it.effect("says all that is missing or wrong at once", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(build({
        ...login,
        PROCESSMAKER_BASE_URL: "http://acme.test",
        PROCESSMAKER_CLIENT_SECRET: "",
        PROCESSMAKER_PASSWORD: ""
      }))
      assert(ConfigError.isConfigError(error))
      for (const name of ["PROCESSMAKER_BASE_URL", "PROCESSMAKER_CLIENT_SECRET", "PROCESSMAKER_PASSWORD"]) {
        assert.include(String(error), name)
      }
      for (const name of ["PROCESSMAKER_CLIENT_ID", "PROCESSMAKER_USERNAME", "<redacted>"]) {
        assert.notInclude(String(error), name)
      }
    }))

  it.effect("says in the message itself what to set", () =>
    Effect.gen(function*() {
      const messages = [
        [{ ...login, PROCESSMAKER_BASE_URL: "" }, "set PROCESSMAKER_BASE_URL"],
        [{ ...login, PROCESSMAKER_PASSWORD: "" }, "set PROCESSMAKER_PASSWORD"],
        [{}, "or PROCESSMAKER_ACCESS_TOKEN in their place"],
        [{ ...login, PROCESSMAKER_TOKEN_URL: "foo" }, "PROCESSMAKER_TOKEN_URL must be a complete URL"],
        [{ PROCESSMAKER_ACCESS_TOKEN: "two words" }, "PROCESSMAKER_ACCESS_TOKEN must be visible ASCII characters"]
      ] as const
      for (const [environment, words] of messages) {
        const error = yield* Effect.flip(build(environment))
        assert.include("message" in error ? error.message : "", words)
      }
    }))

  it.effect("names variables as a nested provider spells them", () =>
    Effect.gen(function*() {
      const nested = (values: Record<string, string>) =>
        Layer.build(OauthClientsService.layerConfig).pipe(
          Effect.scoped,
          Effect.provideService(HttpClient.HttpClient, HttpClient.make(() => Effect.never)),
          Effect.withConfigProvider(ConfigProvider.nested(
            ConfigProvider.fromMap(
              new Map(Object.entries(values).map(([name, value]) => [`EU_${name}`, value])),
              { pathDelim: "_" }
            ),
            "EU"
          )),
          Effect.flip,
          Effect.map(String)
        )
      const base = { PROCESSMAKER_BASE_URL: "acme.test", ...login }
      assert.include(yield* nested({ ...base, PROCESSMAKER_PASSWORD: "" }), "set EU_PROCESSMAKER_PASSWORD")
      assert.include(
        yield* nested({ ...base, PROCESSMAKER_ACCESS_TOKEN: "two words" }),
        "EU_PROCESSMAKER_ACCESS_TOKEN must be visible ASCII characters"
      )
      const none = yield* nested({})
      assert.include(none, "EU_PROCESSMAKER_USERNAME and EU_PROCESSMAKER_PASSWORD, or EU_PROCESSMAKER_ACCESS_TOKEN")
      assert.notMatch(none, /(?<!EU_)PROCESSMAKER_/)
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

describe("layer", () => {
  const redacted = Redacted.make("x")
  const credentials = { clientId: "c", clientSecret: redacted, username: "u", password: redacted }
  const cases: ReadonlyArray<readonly [string, unknown, ReadonlyArray<string>]> = [
    ["all that is wrong at once", { ...credentials, clientId: " ", clientSecret: "x", password: Redacted.make("") }, [
      "credentials.clientId must be a string that is not blank",
      "credentials.clientSecret must be made by Redacted.make",
      "credentials.password must be a string that is not empty"
    ]],
    ["a token that is a plain text", { accessToken: "x" }, ["credentials.accessToken must be made by Redacted.make"]],
    ["a cool-down that is negative", { ...credentials, loginCoolDown: "-5 seconds" }, [
      "loginCoolDown must be a duration"
    ]],
    ["a cool-down that is no number", { ...credentials, loginCoolDown: Number.NaN }, [
      "loginCoolDown must be a duration"
    ]],
    ["no credentials", undefined, ["credentials must be a login or an access token"]]
  ]
  for (const [name, given, words] of cases) {
    it.effect(`names ${name}`, () =>
      Effect.gen(function*() {
        const options = { baseUrl: "acme.test", credentials: given as typeof credentials }
        const error = yield* Effect.flip(Layer.build(OauthClientsService.layer(options)))
        for (const word of words) assert.include(String(error), word)
      }).pipe(Effect.scoped, Effect.provideService(HttpClient.HttpClient, HttpClient.make(() => Effect.never))))
  }
})
