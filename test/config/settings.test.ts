import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, ProcessMakerConfig } from "effect-processmaker-oauth"
import type { PasswordCredentials } from "effect-processmaker-oauth"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { baseUrl, json, scripted } from "../support/scripted.js"

const env = {
  PROCESSMAKER_BASE_URL: baseUrl,
  PROCESSMAKER_CLIENT_ID: "17",
  PROCESSMAKER_CLIENT_SECRET: "client-secret",
  PROCESSMAKER_USERNAME: "admin",
  PROCESSMAKER_PASSWORD: "pass-word"
}

const fromEnv = (more: Record<string, string>) => {
  const { client, seen } = scripted(({ url }) =>
    url.pathname.startsWith("/oauth") ? json({ access_token: "t", token_type: "Bearer" }) : json({ data: [] })
  )
  const run = Effect.flatMap(OauthClientsService, (service) => service.findOauthClients("u")).pipe(
    Effect.provide(OauthClientsService.layerConfig),
    Effect.provide(Layer.succeed(HttpClient.HttpClient, client)),
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries({ ...env, ...more }))))
  )
  return { run, seen }
}

describe("a line break at either end", () => {
  for (const name of Object.keys(env).filter((key) => !key.endsWith("URL"))) {
    for (const value of ["vault-value\n", "\r\nvault-value"]) {
      it.effect(`of ${name} is refused by its name: ${JSON.stringify(value)}`, () =>
        Effect.gen(function*() {
          const { run, seen } = fromEnv({ [name]: value })
          const error = String(yield* Effect.flip(run))
          assert.include(error, `${name} must not begin or end with a line break`)
          assert.notInclude(error, "vault-value")
          assert.strictEqual(seen.length, 0)
        }))
    }
  }

  it.effect("of an access token, and of an option", () =>
    Effect.gen(function*() {
      const token = yield* Effect.flip(fromEnv({ PROCESSMAKER_ACCESS_TOKEN: "abc\n" }).run)
      assert.include(String(token), "PROCESSMAKER_ACCESS_TOKEN must not begin or end with a line break")
      const credentials: PasswordCredentials = {
        clientId: "17",
        clientSecret: Redacted.make("s\n"),
        username: "u",
        password: Redacted.make("p")
      }
      const option = yield* Effect.flip(Effect.scoped(Layer.build(OauthClientsService.layer({ baseUrl, credentials }))))
      assert.include(String(option), "credentials.clientSecret must not")
    }).pipe(Effect.provide(Layer.succeed(HttpClient.HttpClient, scripted(() => json({})).client))))
})

describe("a provider that spells the variables in its own way", () => {
  const failure = (provider: ConfigProvider.ConfigProvider) =>
    Effect.flip(Effect.scoped(Layer.build(ProcessMakerConfig.layerConfig))).pipe(Effect.withConfigProvider(provider))
  const map = (values: Record<string, string>, pathDelim = "_") =>
    ConfigProvider.fromMap(new Map(Object.entries(values)), { pathDelim })

  const cases: ReadonlyArray<readonly [string, ConfigProvider.ConfigProvider, string]> = [
    ["nested, missing", ConfigProvider.nested(map({}), "EU"), "set EU_PROCESSMAKER_BASE_URL"],
    ["nested with points", ConfigProvider.nested(map({}, "."), "EU"), "set EU.PROCESSMAKER_BASE_URL"],
    [
      "nested, wrong",
      ConfigProvider.nested(map({ EU_PROCESSMAKER_BASE_URL: "http://acme.test" }), "EU"),
      "EU_PROCESSMAKER_BASE_URL must start with https://"
    ],
    ["in small letters", ConfigProvider.lowerCase(map({})), "set processmaker_base_url"],
    ["one behind another", ConfigProvider.orElse(ConfigProvider.nested(map({}), "EU"), () => map({})), "set EU_PROC"],
    [
      "hosts that are none",
      map({ PROCESSMAKER_BASE_URL: baseUrl, PROCESSMAKER_INSECURE_HOSTS: "fake:4010" }),
      "PROCESSMAKER_INSECURE_HOSTS must be a list of host names"
    ]
  ]
  it.effect("nested, with several hosts", () =>
    Effect.scoped(Layer.build(ProcessMakerConfig.layerConfig)).pipe(
      Effect.withConfigProvider(ConfigProvider.nested(
        map({ EU_PROCESSMAKER_BASE_URL: "http://fake:1/api/v1", EU_PROCESSMAKER_INSECURE_HOSTS: "other, fake" }),
        "EU"
      ))
    ))

  for (const [name, provider, expected] of cases) {
    it.effect(name, () => Effect.map(failure(provider), (error) => assert.include(String(error), expected)))
  }
})

it.effect("insecureHosts are host names alone", () =>
  Effect.gen(function*() {
    const make = (insecureHosts: ReadonlyArray<string>, base = "http://fake:4010/api/v1") =>
      ProcessMakerConfig.make({ baseUrl: base, insecureHosts })
    for (const host of ["http://fake", "fake:4010", "fake/", "*", "*.fake", "", " ", "user@fake", "fake?x"]) {
      const error = yield* Effect.flip(make([host]))
      assert.include(String(error), "insecureHosts must be a list of host names")
    }
    yield* Effect.flip(make(JSON.parse("\"fake\"")))
    yield* make(["FAKE"])
    yield* make(["[fd00::1]"], "http://[fd00::1]:4010/api/v1")
    yield* make(["bücher.test"], "http://xn--bcher-kva.test/api/v1")
  }))

describe("settings that are optional", () => {
  it.effect("a scope goes into the login, and none by default", () =>
    Effect.gen(function*() {
      const [with_, without] = [fromEnv({ PROCESSMAKER_SCOPE: "a b" }), fromEnv({})]
      yield* Effect.all([with_.run, without.run])
      assert.include(with_.seen[0]?.body, "scope=a+b")
      assert.notInclude(without.seen[0]?.body, "scope")
    }))

  it.effect("hosts without TLS", () =>
    Effect.gen(function*() {
      const url = "http://fake:4010/api/v1"
      const { run, seen } = fromEnv({ PROCESSMAKER_BASE_URL: url, PROCESSMAKER_INSECURE_HOSTS: "other, FAKE" })
      yield* run
      assert.strictEqual(seen[1]?.url.host, "fake:4010")
      yield* Effect.flip(fromEnv({ PROCESSMAKER_BASE_URL: url, PROCESSMAKER_INSECURE_HOSTS: "fak,fake.org" }).run)
      yield* Effect.flip(ProcessMakerConfig.make({ baseUrl: url }))
      yield* ProcessMakerConfig.make({ baseUrl: "http://api.localhost:3000/api/v1" })
      yield* Effect.flip(ProcessMakerConfig.make({ baseUrl: "http://evil-localhost/api/v1" }))
    }))
})
