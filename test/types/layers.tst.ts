import type * as HttpClient from "@effect/platform/HttpClient"
import { AccessTokenProvider, OauthClientsService, ProcessMakerConfig } from "effect-processmaker-oauth"
import type { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import { layerTest } from "effect-processmaker-oauth/testing"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { describe, expect, test } from "tstyche"

const secret = Redacted.make("s")
const credentials = { clientId: "c", clientSecret: secret, username: "u", password: secret }
const baseUrl = "https://acme.api.processmaker.io/api/v1"

describe("what layers need and how they fail", () => {
  test("OauthClientsService", () => {
    expect(OauthClientsService.layer({ baseUrl, credentials }))
      .type.toBe<Layer.Layer<OauthClientsService, ConfigError.ConfigError, HttpClient.HttpClient>>()
    expect(OauthClientsService.layerConfig)
      .type.toBe<Layer.Layer<OauthClientsService, ConfigError.ConfigError, HttpClient.HttpClient>>()
    expect(OauthClientsService.layerNoDeps)
      .type.toBe<
      Layer.Layer<OauthClientsService, never, HttpClient.HttpClient | AccessTokenProvider | ProcessMakerConfig>
    >()
  })

  test("AccessTokenProvider", () => {
    expect(AccessTokenProvider.layerPasswordGrant(credentials))
      .type.toBe<
      Layer.Layer<AccessTokenProvider, ConfigError.ConfigError, HttpClient.HttpClient | ProcessMakerConfig>
    >()
    expect(AccessTokenProvider.layerStatic(secret))
      .type.toBe<Layer.Layer<AccessTokenProvider, ConfigError.ConfigError>>()
  })

  test("ProcessMakerConfig", () => {
    expect(ProcessMakerConfig.layer({ baseUrl })).type.toBe<Layer.Layer<ProcessMakerConfig, ConfigError.ConfigError>>()
    expect(ProcessMakerConfig.layerConfig).type.toBe<Layer.Layer<ProcessMakerConfig, ConfigError.ConfigError>>()
  })

  test("layerTest", () => {
    expect(layerTest()).type.toBe<Layer.Layer<OauthClientsService | FakeProcessMaker>>()
  })
})

describe("secrets must be Redacted", () => {
  test("a plain string is refused", () => {
    expect(AccessTokenProvider.layerStatic).type.not.toBeCallableWith("token")
    expect(AccessTokenProvider.layerPasswordGrant).type.not.toBeCallableWith({ ...credentials, password: "hunter2" })
    expect(AccessTokenProvider.layerPasswordGrant).type.not.toBeCallableWith({ ...credentials, clientSecret: "s" })
    expect(OauthClientsService.layer).type.not.toBeCallableWith({ baseUrl, credentials: { accessToken: "token" } })
    expect(OauthClientsService.layer).type.toBeCallableWith({ baseUrl, credentials: { accessToken: secret } })
  })
})

describe("credentials by an Effect", () => {
  test("of a login or a token, whatever it fails with", () => {
    expect(OauthClientsService.layer({ baseUrl, credentials: Effect.succeed(credentials) }))
      .type.toBe<Layer.Layer<OauthClientsService, ConfigError.ConfigError, HttpClient.HttpClient>>()
    const vault = Effect.fail("sealed").pipe(Effect.as({ accessToken: secret }))
    expect(OauthClientsService.layer).type.toBeCallableWith({ baseUrl, credentials: vault })
  })

  test("that needs nothing, and brings secrets that are Redacted", () => {
    const needy = Effect.as(AccessTokenProvider, credentials)
    expect(OauthClientsService.layer).type.not.toBeCallableWith({ baseUrl, credentials: needy })
    const plain = Effect.succeed({ accessToken: "token" })
    expect(OauthClientsService.layer).type.not.toBeCallableWith({ baseUrl, credentials: plain })
    const lacking = Effect.succeed({ clientId: "c", clientSecret: secret, username: "u" })
    expect(OauthClientsService.layer).type.not.toBeCallableWith({ baseUrl, credentials: lacking })
  })
})
