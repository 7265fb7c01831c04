/** Against an OAuth server that is not ours: @node-oauth/oauth2-server on a port of the loopback interface. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import OAuth2Server from "@node-oauth/oauth2-server"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { eventually } from "../support/servers.js"
import { credentials } from "./tokenServer.js"

/** What the server keeps, and what a test may do to it. */
class Model {
  readonly tokens = new Map<string, OAuth2Server.Token>()
  readonly grants: Array<string> = []
  accessTokenLifetime = 3600
  password = Redacted.value(credentials.password)
  clientExists = true

  readonly getClient = async (id: string, secret: string) =>
    this.clientExists && id === credentials.clientId && (!secret || secret === Redacted.value(credentials.clientSecret))
      ? { id, grants: ["password", "refresh_token"], accessTokenLifetime: this.accessTokenLifetime }
      : false

  readonly getUser = async (username: string, password: string) =>
    username === credentials.username && password === this.password ? { username } : false

  readonly saveToken = async (token: OAuth2Server.Token, client: OAuth2Server.Client, user: OAuth2Server.User) => {
    const saved = { ...token, client, user }
    this.tokens.set(token.accessToken, saved)
    return saved
  }

  readonly getAccessToken = async (accessToken: string) => this.tokens.get(accessToken) ?? false

  readonly getRefreshToken = async (refreshToken: string) => {
    const found = [...this.tokens.values()].find((token) => token.refreshToken === refreshToken)
    return found === undefined ? false : { ...found, refreshToken }
  }

  // Rotation: the old pair is gone.
  readonly revokeToken = async ({ accessToken }: OAuth2Server.RefreshToken) => this.tokens.delete(accessToken)

  expireAll() {
    for (const token of this.tokens.values()) token.accessTokenExpiresAt = new Date(0)
  }
}

const read = async (request: IncomingMessage): Promise<string> => {
  let body = ""
  for await (const chunk of request) body += chunk
  return body
}

const client = { data: { type: "client", id: "18", attributes: { name: "Billing bot" } } }

const answer = async (server: OAuth2Server, model: Model, incoming: IncomingMessage, outgoing: ServerResponse) => {
  const [path] = (incoming.url ?? "").split("?")
  const body = Object.fromEntries(new URLSearchParams(await read(incoming)))
  const headers = incoming.headers as Record<string, string>
  const request = new OAuth2Server.Request({ method: incoming.method ?? "", headers, query: {}, body })
  const response = new OAuth2Server.Response({ headers: {} })
  const send = (status: number, document: unknown) =>
    outgoing.writeHead(status, { ...response.headers, "content-type": "application/json" }).end(
      JSON.stringify(document)
    )
  try {
    if (path === "/oauth/access_token") {
      model.grants.push(body["grant_type"] ?? "")
      await server.token(request, response)
      return send(response.status ?? 200, response.body)
    }
    await server.authenticate(request, response)
    return send(200, client)
  } catch (error) {
    const { code, name } = error as OAuth2Server.OAuthError
    return send(code, { error: name, message: "Refused." })
  }
}

const start = Effect.acquireRelease(
  Effect.async<{ readonly baseUrl: string; readonly close: () => void; readonly model: Model }>((resume) => {
    const model = new Model()
    const oauth = new OAuth2Server({ model })
    const server = createServer((incoming, outgoing) => void answer(oauth, model, incoming, outgoing))
    server.listen(0, "127.0.0.1", () => {
      const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`
      const close = () => {
        server.closeAllConnections()
        server.close()
      }
      resume(Effect.succeed({ baseUrl, close, model }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

/** A server, and the service over it. */
const withServer = <A, E>(
  body: (model: Model, call: Effect.Effect<unknown, unknown>) => Effect.Effect<A, E>,
  changes: Partial<typeof credentials> = {}
) =>
  Effect.flatMap(
    start,
    ({ baseUrl, model }) =>
      Effect.flatMap(OauthClientsService, (service) => body(model, service.findOauthClientById("u-7", "18"))).pipe(
        Effect.provide(OauthClientsService.layer({ baseUrl, credentials: { ...credentials, ...changes } })),
        Effect.provide(NodeHttpClient.layerUndici)
      )
  )

describe("a real OAuth server", () => {
  it.scopedLive("logs in once for many calls", () =>
    withServer((model, call) =>
      Effect.gen(function*() {
        yield* Effect.all(Array.from({ length: 100 }, () => call), { concurrency: "unbounded" })
        assert.deepStrictEqual(model.grants, ["password"])
      })
    ))

  it.scopedLive("renews with the refresh token, which rotates, when the tokens have expired", () =>
    withServer((model, call) =>
      Effect.gen(function*() {
        yield* call
        const seen = new Set<string>()
        for (let round = 0; round < 3; round++) {
          model.expireAll()
          yield* Effect.all(Array.from({ length: 20 }, () => call), { concurrency: "unbounded" })
          // One pair is left, the old ones are gone.
          assert.strictEqual(model.tokens.size, 1)
          for (const { refreshToken = "" } of model.tokens.values()) seen.add(refreshToken)
        }
        assert.deepStrictEqual(model.grants, ["password", "refresh_token", "refresh_token", "refresh_token"])
        assert.strictEqual(seen.size, 3)
      })
    ))

  it.scopedLive("renews ahead of the end of a short life", () =>
    withServer((model, call) =>
      Effect.gen(function*() {
        // The server sends what is left in whole seconds, rounded down: 1, even if it takes a while to send it.
        model.accessTokenLifetime = 1.9
        yield* call
        yield* Effect.delay(call, "950 millis")
        // The call need not have waited for it: its token was still good.
        yield* eventually(() => model.grants.length > 1)
        assert.deepStrictEqual(model.grants, ["password", "refresh_token"])
      })
    ))

  it.scopedLive("logs in by password when the refresh token is gone", () =>
    withServer((model, call) =>
      Effect.gen(function*() {
        yield* call
        model.tokens.clear()
        yield* Effect.all(Array.from({ length: 20 }, () => call), { concurrency: "unbounded" })
        assert.deepStrictEqual(model.grants, ["password", "refresh_token", "password"])
      })
    ))

  it.scopedLive("refuses a wrong password, and is not asked again", () =>
    withServer((model, call) =>
      Effect.gen(function*() {
        for (let time = 0; time < 3; time++) {
          assert.deepInclude(yield* Effect.flip(call), { _tag: "ProcessMakerLoginFailed", reason: "invalid_grant" })
        }
        assert.deepStrictEqual(model.grants, ["password"])
      }), { password: Redacted.make("wrong") }))

  it.scopedLive("refuses a client that is gone, after its tokens died with it", () =>
    withServer((model, call) =>
      Effect.gen(function*() {
        yield* call
        model.clientExists = false
        model.tokens.clear()
        assert.deepInclude(yield* Effect.flip(call), { _tag: "ProcessMakerLoginFailed", reason: "invalid_client" })
        assert.deepStrictEqual(model.grants, ["password", "refresh_token", "password"])
      })
    ))
})
