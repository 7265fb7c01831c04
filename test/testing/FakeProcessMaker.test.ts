import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import type { FakeOptions } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { accessToken, askToken, call, document, send } from "./callers.js"

const inProcess = (options?: FakeOptions) =>
  Layer.provideMerge(FakeProcessMaker.layerHttpClient, FakeProcessMaker.layer(options))

const loggedIn = Effect.gen(function*() {
  const fake = yield* FakeProcessMaker
  const token = yield* accessToken(fake)
  return { fake, token, userId: fake.userIds[0] ?? "" }
})

describe("FakeProcessMaker, by itself", () => {
  it.effect("logs in, makes, reads, lists, changes and deletes a client", () =>
    Effect.gen(function*() {
      const { fake, token, userId } = yield* loggedIn
      const made = yield* call(fake, "POST", `/users/${userId}/clients`, { token, body: document({ name: " A " }) })
      assert.strictEqual(made.status, 201)
      assert.strictEqual(made.json.data.attributes.name, "A")
      const { id } = made.json.data
      const read = yield* call(fake, "GET", `/users/${userId}/clients/${id}`, { token })
      assert.deepStrictEqual(read.json, made.json)
      const list = yield* call(fake, "GET", `/users/${userId}/clients?page=2`, { token })
      assert.strictEqual(list.json.data.length, 6)
      assert.deepStrictEqual(list.json.meta.pagination, {
        total: 21,
        count: 6,
        per_page: 15,
        current_page: 2,
        total_pages: 2,
        links: { previous: `http://localhost/api/v1/users/${userId}/clients?page=1` }
      })
      const changed = yield* call(fake, "PUT", `/users/${userId}/clients/${id}`, {
        token,
        body: document({ revoked: true })
      })
      assert.deepInclude(changed.json.data.attributes, { name: "A", revoked: true })
      const gone = yield* call(fake, "DELETE", `/users/${userId}/clients/${id}`, { token })
      assert.deepStrictEqual([gone.status, gone.json.meta.code], [200, "1831"])
      assert.strictEqual((yield* call(fake, "DELETE", `/users/${userId}/clients/${id}`, { token })).status, 404)
    }).pipe(Effect.provide(inProcess())))

  it.effect("is the same in every run", () =>
    Effect.gen(function*() {
      const one = yield* Effect.provide(FakeProcessMaker, FakeProcessMaker.layer())
      const other = yield* Effect.provide(FakeProcessMaker, FakeProcessMaker.layer())
      assert.deepStrictEqual(one.userIds, other.userIds)
      assert.strictEqual(Redacted.value(one.credentials.clientSecret), Redacted.value(other.credentials.clientSecret))
      const [first] = yield* one.clients(one.userIds[0] ?? "")
      assert.match(first?.id ?? "", /^\d{8}$/)
      assert.match(Redacted.value(first?.secret ?? Redacted.make("")), /^[A-Za-z0-9]{40}$/)
    }))

  it.effect("remembers as many requests as it is told to, until told to forget", () =>
    Effect.gen(function*() {
      const { fake, userId } = yield* loggedIn
      const list = call(fake, "GET", `/users/${userId}/clients?page=2`)
      yield* Effect.replicateEffect(list, 9)
      assert.deepStrictEqual((yield* fake.requests).map(({ sequence }) => sequence), [8, 9, 10])
      assert.deepInclude((yield* fake.requests)[0], {
        operation: "findOauthClients",
        method: "GET",
        path: `/api/v1/users/${userId}/clients`,
        query: { page: "2" },
        userId,
        page: 2,
        perPage: 15,
        status: 401
      })
      assert.strictEqual(yield* fake.maxInFlight(), 1)
      yield* fake.clearRequests
      assert.deepStrictEqual([yield* fake.requests, yield* fake.maxInFlight()], [[], 0])
      yield* list
      assert.strictEqual((yield* fake.requests)[0]?.sequence, 11)
    }).pipe(Effect.provide(inProcess({ keepRequests: 3 }))))

  it.effect("logs in as it is told to", () =>
    Effect.gen(function*() {
      const { fake, token, userId } = yield* loggedIn
      assert.deepInclude(fake.credentials, { clientId: "mine", username: "me" })
      assert.strictEqual(Redacted.value(fake.credentials.password), "open sesame & co")
      const read = yield* call(fake, "GET", `/users/${userId}/clients/mine`, { token })
      assert.strictEqual(read.status, 404)
      assert.strictEqual((yield* fake.clients(userId)).length, 20)
    }).pipe(Effect.provide(inProcess({
      credentials: {
        clientId: "mine",
        clientSecret: Redacted.make("very secret"),
        username: "me",
        password: Redacted.make("open sesame & co")
      }
    }))))

  it.effect("reads bodies of every kind", () =>
    Effect.gen(function*() {
      const { fake, token, userId } = yield* loggedIn
      const text = JSON.stringify(document({ name: "é" }))
      const bytes = new TextEncoder().encode(text)
      const form = new FormData()
      form.append("name", "A")
      const post = HttpClientRequest.post(`${fake.baseUrl}/users/${userId}/clients`).pipe(
        HttpClientRequest.bearerToken(token),
        HttpClientRequest.acceptJson
      )
      const json = { contentType: "application/json" }
      const statuses = yield* Effect.forEach([
        HttpBody.uint8Array(bytes, json.contentType),
        HttpBody.raw(text, json),
        HttpBody.stream(Stream.make(bytes.slice(0, 20), bytes.slice(20)), json.contentType),
        HttpBody.formData(form),
        HttpBody.empty
      ], (body) => Effect.map(send(HttpClientRequest.setBody(post, body)), ({ status }) => status))
      assert.deepStrictEqual(statuses, [201, 201, 201, 400, 400])
    }).pipe(Effect.provide(inProcess())))

  it.effect("lives where it is told to", () =>
    Effect.gen(function*() {
      const { fake, token, userId } = yield* loggedIn
      assert.strictEqual(fake.tokenUrl, "http://localhost:8080/oauth/access_token")
      assert.strictEqual((yield* call(fake, "GET", `/users/${userId}/clients`, { token })).status, 200)
    }).pipe(Effect.provide(inProcess({ baseUrl: "http://localhost:8080/" }))))

  it.effect("lets tokens expire by the clock", () =>
    Effect.gen(function*() {
      const { fake, token, userId } = yield* loggedIn
      const list = Effect.map(call(fake, "GET", `/users/${userId}/clients`, { token }), ({ status }) => status)
      assert.strictEqual(yield* list, 200)
      yield* TestClock.adjust("59 minutes")
      assert.strictEqual(yield* list, 200)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* list, 401)
      assert.strictEqual((yield* askToken(fake)).status, 200)
      assert.strictEqual(yield* fake.tokensIssued, 2)
    }).pipe(Effect.provide(inProcess({ accessTokenLife: "1 hour" }))))
})
