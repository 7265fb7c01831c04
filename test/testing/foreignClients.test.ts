/** The fake, driven by clients that nobody here wrote: `oauth4webapi` for tokens, `undici` for the list. */
import * as HttpApp from "@effect/platform/HttpApp"
import { assert, describe, it } from "@effect/vitest"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import type { FakeOptions } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as OAuth from "oauth4webapi"
import { Agent, request } from "undici"
import { failure } from "./callers.js"
import type { Place } from "./callers.js"
import { served, Target } from "./ways.js"

const loopback = { [OAuth.allowInsecureRequests]: true }

const authorizationServer = (place: Place): OAuth.AuthorizationServer => ({
  issuer: new URL(place.tokenUrl).origin,
  token_endpoint: place.tokenUrl
})

const login = (place: Place, auth: OAuth.ClientAuth, password = Redacted.value(place.credentials.password)) =>
  Effect.tryPromise(async () => {
    const server = authorizationServer(place)
    const client = { client_id: place.credentials.clientId }
    const { username } = place.credentials
    const response = await OAuth.genericTokenEndpointRequest(
      server,
      client,
      auth,
      "password",
      { username, password },
      loopback
    )
    return OAuth.processGenericTokenEndpointResponse(server, client, response)
  })

const refresh = (place: Place, auth: OAuth.ClientAuth, token: string) =>
  Effect.tryPromise(async () => {
    const server = authorizationServer(place)
    const client = { client_id: place.credentials.clientId }
    const response = await OAuth.refreshTokenGrantRequest(server, client, auth, token, loopback)
    return OAuth.processRefreshTokenResponse(server, client, response)
  })

const List = Schema.Struct({ data: Schema.Array(Schema.Struct({ id: Schema.String })) })

const secretOf = (place: Place) => Redacted.value(place.credentials.clientSecret)

const dialects: ReadonlyArray<NonNullable<FakeOptions["oauthDialect"]>> = ["invalid_credentials", "invalid_grant"]

describe("oauth4webapi", () => {
  for (const [name, auth] of [["body", OAuth.ClientSecretPost], ["header", OAuth.ClientSecretBasic]] as const) {
    it.live(`logs in, refreshes and calls the API, with the client's secret in the ${name}`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const place = yield* Target
        const first = yield* login(place, auth(secretOf(place)))
        assert.deepInclude(first, { token_type: "bearer", expires_in: 31_536_000 })
        const second = yield* refresh(place, auth(secretOf(place)), first.refresh_token ?? "")
        assert.notStrictEqual(second.access_token, first.access_token)
        const list = yield* Effect.promise(async () => {
          const url = new URL(`${place.baseUrl}/users/${fake.userIds[0]}/clients?per_page=100`)
          const headers = new Headers({ accept: "application/vnd.api+json" })
          const response = await OAuth.protectedResourceRequest(
            second.access_token,
            "GET",
            url,
            headers,
            null,
            loopback
          )
          return response.json()
        })
        assert.strictEqual(list.data.length, 20)
      }).pipe(Effect.provide(served())))
  }

  for (const oauthDialect of dialects) {
    it.live(`understands ${oauthDialect}`, () =>
      Effect.gen(function*() {
        const place = yield* Target
        const { cause } = yield* failure(login(place, OAuth.ClientSecretPost(secretOf(place)), "wrong"))
        assert.instanceOf(cause, OAuth.ResponseBodyError)
        assert.deepInclude(cause, { error: oauthDialect, status: oauthDialect === "invalid_grant" ? 400 : 401 })
      }).pipe(Effect.provide(served({ oauthDialect }))))
  }
})

describe("undici", () => {
  it.live("reads every page over one connection", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const place = yield* Target
      const { access_token } = yield* login(place, OAuth.ClientSecretPost(secretOf(place)))
      const dispatcher = yield* Effect.acquireRelease(
        Effect.sync(() => new Agent({ connections: 1 })),
        (agent) => Effect.promise(() => agent.destroy())
      )
      const headers = { authorization: `Bearer ${access_token}`, accept: "application/json" }
      const ids: Array<string> = []
      for (let page = 1; page <= 4; page++) {
        const url = `${place.baseUrl}/users/${fake.userIds[1]}/clients?per_page=6&page=${page}`
        const { body } = yield* Effect.promise(() => request(url, { headers, dispatcher }))
        const { data } = yield* Effect.flatMap(Effect.promise(() => body.json()), Schema.decodeUnknown(List))
        ids.push(...data.map(({ id }) => id))
      }
      assert.deepStrictEqual(ids, (yield* fake.clients(fake.userIds[1] ?? "")).map(({ id }) => id))
    }).pipe(Effect.scoped, Effect.provide(served())))
})

describe("a server that is not Node's", () => {
  it.live("answers, and breaks off as well as it can", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const handler = HttpApp.toWebHandlerRuntime(yield* Effect.runtime<FakeProcessMaker>())(FakeProcessMaker.httpApp)
      const fetched = (fault: Fault.FaultStep) =>
        Effect.gen(function*() {
          yield* fake.script(Fault.onAny(fault))
          const response = yield* Effect.promise(() => handler(new Request(`${fake.baseUrl}/nothing`)))
          return yield* Effect.tryPromise(() => response.text()).pipe(
            Effect.match({ onFailure: () => "broken", onSuccess: (text) => `${response.status}, ${text.length > 0}` })
          )
        })
      assert.strictEqual(yield* fetched(Fault.pass), "404, true")
      assert.strictEqual(yield* fetched(Fault.drip("1 millis")), "404, true")
      assert.strictEqual(yield* fetched(Fault.resetBefore), "broken")
      assert.strictEqual(yield* fetched(Fault.truncate), "broken")
    }).pipe(Effect.provide(FakeProcessMaker.layer())))
})
