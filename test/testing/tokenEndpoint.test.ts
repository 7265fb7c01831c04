import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import type { FakeOptions } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { accessToken, askToken, askTokenJson, call, passwordFields, refreshFields, send } from "./callers.js"
import { ways } from "./ways.js"

const inProcess = (options?: FakeOptions) => ways["in process"]?.(options) ?? assert.fail()

const without = (fields: Record<string, string>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name))

const dialects: ReadonlyArray<NonNullable<FakeOptions["oauthDialect"]>> = ["invalid_credentials", "invalid_grant"]

describe("the token endpoint", () => {
  it.effect("answers the password grant as a form and as JSON", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const reply = yield* askToken(fake)
      assert.strictEqual(reply.status, 200)
      assert.hasAllKeys(reply.json, ["token_type", "expires_in", "access_token", "refresh_token"])
      assert.deepInclude(reply.json, { token_type: "Bearer", expires_in: 31_536_000 })
      assert.deepInclude(reply.headers, {
        "cache-control": "no-store",
        pragma: "no-cache",
        "content-type": "application/json; charset=UTF-8"
      })
      const json = yield* askTokenJson(fake, { ...passwordFields(fake), scope: "*" })
      assert.strictEqual(json.status, 200)
      assert.notStrictEqual(json.json.access_token, reply.json.access_token)
    }).pipe(Effect.provide(inProcess())))

  it.effect("takes the client's credentials from the Authorization header", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const { grant_type, password, username } = passwordFields(fake)
      const asked = (secret: string) =>
        send(
          HttpClientRequest.post(fake.tokenUrl).pipe(
            HttpClientRequest.bodyUrlParams({ grant_type, username, password }),
            HttpClientRequest.basicAuth(fake.credentials.clientId, secret)
          )
        )
      assert.strictEqual((yield* asked(Redacted.value(fake.credentials.clientSecret))).status, 200)
      assert.strictEqual((yield* asked("wrong:with:colons")).status, 401)
      const unreadable = HttpClientRequest.post(fake.tokenUrl).pipe(
        HttpClientRequest.bodyUrlParams({ grant_type, username, password }),
        HttpClientRequest.setHeader("authorization", "Basic =")
      )
      assert.deepInclude((yield* send(unreadable)).json, { error: "invalid_request" })
    }).pipe(Effect.provide(inProcess())))

  it.effect("says nothing of the life of a token when told so", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      assert.hasAllKeys((yield* askToken(fake)).json, ["token_type", "access_token", "refresh_token"])
    }).pipe(Effect.provide(inProcess({ accessTokenLife: "omit" }))))

  it.effect("rotates: a refresh revokes the old pair", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const first = (yield* askToken(fake)).json
      const second = yield* askToken(fake, refreshFields(fake, first.refresh_token))
      assert.strictEqual(second.status, 200)
      const statusWith = (token: string) =>
        Effect.map(call(fake, "GET", `/users/${fake.userIds[0]}/clients`, { token }), ({ status }) => status)
      assert.strictEqual(yield* statusWith(first.access_token), 401)
      assert.strictEqual(yield* statusWith(second.json.access_token), 200)
      const again = yield* askToken(fake, refreshFields(fake, first.refresh_token))
      assert.deepInclude(again.json, { error: "invalid_request", hint: "Token has been revoked" })
    }).pipe(Effect.provide(inProcess())))

  it.effect("takes neither token of a pair for the other", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const { access_token, refresh_token } = (yield* askToken(fake)).json
      const list = yield* call(fake, "GET", `/users/${fake.userIds[0]}/clients`, { token: refresh_token })
      assert.strictEqual(list.status, 401)
      const { hint } = (yield* askToken(fake, refreshFields(fake, access_token))).json
      assert.strictEqual(hint, "Cannot decrypt the refresh token")
    }).pipe(Effect.provide(inProcess())))

  it.effect("compares the client of a refresh token without converting", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const asNumber = { client_id: Number(fake.credentials.clientId) }
      const issued = yield* askTokenJson(fake, { ...passwordFields(fake), ...asNumber })
      const fields = refreshFields(fake, issued.json.refresh_token)
      assert.strictEqual((yield* askToken(fake, fields)).json.hint, "Token is not linked to client")
      assert.strictEqual((yield* askTokenJson(fake, { ...fields, ...asNumber })).status, 200)
    }).pipe(Effect.provide(inProcess())))

  it.effect("lets refresh tokens expire too", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const { refresh_token } = (yield* askToken(fake)).json
      yield* TestClock.adjust("1 day")
      assert.strictEqual((yield* askToken(fake, refreshFields(fake, refresh_token))).json.hint, "Token has expired")
    }).pipe(Effect.provide(inProcess({ refreshTokenLife: "1 day" }))))

  it.effect("expireTokens leaves refresh tokens, revokeTokens does not", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const first = (yield* askToken(fake)).json
      yield* fake.expireTokens
      const second = yield* askToken(fake, refreshFields(fake, first.refresh_token))
      assert.strictEqual(second.status, 200)
      yield* fake.revokeTokens
      assert.strictEqual((yield* askToken(fake, refreshFields(fake, second.json.refresh_token))).status, 400)
    }).pipe(Effect.provide(inProcess())))

  it.effect("gives tokens to any password client, and none once it is revoked or deleted", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const [userId = ""] = fake.userIds
      const secret = Redacted.make("s".repeat(40))
      yield* fake.insertClients(userId, [
        { id: "good", secret },
        { id: "revoked", secret, revoked: true },
        { id: "personal", secret, passwordClient: false, personalAccessClient: true }
      ])
      const statusFor = (clientId: string) =>
        Effect.map(
          askToken(fake, { ...passwordFields(fake), client_id: clientId, client_secret: Redacted.value(secret) }),
          ({ json, status }) => [status, json.error]
        )
      assert.deepStrictEqual(yield* statusFor("good"), [200, undefined])
      assert.deepStrictEqual(yield* statusFor("revoked"), [401, "invalid_client"])
      assert.deepStrictEqual(yield* statusFor("personal"), [401, "invalid_client"])
      yield* fake.deleteClients(userId, ["good"])
      assert.deepStrictEqual(yield* statusFor("good"), [401, "invalid_client"])
    }).pipe(Effect.provide(inProcess())))

  it.effect("dies with the client that the tokens were made for", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.insertClients(fake.userIds[0] ?? "", [{ id: fake.credentials.clientId }])
      const token = yield* accessToken(fake)
      const path = `/users/${fake.userIds[0]}/clients`
      assert.strictEqual((yield* call(fake, "DELETE", `${path}/${fake.credentials.clientId}`, { token })).status, 200)
      assert.strictEqual((yield* call(fake, "GET", path, { token })).status, 401)
      assert.deepInclude((yield* askToken(fake)).json, { error: "invalid_client" })
    }).pipe(Effect.provide(inProcess())))

  it.effect("dies with the client when that is revoked, too", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.insertClients(fake.userIds[0] ?? "", [{ id: fake.credentials.clientId }])
      const token = yield* accessToken(fake)
      const path = `/users/${fake.userIds[0]}/clients/${fake.credentials.clientId}`
      const put = call(fake, "PUT", path, { token, body: { data: { attributes: { revoked: true } } } })
      assert.deepStrictEqual([(yield* put).status, (yield* put).status], [200, 401])
      assert.deepInclude((yield* askToken(fake)).json, { error: "invalid_client" })
    }).pipe(Effect.provide(inProcess())))

  it.effect("has its own rate limit, told in plain text", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      assert.strictEqual((yield* askToken(fake)).status, 200)
      const limited = yield* askToken(fake)
      assert.deepStrictEqual([limited.status, limited.text], [429, "Too Many Attempts."])
      assert.deepInclude(limited.headers, { "retry-after": "60" })
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* askToken(fake)).status, 200)
      yield* fake.script(Fault.onOperation("token", Fault.tooManyRequests("2 seconds")))
      const scripted = yield* askToken(fake)
      assert.deepStrictEqual([scripted.text, scripted.headers["retry-after"]], ["Too Many Attempts.", "2"])
    }).pipe(Effect.provide(inProcess({ profile: "laravel55", tokenRateLimit: { limit: 1, window: "1 minute" } }))))

  for (const oauthDialect of dialects) {
    it.effect(`refuses in the words of ${oauthDialect}`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const fields = passwordFields(fake)
        const refused = (sent: Record<string, string>) =>
          Effect.map(askToken(fake, sent), ({ headers, json, status }) => {
            assert.strictEqual("error_description" in json, oauthDialect === "invalid_grant")
            return [status, json.error, headers["www-authenticate"] ?? ""].join(" ").trim()
          })
        const isOld = oauthDialect === "invalid_credentials"
        const challenge = isOld ? " Basic realm=\"OAuth\"" : ""
        const expected: ReadonlyArray<readonly [Record<string, string>, string]> = [
          [{ ...fields, password: "wrong" }, isOld ? "401 invalid_credentials" : "400 invalid_grant"],
          [{ ...fields, username: "who" }, isOld ? "401 invalid_credentials" : "400 invalid_grant"],
          [{ ...fields, client_secret: "wrong" }, `401 invalid_client${challenge}`],
          [{ ...fields, client_id: "0" }, `401 invalid_client${challenge}`],
          [without(fields, "client_secret"), `401 invalid_client${challenge}`],
          [without(fields, "client_id"), "400 invalid_request"],
          [without(fields, "username"), "400 invalid_request"],
          [{ ...fields, password: "" }, "400 invalid_request"],
          [without(fields, "grant_type"), "400 unsupported_grant_type"],
          [{ ...fields, grant_type: "client_credentials" }, "400 unsupported_grant_type"],
          [{ ...fields, scope: "* admin" }, "400 invalid_scope"],
          [refreshFields(fake, "made up"), isOld ? "400 invalid_request" : "400 invalid_grant"],
          [without(refreshFields(fake, ""), "refresh_token"), "400 invalid_request"]
        ]
        for (const [sent, result] of expected) assert.strictEqual(yield* refused(sent), result)
        assert.strictEqual(yield* fake.tokensIssued, 0)
      }).pipe(Effect.provide(inProcess({ oauthDialect }))))
  }

  it.effect("records what it was asked without a secret in the open", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* askToken(fake)
      yield* call(fake, "GET", "/users/x/clients", { token: "abc" })
      const [first, second] = yield* fake.requests
      assert.deepInclude(first, { sequence: 1, operation: "token", path: "/oauth/access_token", status: 200 })
      assert.deepInclude(first?.body, { grant_type: "password", username: "admin" })
      assert.notInclude(JSON.stringify(first), Redacted.value(fake.credentials.password))
      assert.notProperty(second?.headers, "authorization")
      assert.strictEqual(Redacted.value(second?.authorization ?? Redacted.make("")), "Bearer abc")
    }).pipe(Effect.provide(inProcess())))

  it.effect("knows no other path and no other method", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const wrong = yield* send(HttpClientRequest.get(fake.tokenUrl).pipe(HttpClientRequest.acceptJson))
      assert.deepStrictEqual([wrong.status, wrong.headers["allow"]], [405, "POST"])
      const nowhere = yield* send(HttpClientRequest.post(`${fake.tokenUrl}s`).pipe(HttpClientRequest.acceptJson))
      assert.strictEqual(nowhere.status, 404)
    }).pipe(Effect.provide(inProcess())))
})
