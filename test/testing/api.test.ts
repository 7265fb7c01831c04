import { assert, describe, it } from "@effect/vitest"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import type { FakeOptions } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { accessToken, call, document } from "./callers.js"
import type { CallOptions } from "./callers.js"
import { ways } from "./ways.js"

const inProcess = (options?: FakeOptions) => ways["in process"]?.(options) ?? assert.fail()

const setup = Effect.gen(function*() {
  const fake = yield* FakeProcessMaker
  const token = yield* accessToken(fake)
  const [userId = ""] = fake.userIds
  const path = `/users/${userId}/clients`
  return {
    fake,
    path,
    token,
    userId,
    list: (query = "", options: CallOptions = {}) => call(fake, "GET", `${path}${query}`, { token, ...options }),
    add: (body: unknown, options: CallOptions = {}) => call(fake, "POST", path, { token, body, ...options })
  }
})

describe("the API of the fake", () => {
  it.effect("makes what Laravel makes of page and per_page", () =>
    Effect.gen(function*() {
      const { list } = yield* setup
      const expected: ReadonlyArray<readonly [string, number, number]> = [
        ["", 1, 15],
        ["?page=0", 1, 15],
        ["?page=-1", 1, 15],
        ["?page=abc", 1, 15],
        ["?page=2.5", 1, 15],
        ["?page=02", 1, 15],
        ["?page=%202%20", 2, 15],
        ["?page=1&page=2", 2, 15],
        ["?page[number]=2", 1, 15],
        ["?per_page=0", 1, 15],
        ["?per_page=-5", 1, 15],
        ["?per_page=x", 1, 15],
        ["?per_page=7abc", 1, 7],
        ["?per_page=1", 1, 1],
        ["?per_page=100", 1, 100],
        ["?per_page=500", 1, 100],
        ["?page=99&per_page=5", 99, 5]
      ]
      for (const [query, page, perPage] of expected) {
        const { json, status } = yield* list(query)
        assert.strictEqual(status, 200)
        assert.deepInclude(json.meta.pagination, { current_page: page, per_page: perPage, total: 20 }, query)
        assert.strictEqual(json.data.length, json.meta.pagination.count)
      }
      assert.deepStrictEqual((yield* list("?page=99&per_page=5")).json.data, [])
    }).pipe(Effect.provide(inProcess())))

  it.effect("gives smaller pages than asked for when told so", () =>
    Effect.gen(function*() {
      const { list } = yield* setup
      assert.deepInclude((yield* list("?per_page=100")).json.meta.pagination, { per_page: 8, total_pages: 3 })
    }).pipe(Effect.provide(inProcess({ maxPerPage: 8 }))))

  it.effect("lists clients where they were put", () =>
    Effect.gen(function*() {
      const { fake, list, userId } = yield* setup
      yield* fake.insertClients(userId, [{ name: "first" }], { at: "start" })
      yield* fake.insertClients(userId, [{ name: "third" }, { name: "fourth" }], { at: 2 })
      yield* fake.insertClients(userId, [{ name: "last", id: "not-a-number" }])
      const { json } = yield* list("?per_page=100")
      assert.deepStrictEqual([0, 2, 3, 23].map((at) => json.data[at].attributes.name), [
        "first",
        "third",
        "fourth",
        "last"
      ])
      assert.strictEqual(json.data[23].id, "not-a-number")
    }).pipe(Effect.provide(inProcess())))

  it.effect("keeps positions through insertions and deletions", () =>
    Effect.gen(function*() {
      const { fake, list, userId } = yield* setup
      yield* fake.insertClients(userId, 30, { at: "random" })
      const some = (yield* fake.clients(userId)).map(({ id }) => id)
        .filter((id, index) => index % 3 === 0 && id !== fake.credentials.clientId)
      assert.strictEqual(yield* fake.deleteClients(userId, [...some, "nobody"]), some.length)
      const kept = (yield* fake.clients(userId)).map(({ id }) => id)
      assert.strictEqual(new Set(kept).size, 50 - some.length)
      const pages = yield* Effect.forEach([1, 2, 3, 4, 5, 6], (page) => list(`?per_page=7&page=${page}`))
      assert.deepStrictEqual(pages.flatMap(({ json }) => json.data.map(({ id }: { id: string }) => id)), kept)
    }).pipe(Effect.provide(inProcess())))

  it.effect("refuses names that are no names", () =>
    Effect.gen(function*() {
      const { add, fake, userId } = yield* setup
      const bodies: ReadonlyArray<unknown> = [
        document({}),
        document({ name: "" }),
        document({ name: "   " }),
        document({ name: null }),
        document({ name: 7 }),
        document({ name: "é".repeat(256) }),
        document({ name: "A", revoked: "yes" }),
        { data: [] },
        {},
        "{\"data\":"
      ]
      for (const body of bodies) {
        const { json, status } = yield* add(body)
        assert.strictEqual(status, 400)
        assert.deepStrictEqual(Object.keys(json.errors[0]), ["code", "title", "message"])
      }
      assert.strictEqual((yield* fake.clients(userId)).length, 20)
      assert.strictEqual((yield* add(document({ name: "😀".repeat(255) }))).status, 201)
    }).pipe(Effect.provide(inProcess())))

  it.effect("changes only what it is told, and stamps the time", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.UTC(2018, 0, 2, 3, 4, 5, 678))
      const { fake, path, token } = yield* setup
      const [{ id: clientId } = assert.fail()] = yield* fake.clients(fake.userIds[0] ?? "")
      const before = (yield* call(fake, "GET", `${path}/${clientId}`, { token })).json.data.attributes
      const put = (attributes: Record<string, unknown>) =>
        call(fake, "PUT", `${path}/${clientId}`, { token, body: document(attributes) })
      const changed = yield* put({ personal_access_client: 1, password_client: "1", unheard: true })
      assert.deepStrictEqual(changed.json.data.attributes, {
        ...before,
        personal_access_client: true,
        updated_at: "2018-01-02T03:04:05+00:00"
      })
      assert.strictEqual((yield* put({})).status, 400)
      assert.strictEqual((yield* put({ name: "" })).status, 400)
      assert.strictEqual((yield* put({ name: "B" })).json.data.attributes.name, "B")
    }).pipe(Effect.provide(inProcess())))

  it.effect("knows who is not there", () =>
    Effect.gen(function*() {
      const { fake, path, token } = yield* setup
      const status = (method: "GET" | "PATCH" | "POST" | "DELETE", where: string) =>
        Effect.map(call(fake, method, where, { token }), (reply) => [reply.status, reply.headers["allow"]])
      assert.deepStrictEqual(yield* status("GET", "/users/nobody/clients"), [404, undefined])
      assert.deepStrictEqual(yield* status("GET", `${path}/999`), [404, undefined])
      assert.deepStrictEqual(yield* status("GET", `${path}/%E0%A4%A`), [404, undefined])
      assert.deepStrictEqual(yield* status("GET", "/users"), [404, undefined])
      assert.deepStrictEqual(yield* status("GET", `${path}/1/2`), [404, undefined])
      assert.deepStrictEqual(yield* status("PATCH", `${path}/999`), [405, "GET, PUT, DELETE"])
      assert.deepStrictEqual(yield* status("DELETE", path), [405, "POST, GET"])
      assert.deepStrictEqual((yield* status("GET", `${path}/`))[0], 200)
    }).pipe(Effect.provide(inProcess())))

  it.effect("keeps the users' clients apart", () =>
    Effect.gen(function*() {
      const { fake, token } = yield* setup
      const [, other = ""] = fake.userIds
      const { status } = yield* call(fake, "GET", `/users/${other}/clients/${fake.credentials.clientId}`, { token })
      assert.strictEqual(status, 404)
    }).pipe(Effect.provide(inProcess())))

  it.effect("takes those who do not ask for JSON first for people", () =>
    Effect.gen(function*() {
      const { add, list } = yield* setup
      const asked = (accept: string) =>
        Effect.map(list("", { accept, token: "wrong" }), ({ headers, status }) => [status, headers["location"]])
      for (const accept of ["", "*/*", "text/html,application/json", "application/json;q=0.5,text/html"]) {
        assert.deepStrictEqual(yield* asked(accept), [302, "/login"])
      }
      for (
        const accept of ["application/json", "application/vnd.api+json, text/html", "text/html;q=0.1,application/json"]
      ) {
        assert.deepStrictEqual(yield* asked(accept), [401, undefined])
      }
      assert.strictEqual((yield* list("", { accept: "*/*" })).status, 200)
      const back = yield* add(document({}), { accept: "text/html" })
      assert.deepStrictEqual([back.status, back.headers["location"]], [302, "/"])
    }).pipe(Effect.provide(inProcess())))

  it.effect("wants a bearer", () =>
    Effect.gen(function*() {
      const { fake, path } = yield* setup
      assert.strictEqual((yield* call(fake, "GET", path)).status, 401)
      assert.strictEqual((yield* call(fake, "GET", path, { token: "x" })).status, 401)
    }).pipe(Effect.provide(inProcess())))

  for (const headers of ["laravel", "spec", "both"] as const) {
    it.effect(`limits the rate, with the headers of ${headers}`, () =>
      Effect.gen(function*() {
        const { list } = yield* setup
        const first = yield* list()
        assert.strictEqual(first.headers["x-ratelimit-remaining"], headers === "spec" ? undefined : "1")
        assert.strictEqual(first.headers["x-rate-limit-remaining"], headers === "laravel" ? undefined : "1")
        yield* TestClock.adjust("10500 millis")
        assert.strictEqual((yield* list()).status, 200)
        const limited = yield* list()
        assert.strictEqual(limited.status, 429)
        assert.deepInclude(limited.headers, { "retry-after": "50", "x-ratelimit-reset": "60" })
        yield* TestClock.adjust("49499 millis")
        assert.strictEqual((yield* list()).status, 429)
        yield* TestClock.adjust("1 millis")
        assert.strictEqual((yield* list()).status, 200)
      }).pipe(Effect.provide(inProcess({ rateLimit: { limit: 2, window: "1 minute", headers } }))))
  }

  it.effect("takes JSON:API at its word when strict", () =>
    Effect.gen(function*() {
      const { add, fake, list, path, token } = yield* setup
      const good = document({ name: "A" })
      assert.strictEqual((yield* add(good)).status, 201)
      assert.strictEqual((yield* add(good, { contentType: "application/json" })).status, 415)
      assert.strictEqual((yield* add(good, { contentType: "application/vnd.api+json; charset=utf-8" })).status, 415)
      assert.strictEqual((yield* list("", { accept: "application/vnd.api+json; charset=utf-8" })).status, 406)
      assert.strictEqual((yield* list("", { accept: "application/vnd.api+json; q=0.9" })).status, 200)
      assert.strictEqual((yield* add({ data: { type: "client", id: "7", attributes: { name: "A" } } })).status, 403)
      assert.strictEqual((yield* add({ data: { type: "user", attributes: { name: "A" } } })).status, 409)
      const [{ id: clientId } = assert.fail()] = yield* fake.clients(fake.userIds[0] ?? "")
      const put = (id: string) =>
        call(fake, "PUT", `${path}/${clientId}`, {
          token,
          body: { data: { type: "client", id, attributes: { name: "B" } } }
        })
      assert.deepStrictEqual([(yield* put("8")).status, (yield* put(clientId)).status], [409, 200])
    }).pipe(Effect.provide(inProcess({ strictMediaType: true }))))

  it.effect("is lax otherwise", () =>
    Effect.gen(function*() {
      const { add } = yield* setup
      const lax = { data: { type: "", id: "7", attributes: { name: "A" } } }
      assert.strictEqual((yield* add(lax, { contentType: "application/json; charset=utf-8" })).status, 201)
    }).pipe(Effect.provide(inProcess())))

  it.effect("dies when a test names a user that is not there", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const message = yield* Effect.catchAllDefect(fake.clients("nobody"), (defect) => Effect.succeed(String(defect)))
      assert.include(String(message), "FakeProcessMaker has no user nobody")
    }).pipe(Effect.provide(inProcess())))

  it.effect("has each id once", () =>
    Effect.gen(function*() {
      const { fake, userId } = yield* setup
      const [first] = yield* fake.clients(userId)
      const [moved] = yield* fake.insertClients(userId, [{ id: first?.id, name: "Moved" }])
      const kept = yield* fake.clients(userId)
      assert.deepStrictEqual([kept.length, kept.at(-1)?.name, moved?.name], [20, "Moved", "Moved"])
    }).pipe(Effect.provide(inProcess())))

  it.effect("seeds what it is told", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      assert.deepStrictEqual(fake.userIds, ["u-1", "u-2", "u-3"])
      const names = yield* Effect.forEach(
        fake.userIds,
        (id) => Effect.map(fake.clients(id), (clients) => clients.length)
      )
      assert.deepStrictEqual(names, [2, 0, 3])
      assert.deepInclude((yield* fake.clients("u-1"))[0], { id: "mine", name: "Mine", revoked: false })
      assert.strictEqual(typeof (yield* accessToken(fake)), "string")
    }).pipe(Effect.provide(inProcess({
      clients: 3,
      users: [{ id: "u-1", clients: [{ id: "mine", name: "Mine" }, {}] }, { id: "u-2", clients: 0 }, { id: "u-3" }]
    }))))
})
