import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { broken } from "../support/scripted.js"
import {
  type Answer,
  type Asked,
  granted,
  inOrder,
  makeProvider,
  makeTokenServer,
  plain,
  refused,
  text
} from "./tokenServer.js"

const told = (asked: ReadonlyArray<Asked>) =>
  asked.map(({ fields }) => fields["refresh_token"] ?? `${fields["username"]}:${fields["password"]}`)

const password = "admin:p\u00e4ssword & more"

describe("rotation", () => {
  it.scoped("each refresh token is used once, and its successor next", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(granted)
      const tokens = yield* makeProvider(server)
      for (let renewal = 0; renewal < 4; renewal++) {
        yield* tokens.get
        yield* TestClock.adjust("1 hour")
      }
      assert.deepStrictEqual(told(server.asked), [password, "refresh-1", "refresh-2", "refresh-3"])
      // The same text each time: servers compare it with the one they issued the token for.
      assert.deepStrictEqual([...new Set(server.asked.map(({ fields }) => fields["client_id"]))], ["17"])
      assert.hasAllKeys(server.asked[1]?.fields, ["grant_type", "refresh_token", "client_id", "client_secret"])
    }))

  it.scoped("where none comes back, the old one stays (RFC 6749, section 6)", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(inOrder(granted, (asked) => granted(asked, { refresh_token: undefined })))
      const tokens = yield* makeProvider(server)
      for (let renewal = 0; renewal < 3; renewal++) {
        yield* tokens.get
        yield* TestClock.adjust("1 hour")
      }
      assert.deepStrictEqual(told(server.asked), [password, "refresh-1", "refresh-1"])
    }))

  for (const refresh_token of [undefined, null, ""]) {
    it.scoped(`a server that gives ${JSON.stringify(refresh_token)} for a refresh token is asked by password`, () =>
      Effect.gen(function*() {
        const server = makeTokenServer((asked) => granted(asked, { refresh_token }))
        const tokens = yield* makeProvider(server)
        yield* tokens.get
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(text(yield* tokens.get), "access-2")
        assert.deepStrictEqual(told(server.asked), [password, password])
      }))
  }

  it.scoped("after a login, an older refresh token is forgotten", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(
        inOrder(granted, () => refused(400, "invalid_grant"), (asked) => granted(asked, { refresh_token: undefined }))
      )
      const tokens = yield* makeProvider(server)
      for (let renewal = 0; renewal < 3; renewal++) {
        yield* tokens.get
        yield* TestClock.adjust("1 hour")
      }
      assert.deepStrictEqual(told(server.asked), [password, "refresh-1", password, password])
    }))
})

/** What servers of four generations say of a bad refresh token, of a bad password and of a bad client (league/oauth2-server). */
const dialects = [
  {
    version: "5.1 to 6.0",
    refresh: [400, "invalid_request"],
    login: [401, "invalid_credentials"],
    client: [401, "invalid_client"]
  },
  {
    version: "6.1 to 7",
    refresh: [401, "invalid_request"],
    login: [401, "invalid_credentials"],
    client: [401, "invalid_client"]
  },
  { version: "8", refresh: [401, "invalid_request"], login: [400, "invalid_grant"], client: [401, "invalid_client"] },
  { version: "9", refresh: [400, "invalid_grant"], login: [400, "invalid_grant"], client: [401, "invalid_client"] }
] as const

describe("a refresh that failed goes to the password grant, once", () => {
  const lost: Record<string, Answer> = {
    "its connection was reset": () => broken("ECONNRESET"),
    "its answer was cut off": () =>
      Effect.sync(() =>
        new Response(
          new ReadableStream({
            start: (controller) => {
              controller.enqueue(new TextEncoder().encode("{\"acc"))
              controller.error(new Error("cut off"))
            }
          })
        )
      ),
    "a gateway answered": () => plain(502, "<html>"),
    "the gateway did not wait": () => plain(504, ""),
    "the server failed": () => plain(500, "Whoops"),
    "the answer was a login page": () => plain(200, "<html>"),
    "it was of another type": (asked) => granted(asked, { token_type: "mac" }),
    ...Object.fromEntries(dialects.map(({ refresh: [status, error], version }) => [
      `it was refused with ${status} ${error} (${version})`,
      () => refused(status, error)
    ]))
  }
  for (const [name, answer] of Object.entries(lost)) {
    it.scoped(`when ${name}`, () =>
      Effect.gen(function*() {
        const server = makeTokenServer(inOrder(granted, answer, granted))
        const tokens = yield* makeProvider(server)
        yield* tokens.invalidate(yield* tokens.get)
        const next = yield* Effect.fork(tokens.get)
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual(text(yield* Fiber.join(next)), "access-3")
        assert.deepStrictEqual(told(server.asked), [password, "refresh-1", password])
      }))
  }

  it.scoped("when it timed out", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(inOrder(granted, () => Effect.never, granted))
      const tokens = yield* makeProvider(server)
      yield* tokens.invalidate(yield* tokens.get)
      const next = yield* Effect.fork(tokens.get)
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual(text(yield* Fiber.join(next)), "access-3")
      assert.deepStrictEqual(told(server.asked), [password, "refresh-1", password])
      assert.strictEqual(server.mostAtOnce(), 1)
    }))

  it.scoped("and never comes back, also when that login fails", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(
        inOrder(granted, () => broken("ECONNRESET"), () => plain(503, ""), granted, granted)
      )
      const tokens = yield* makeProvider(server)
      yield* tokens.invalidate(yield* tokens.get)
      const next = yield* Effect.fork(tokens.get)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(text(yield* Fiber.join(next)), "access-4")
      yield* TestClock.adjust("1 hour")
      yield* tokens.get
      assert.deepStrictEqual(told(server.asked), [password, "refresh-1", password, password, "refresh-4"])
    }))

  // The server surely did not look at the token.
  const untouched: Record<string, Answer> = {
    "no connection was made": () => broken("ECONNREFUSED"),
    "the host was not found": () => broken("ENOTFOUND"),
    "it was throttled": () => plain(429, "Too Many Attempts.", { "retry-after": "1" }),
    "the server was down for a while that it told": () => plain(503, "", { "retry-after": "1" })
  }
  for (const [name, answer] of Object.entries(untouched)) {
    it.scoped(`but not when ${name}: then the refresh token is still good`, () =>
      Effect.gen(function*() {
        const server = makeTokenServer(inOrder(granted, answer, granted))
        const tokens = yield* makeProvider(server)
        yield* tokens.invalidate(yield* tokens.get)
        const next = yield* Effect.fork(tokens.get)
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(text(yield* Fiber.join(next)), "access-3")
        assert.deepStrictEqual(told(server.asked), [password, "refresh-1", "refresh-1"])
      }))
  }
})

describe("the dialects of the server's generations", () => {
  for (const { client, login, refresh, version } of dialects) {
    it.scoped(`${version}: refused refresh, then refused password`, () =>
      Effect.gen(function*() {
        const server = makeTokenServer(
          inOrder(granted, () => refused(refresh[0], refresh[1]), () => refused(login[0], login[1]))
        )
        const tokens = yield* makeProvider(server)
        yield* tokens.invalidate(yield* tokens.get)
        const error = yield* Effect.flip(tokens.get)
        assert.deepInclude(error, { _tag: "ProcessMakerLoginFailed", reason: login[1], status: login[0] })
        assert.include(error.message, "the user name or the password is wrong")
        assert.strictEqual(server.asked.length, 3)
      }))

    it.scoped(`${version}: bad client`, () =>
      Effect.gen(function*() {
        const headers = { "www-authenticate": "Basic realm=\"OAuth\"" }
        const server = makeTokenServer(() => refused(client[0], client[1], headers))
        const tokens = yield* makeProvider(server)
        const error = yield* Effect.flip(tokens.get)
        assert.deepInclude(error, { _tag: "ProcessMakerLoginFailed", reason: "invalid_client", status: 401 })
        assert.include(error.message, "the client ID or the client secret is wrong")
      }))
  }

  for (const [status, error] of [[400, "invalid_grant"], [401, "invalid_grant"], [403, "invalid_grant"]] as const) {
    it.scoped(`the error decides, not the status: ${status} ${error}`, () =>
      Effect.gen(function*() {
        const tokens = yield* makeProvider(makeTokenServer(() => refused(status, error)))
        assert.deepInclude(yield* Effect.flip(tokens.get), { reason: error, status })
      }))
  }
})
