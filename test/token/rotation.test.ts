/** Credentials that an Effect gives, which change while the layer lives. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { OauthClientsOptions, OauthClientsServiceShape } from "effect-processmaker-oauth"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { json, layerOver, scripted } from "../support/scripted.js"
import { clients, serve } from "../support/servers.js"
import { simulated } from "../support/simulatedTime.js"

const login = (clientSecret: string, password = "pass-word") => ({
  clientId: "17",
  clientSecret: Redacted.make(clientSecret),
  username: "admin",
  password: Redacted.make(password)
})

const page = JSON.stringify({ data: [] })

/** A server with one client secret and one token at a time. */
const server = Effect.gen(function*() {
  const state = { secret: "secret-1", token: "token-1" }
  const served = yield* serve((request, response) => {
    const send = (status: number, body: string) =>
      response.writeHead(status, { "content-type": "application/json" }).end(body)
    if (request.url !== "/oauth/access_token") {
      return request.headers.authorization === `Bearer ${state.token}` ? send(200, page) : send(401, "{}")
    }
    const sent = new URLSearchParams(served.seen[served.seen.length - 1]?.body).get("client_secret")
    return sent === state.secret
      ? send(200, JSON.stringify({ access_token: state.token, token_type: "Bearer" }))
      : send(401, "{\"error\":\"invalid_client\"}")
  })
  const rotate = () => Object.assign(state, { secret: "secret-2", token: "token-2" })
  return { ...served, baseUrl: `${served.origin}/api/v1`, rotate }
})

const call = (service: OauthClientsServiceShape) => service.findOauthClients("u")

describe("over a socket", () => {
  for (const [transport, client] of Object.entries(clients)) {
    it.scopedLive(`a rotated secret is picked up at the next login: ${transport}`, () =>
      Effect.gen(function*() {
        const { baseUrl, rotate, seen } = yield* server
        let [secret, runs] = ["secret-1", 0]
        const credentials = Effect.sync(() => (runs += 1, login(secret)))
        yield* Effect.flatMap(OauthClientsService, (service) =>
          Effect.gen(function*() {
            assert.strictEqual(runs, 1)
            yield* Effect.all([call(service), call(service)], { concurrency: 2 })
            assert.strictEqual(runs, 2)
            rotate()
            secret = "secret-2"
            yield* call(service)
            assert.strictEqual(runs, 3)
          })).pipe(Effect.provide(OauthClientsService.layer({ baseUrl, credentials })))
        const logins = seen.filter(({ url }) => url === "/oauth/access_token")
        assert.deepStrictEqual(logins.map(({ body }) => new URLSearchParams(body).get("client_secret")), [
          "secret-1",
          "secret-2"
        ])
      }).pipe(Effect.provide(client)))
  }

  it.scopedLive("the environment is read again, by the provider that the layer was built with", () =>
    Effect.gen(function*() {
      const { baseUrl, rotate } = yield* server
      const environment = new Map([
        ["PROCESSMAKER_BASE_URL", baseUrl],
        ["PROCESSMAKER_CLIENT_ID", "17"],
        ["PROCESSMAKER_USERNAME", "admin"],
        ["PROCESSMAKER_PASSWORD", "pass-word"]
      ])
      let secret = "secret-1"
      const provider = ConfigProvider.orElse(
        ConfigProvider.fromMap(environment),
        () => ConfigProvider.fromMap(new Map([["PROCESSMAKER_CLIENT_SECRET", secret]]))
      )
      const layer = Layer.provide(OauthClientsService.layerConfig, Layer.setConfigProvider(provider))
      yield* Effect.flatMap(OauthClientsService, (service) =>
        Effect.gen(function*() {
          yield* call(service)
          rotate()
          secret = "secret-2"
          yield* Effect.withConfigProvider(call(service), ConfigProvider.fromMap(new Map()))
        })).pipe(Effect.provide(layer))
    }).pipe(Effect.provide(NodeHttpClient.layerUndici)))

  it.scopedLive("an access token is read again when the API rejects it", () =>
    Effect.gen(function*() {
      const { baseUrl, rotate, seen } = yield* server
      let token = "token-1"
      const credentials = Effect.sync(() => ({ accessToken: Redacted.make(token) }))
      yield* Effect.flatMap(OauthClientsService, (service) =>
        Effect.gen(function*() {
          yield* call(service)
          rotate()
          const refused = yield* Effect.flip(call(service))
          assert.deepInclude(refused, { _tag: "ProcessMakerUnauthorized", attempts: 1 })
          token = "token-2"
          yield* call(service)
        })).pipe(Effect.provide(OauthClientsService.layer({ baseUrl, credentials })))
      assert.isFalse(seen.some(({ url }) => url === "/oauth/access_token"))
    }).pipe(Effect.provide(NodeHttpClient.layerUndici)))
})

it.effect("renewal, redaction and protectLogin go by the credentials of the last login", () =>
  simulated(Effect.gen(function*() {
    const { client, seen } = scripted(({ url }) =>
      url.pathname.startsWith("/oauth")
        ? json({ access_token: `token-${seen.length}`, refresh_token: "refresh-1", expires_in: 60 })
        : json({ message: "no, secret-of-the-second-login" }, 403)
    )
    let runs = 0
    const credentials = Effect.sync(() =>
      (runs += 1) === 1 ? login("secret-1") : { ...login("secret-of-the-second-login"), clientId: "18" }
    )
    yield* Effect.flatMap(OauthClientsService, (service) =>
      Effect.gen(function*() {
        assert.notInclude((yield* Effect.flip(call(service))).message, "secret-of")
        yield* Effect.sleep("59 seconds")
        yield* Effect.flip(call(service))
        const refused = yield* Effect.flip(service.deleteOauthClient("u", "18"))
        assert.strictEqual(refused._tag, "ProcessMakerInvalidRequest")
        const forbidden = yield* Effect.flip(service.deleteOauthClient("u", "17"))
        assert.strictEqual(forbidden._tag, "ProcessMakerForbidden")
      })).pipe(Effect.provide(layerOver(client, { credentials })))
    const logins = seen.filter(({ method }) => method === "POST").map(({ body }) => new URLSearchParams(body))
    assert.deepStrictEqual(
      logins.map((form) => [form.get("grant_type"), form.get("client_id"), form.get("client_secret")]),
      [
        ["password", "18", "secret-of-the-second-login"],
        ["refresh_token", "18", "secret-of-the-second-login"]
      ]
    )
  })))

class VaultError extends Error {
  readonly _tag = "VaultError"
}

const secretWords = "hunter2-hunter2"

const failures: ReadonlyArray<readonly [string, OauthClientsOptions["credentials"], string]> = [
  ["a tagged error", Effect.fail(new VaultError(secretWords)), "the Effect failed with VaultError"],
  ["a text", Effect.fail(secretWords), "credentials could not be read: the Effect failed"],
  ["nothing", Effect.fail(undefined), "credentials could not be read: the Effect failed"],
  ["a defect", Effect.die(new TypeError(secretWords)), "the Effect failed with TypeError"],
  [
    "a variable that is missing",
    Effect.map(Config.redacted("VAULT_PASSWORD"), () => login("s")),
    "the Effect failed with ConfigError for VAULT_PASSWORD"
  ],
  [
    "a secret that ends in a line break",
    Effect.succeed(login(`${secretWords}\n`)),
    "credentials.clientSecret must not"
  ],
  ["no credentials", Effect.succeed(JSON.parse("null")), "credentials must be a login or an access token"]
]

describe("credentials that cannot be read", () => {
  const server = () =>
    scripted(({ url }) => url.pathname.startsWith("/oauth") ? json({ access_token: "t" }) : json(page))
  for (const [name, credentials, words] of failures) {
    it.effect(`when the layer is built are a ConfigError: ${name}`, () =>
      Effect.gen(function*() {
        const { client, seen } = server()
        const error = yield* Effect.flip(Effect.scoped(Layer.build(layerOver(client, { credentials }))))
        assert.include(String(error), words)
        assert.notInclude(String(error) + JSON.stringify(error), secretWords)
        assert.strictEqual(seen.length, 0)
      }).pipe(Effect.withConfigProvider(ConfigProvider.fromMap(new Map()))))

    it.effect(`at a login fail the call and nothing else: ${name}`, () =>
      simulated(Effect.gen(function*() {
        const { client, seen } = server()
        const good: OauthClientsOptions["credentials"] = Effect.succeed(login("s"))
        const all = [good, credentials, good]
        const next = Effect.suspend(() => {
          const [first = good] = all.splice(0, 1)
          return Effect.isEffect(first) ? first : Effect.succeed(first)
        })
        yield* Effect.flatMap(OauthClientsService, (service) =>
          Effect.gen(function*() {
            const error = yield* Effect.flip(call(service))
            assert.deepInclude(error, {
              _tag: "ProcessMakerLoginFailed",
              reason: "credentials_unavailable",
              attempts: 0,
              operation: "findOauthClients"
            })
            assert.include(error.message, words)
            assert.notInclude(error.message + JSON.stringify(error), secretWords)
            assert.strictEqual(seen.length, 0)
            yield* call(service)
          })).pipe(Effect.provide(layerOver(client, { credentials: next })))
      })).pipe(Effect.withConfigProvider(ConfigProvider.fromMap(new Map()))))
  }

  it.effect("because they were interrupted interrupt the layer", () =>
    Effect.gen(function*() {
      const layer = layerOver(server().client, { credentials: Effect.interrupt })
      assert.isTrue(Exit.isInterrupted(yield* Effect.exit(Effect.scoped(Layer.build(layer)))))
    }))

  it.effect("at a login keep the words of the transport, too", () =>
    Effect.gen(function*() {
      const { client } = scripted(() => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }))
      const error = yield* Effect.flatMap(OauthClientsService, (service) => Effect.flip(call(service))).pipe(
        Effect.provide(layerOver(client, { credentials: login("s") }))
      )
      assert.include(error.message, "ECONNREFUSED: connect ECONNREFUSED")
    }))

  it.effect("in time are a timeout", () =>
    simulated(Effect.gen(function*() {
      let runs = 0
      const credentials = Effect.suspend(() => (runs += 1) === 1 ? Effect.succeed(login("s")) : Effect.never)
      const error = yield* Effect.flatMap(OauthClientsService, (service) => Effect.flip(call(service))).pipe(
        Effect.provide(layerOver(server().client, { credentials }))
      )
      assert.deepInclude(error, { _tag: "ProcessMakerTimeout", deadline: "attempt" })
    })))
})
