import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import {
  AccessToken,
  AccessTokenProvider,
  OauthClientsService,
  ProcessMakerConfig,
  ProcessMakerLoginFailed,
  ProcessMakerTimeout,
  RetryPolicy
} from "effect-processmaker-oauth"
import type { AccessTokenProviderShape } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import * as ConfigProvider from "effect/ConfigProvider"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { credentials, makeTokenServer, plain } from "./tokenServer.js"

const tokenOf = (value: string) => new AccessToken({ value: Redacted.make(value), expiresAt: Option.none() })

const env = Layer.provideMerge(FakeProcessMaker.layerHttpClient, FakeProcessMaker.layer())

const serviceWith = (provider: AccessTokenProviderShape) =>
  Layer.unwrapEffect(Effect.map(FakeProcessMaker, ({ baseUrl }) =>
    OauthClientsService.layerNoDeps.pipe(
      Layer.provide(Layer.merge(Layer.succeed(AccessTokenProvider, provider), ProcessMakerConfig.layer({ baseUrl })))
    )))

const listWith = (provider: AccessTokenProviderShape) =>
  Effect.gen(function*() {
    const { userIds: [userId = ""] } = yield* FakeProcessMaker
    return yield* Effect.flatMap(OauthClientsService, (service) => service.findOauthClients(userId)).pipe(
      Effect.provide(serviceWith(provider))
    )
  })

const timedOut = new ProcessMakerTimeout({
  operation: "vault",
  attempts: 1,
  elapsed: Duration.seconds(3),
  deadline: "attempt",
  limit: Duration.seconds(3)
})

/** A token that the fake takes. */
const goodToken = Effect.gen(function*() {
  const { baseUrl, credentials } = yield* FakeProcessMaker
  return yield* Effect.flatMap(AccessTokenProvider, ({ get }) => get).pipe(
    Effect.provide(AccessTokenProvider.layerPasswordGrant(credentials)),
    Effect.provide(ProcessMakerConfig.layer({ baseUrl }))
  )
})

describe("a provider of the user's own", () => {
  it.effect("gives the token, hears of the one that was refused, and is asked once more", () =>
    Effect.gen(function*() {
      const good = yield* goodToken
      const given = [tokenOf("dead"), good]
      const dropped: Array<AccessToken> = []
      const page = yield* listWith({
        get: Effect.sync(() => given.shift() ?? assert.fail("asked too often")),
        invalidate: (token) => Effect.sync(() => void dropped.push(token))
      })
      assert.strictEqual(page.pagination.total, 20)
      assert.deepStrictEqual(dropped.map(({ value }) => Redacted.value(value)), ["dead"])
    }).pipe(Effect.provide(env)))

  it.effect("that gives the refused token again ends the call, without a second request", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const error = yield* Effect.flip(listWith({
        get: Effect.sync(() => tokenOf("dead")),
        invalidate: () => Effect.void
      }))
      assert.deepInclude(error, { _tag: "ProcessMakerUnauthorized", attempts: 1 })
      assert.strictEqual((yield* fake.requests).length, 1)
    }).pipe(Effect.provide(env)))

  it.effect("that fails ends the call with its error, which is not repeated", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      let asked = 0
      const own = new ProcessMakerLoginFailed({
        operation: "vault",
        attempts: 0,
        elapsed: Duration.zero,
        reason: "sealed",
        status: 503,
        retryAfter: Option.none()
      })
      const error = yield* Effect.flip(listWith({
        get: Effect.suspend(() => {
          asked += 1
          return Effect.fail(own)
        }),
        invalidate: () => Effect.void
      }))
      assert(error._tag === "ProcessMakerLoginFailed")
      assert.deepStrictEqual([error.operation, error.reason], ["findOauthClients", "sealed"])
      assert.strictEqual(asked, 1)
      assert.isEmpty(yield* fake.requests)
    }).pipe(Effect.provide(env)))

  it.effect("that fails after a write was lost does not hide that", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const userId = fake.userIds[0] ?? ""
      const good = yield* goodToken
      const tokens = [good]
      yield* fake.script(Fault.onOperation("updateOauthClient", Fault.resetAfter))
      const [client] = yield* fake.clients(userId)
      const update = Effect.flatMap(
        OauthClientsService,
        (service) => service.updateOauthClient(userId, client?.id ?? "", { name: "Other" })
      )
      const failed = Effect.suspend(() => {
        const token = tokens.pop()
        return token === undefined ? Effect.fail(timedOut) : Effect.succeed(token)
      })
      const error = yield* update.pipe(
        Effect.provide(serviceWith({ get: failed, invalidate: () => Effect.void })),
        RetryPolicy.with({ baseDelay: 0 }),
        Effect.flip
      )
      assert(error._tag === "ProcessMakerTimeout")
      assert.deepStrictEqual([error.operation, error.attempts, error.outcome], ["updateOauthClient", 1, "unknown"])
    }).pipe(Effect.provide(env)))
})

describe("AccessToken", () => {
  it.effect("round-trips through JSON, and shows itself nowhere else", () =>
    Effect.gen(function*() {
      const json = Schema.parseJson(AccessToken)
      const token = new AccessToken({
        value: Redacted.make("very-secret"),
        expiresAt: Option.some(DateTime.unsafeMake("2030-01-01T00:00:00Z"))
      })
      const encoded = yield* Schema.encode(json)(token)
      assert.strictEqual(encoded, "{\"value\":\"very-secret\",\"expiresAt\":\"2030-01-01T00:00:00.000Z\"}")
      assert.isTrue(Equal.equals(yield* Schema.decode(json)(encoded), token))
      for (const shown of [String(token), JSON.stringify(token)]) assert.notInclude(shown, "very-secret")
    }))
})

describe("options", () => {
  const build = (options: Parameters<typeof AccessTokenProvider.layerPasswordGrant>[0]) =>
    Effect.provide(AccessTokenProvider, AccessTokenProvider.layerPasswordGrant(options)).pipe(
      Effect.provide(ProcessMakerConfig.layer({ baseUrl: "https://pm.example.test/api/v1" })),
      Effect.provideService(HttpClient.HttpClient, makeTokenServer(() => plain(500, "")).client)
    )
  const bad = {
    clientId: " ",
    username: "",
    clientSecret: Redacted.make(""),
    password: "not redacted",
    loginCoolDown: "a while"
  }
  for (const [name, value] of Object.entries(bad)) {
    it.effect(`${name} is checked when the layer is built`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(build({ ...credentials, [name]: value } as typeof credentials))
        assert.include(String(error), name)
        assert.notInclude(String(error), "p\u00e4ssword")
      }))
  }

  const accessToken = ["PROCESSMAKER_ACCESS_TOKEN", "had-elsewhere"] as const
  const login = [
    ["PROCESSMAKER_CLIENT_ID", "17"],
    ["PROCESSMAKER_CLIENT_SECRET", "client-secret"],
    ["PROCESSMAKER_USERNAME", "admin"],
    ["PROCESSMAKER_PASSWORD", "password"]
  ] as const
  const fromEnvironment = (entries: ReadonlyArray<readonly [string, string]>) => {
    const server = makeTokenServer(({ nth }) => plain(200, `{"access_token":"access-${nth}"}`))
    return Effect.flatMap(AccessTokenProvider, ({ get }) => get).pipe(
      Effect.provide(AccessTokenProvider.layerConfig),
      Effect.provide(ProcessMakerConfig.layer({ baseUrl: "https://pm.example.test/api/v1" })),
      Effect.provideService(HttpClient.HttpClient, server.client),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(entries))),
      Effect.map(({ value }) => Redacted.value(value))
    )
  }

  it.effect("come from the environment: a token, or a login", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* fromEnvironment([accessToken]), "had-elsewhere")
      assert.strictEqual(yield* fromEnvironment(login), "access-1")
      const missing = yield* Effect.flip(fromEnvironment(login.slice(1)))
      assert.include(String(missing), "PROCESSMAKER_CLIENT_ID")
    }))
})
