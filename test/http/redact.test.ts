import { assert, describe, it } from "@effect/vitest"
import { assertNoSecrets } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { makeRedact, redactFailure } from "../../src/internal/http/redact.js"
import { readErrorBody } from "../../src/internal/wire/errorBody.js"
import { allSecrets, secrets, shapes, writings } from "../support/hostile.js"

const refusal = (body: string) => ({ _tag: "RefusedStatus" as const, status: 422, errors: readErrorBody(body) })
const nothingKnown = makeRedact(() => [])
const known = (...all: ReadonlyArray<string>) => makeRedact(() => all)

describe("a secret that is known", () => {
  for (const [writing, write] of Object.entries(writings)) {
    it(`${writing}, in every shape`, () => {
      for (const secret of allSecrets) {
        const redact = known(...allSecrets)
        for (const [name, shape] of Object.entries(shapes)) {
          const errors = redactFailure(refusal(shape(write(secret))), redact).errors
          if (name === "JSON:API") assertNoSecrets(errors.map((error) => Object.values(error)), [secret])
          const text = JSON.stringify(errors).toLowerCase()
          for (const form of [write(secret), secret]) assert.notInclude(text, form.toLowerCase())
        }
      }
    })
  }

  const texts = FastCheck.string({ unit: "binary", minLength: 4, maxLength: 60 })
  const parts = FastCheck.array(FastCheck.option(FastCheck.string(), { freq: 2 }), { maxLength: 30 })
  it.effect.prop(
    "whatever it is made of and wherever it stands",
    [texts, parts],
    ([secret, around]) =>
      Effect.sync(() => assert.notInclude(known(secret)(around.map((part) => part ?? secret).join(" ")), secret))
  )

  const phrases = FastCheck.constantFrom("correct horse battery staple", "p\u00e4ss w\u00f6rd", "a.b*c\\d(e", "hunter2")
  const fillers = FastCheck.array(FastCheck.constantFrom("so", "null", undefined, undefined), { maxLength: 60 })
  it.effect.prop(
    "no half of it is left where a text is cut",
    [phrases, fillers, FastCheck.integer({ min: 1, max: 300 })],
    ([secret, around, most]) =>
      Effect.sync(() =>
        assert.notInclude(
          known(secret)(around.map((part) => part ?? secret).join(" "), most),
          secret.slice(0, 3)
        )
      )
  )

  it("a short one too, whatever becomes of the text", () => {
    assert.strictEqual(known("pw")("the pw is wrong"), "the <redacted> is wrong")
    assert.strictEqual(known("redacted")("redacted"), "<redacted>")
    assert.strictEqual(known("")("text"), "text")
  })

  it("is not cut in two", () => {
    const secret = "correct horse battery staple"
    assert.strictEqual(known(secret)(`${"a ".repeat(10)}${secret} and more`, 25), `${"a ".repeat(10)}<redacted>`)
  })
})

describe("what looks like a secret", () => {
  const hidden = [
    secrets.otherClients,
    secrets.clientSecret,
    secrets.accessToken,
    secrets.refreshToken,
    `token:${secrets.refreshToken}`,
    btoa(secrets.otherClients),
    btoa(`17:${secrets.otherClients}`),
    "deadbeef".repeat(8),
    "0123456789abcdefABCDEFGHJKLM",
    "password=hunter2",
    "'password' => 'hunter2'",
    "\"client_secret\":\"hunter2\"",
    "Bearer hunter2hunter2",
    "api_key: \"hunter2\"",
    "insert (SQL: insert into x values (hunter2))"
  ]
  for (const text of hidden) {
    it(`hides ${text.slice(0, 40)}`, () => {
      const left = nothingKnown(`Sorry, ${text} is wrong`)
      assert.include(left, "<redacted>")
      assert.notInclude(left, "hunter2")
      for (const secret of allSecrets) assert.notInclude(left, secret)
    })
  }

  const kept = [
    "data.attributes.personal_access_client",
    "/data/attributes/password_client",
    "The password: it must not be blank.",
    "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
    "https://acme.api.processmaker.io/api/v1/users/9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d/clients/40718822",
    "Illuminate\\Database\\QueryException",
    "MethodNotAllowedHttpException",
    "/var/www/releases/20170401123456/vendor/laravel/framework/src/Model.php",
    "user_has_no_permission_for_oauth2_clients",
    "the-2-factor-authentication-is-required",
    "2017-11-03T09:15:42.000000+00:00",
    "SQLSTATE[HY000] [2002] Connection refused",
    "invalid_credentials",
    "X-RateLimit-Remaining",
    "123456789012345678901234567890",
    "--------------------------------------",
    "The token is expired; ask for a new token: see the documentation",
    "Basic authentication is not supported"
  ]
  for (const text of kept) {
    it(`keeps ${text.slice(0, 60)}`, () => assert.strictEqual(nothingKnown(text), text))
  }

  const alphabet = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"]
  const made = FastCheck.array(FastCheck.constantFrom(...alphabet), { minLength: 40, maxLength: 40, size: "max" }).map((
    all
  ) => all.join(""))
    .filter((text) => new Set(text).size > 15)
  it.effect.prop(
    "any secret as the server makes them",
    [made],
    ([secret]) => Effect.sync(() => assert.notInclude(nothingKnown(`The secret ${secret} was used`), secret))
  )

  it("does not take long over a long text", () => {
    const started = performance.now()
    for (
      const text of [
        "a".repeat(1e6),
        "aA1_".repeat(3e5),
        "token".repeat(2e5),
        "'".repeat(1e6),
        "/.".repeat(5e5),
        "SQL: ".repeat(2e5),
        "bearer ".repeat(1e5)
      ]
    ) {
      known(...allSecrets)(text, 800)
      nothingKnown(text.slice(0, 100_000))
    }
    assert.isBelow(performance.now() - started, 5000)
  })
})
