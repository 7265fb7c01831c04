import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { granted, inOrder, makeProvider, makeTokenServer, plain, refused, text } from "./tokenServer.js"
import type { Answer } from "./tokenServer.js"

const answered = (status: number, body: unknown, headers?: Record<string, string>): Answer => () =>
  plain(status, typeof body === "string" ? body : JSON.stringify(body), headers)

describe("a token answer that is read", () => {
  const life = (token: { readonly expiresAt: Option.Option<DateTime.Utc> }) =>
    Option.getOrUndefined(Option.map(token.expiresAt, DateTime.toEpochMillis))
  const cases: ReadonlyArray<readonly [fields: Record<string, unknown>, life: number | undefined]> = [
    [{ token_type: "bearer" }, 3_600_000],
    [{ token_type: " BEARER " }, 3_600_000],
    [{ token_type: null }, 3_600_000],
    [{ expires_in: "7200" }, 7_200_000],
    [{ expires_in: " 90.5 " }, 90_500],
    [{ expires_in: 90.25 }, 90_250],
    [{ expires_in: "never" }, undefined],
    [{ expires_in: -1 }, undefined],
    [{ expires_in: "-1" }, undefined],
    [{ expires_in: 0 }, undefined],
    [{ expires_in: null }, undefined],
    [{ expires_in: [] }, undefined],
    [{ expires_in: true }, undefined],
    [{ refresh_token: false }, 3_600_000],
    [{ refresh_token: null }, 3_600_000],
    [{ refresh_token: "" }, 3_600_000],
    [{ scope: ["*"], error: null }, 3_600_000]
  ]
  for (const [fields, expected] of cases) {
    it.scoped(`${JSON.stringify(fields)}`, () =>
      Effect.gen(function*() {
        const server = makeTokenServer((asked) => granted(asked, fields))
        const tokens = yield* makeProvider(server)
        const token = yield* tokens.get
        assert.strictEqual(text(token), "access-1")
        assert.strictEqual(life(token), expected)
        yield* tokens.invalidate(token)
        yield* tokens.get
        assert.strictEqual(server.grants()[1], "refresh_token" in fields ? "password" : "refresh_token")
      }))
  }
})

describe("a token answer that refuses the login, once for fifty calls", () => {
  const secretWords = "no, pässword & more is wrong for client-secret"
  const cases: ReadonlyArray<readonly [name: string, answer: Answer, reason: string, said: string | undefined]> = [
    [
      "200 with an error",
      answered(200, { error: "invalid_grant", error_description: "Bad password." }),
      "invalid_grant",
      "Bad password."
    ],
    [
      "200 with an error that is no code",
      answered(200, { error: "It failed.", message: "Go away." }),
      "refused",
      "Go away."
    ],
    [
      "200 without a token",
      answered(200, { token_type: "Bearer", message: "Nothing for you." }),
      "invalid_response",
      "Nothing for you."
    ],
    ["200 with an empty token", answered(200, { access_token: "", message: "x" }), "invalid_response", undefined],
    ["200 with a token that cannot be sent", answered(200, { access_token: "a b\nc" }), "invalid_response", undefined],
    [
      "200 with a token of another type",
      answered(200, { access_token: "abc", token_type: "mac" }),
      "invalid_response",
      undefined
    ],
    ["200 with HTML", answered(200, "<html>Log in</html>"), "invalid_response", undefined],
    ["200 with nothing", answered(200, ""), "invalid_response", undefined],
    ["200 with an array", answered(200, []), "invalid_response", undefined],
    ["404 with nothing", answered(404, ""), "invalid_response", undefined],
    ["404 with words", answered(404, { message: "No route." }), "invalid_response", "No route."],
    ["403 with HTML", answered(403, "<html>Firewall</html>"), "refused", undefined],
    ["401", () => refused(401, "invalid_client"), "invalid_client", "Refused."],
    [
      "400 with our secrets",
      answered(400, { error: "invalid_grant", message: secretWords }),
      "invalid_grant",
      "no, <redacted> is wrong for <redacted>"
    ],
    ["400 with a secret for a code", answered(400, { error: "client-secret", message: "x" }), "refused", "x"]
  ]
  for (const [name, answer, reason, said] of cases) {
    it.scoped(name, () =>
      Effect.gen(function*() {
        const server = makeTokenServer(answer)
        const tokens = yield* makeProvider(server)
        const errors = yield* Effect.all(Array.from({ length: 50 }, () => Effect.flip(tokens.get)), {
          concurrency: "unbounded"
        })
        for (const error of errors) {
          assert(error._tag === "ProcessMakerLoginFailed")
          assert.strictEqual(error.reason, reason)
          assert.strictEqual(error.errors[0]?.detail, said)
          assert.notInclude(JSON.stringify(error) + error.message, "client-secret")
          assert.isTrue(Option.isSome(error.retryAfter))
        }
        assert.strictEqual(server.asked.length, 1)
        yield* TestClock.adjust("29 seconds")
        yield* Effect.flip(tokens.get)
        assert.strictEqual(server.asked.length, 1)
        yield* TestClock.adjust("2 seconds")
        yield* Effect.flip(tokens.get)
        assert.strictEqual(server.asked.length, 2)
      }))
  }

  it.scoped("a redirect keeps its class, and is not hammered either", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(answered(302, "", { location: "https://elsewhere.example.test/login" }))
      const tokens = yield* makeProvider(server)
      for (let nth = 0; nth < 5; nth++) {
        const error = yield* Effect.flip(tokens.get)
        assert.deepInclude(error, {
          _tag: "ProcessMakerUnexpectedStatus",
          redirectOrigin: "https://elsewhere.example.test",
          attempts: nth === 0 ? 1 : 0
        })
      }
      assert.strictEqual(server.asked.length, 1)
    }))

  const refreshRefused: ReadonlyArray<Answer> = [
    () => refused(400, "invalid_grant"),
    answered(200, { error: "invalid_request" }),
    answered(404, "<html></html>"),
    answered(302, "", { location: "/login" })
  ]
  for (const [nth, answer] of refreshRefused.entries()) {
    it.scoped(`a refused refresh (${nth}) starts no cool-down: the password grant follows`, () =>
      Effect.gen(function*() {
        const server = makeTokenServer(inOrder(granted, answer, granted))
        const tokens = yield* makeProvider(server)
        yield* tokens.invalidate(yield* tokens.get)
        assert.strictEqual(text(yield* tokens.get), "access-3")
        assert.deepStrictEqual(server.grants(), ["password", "refresh_token", "password"])
      }))
  }
})
