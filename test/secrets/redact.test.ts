import { assert, describe, it } from "@effect/vitest"
import { assertNoSecrets } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { makeKnownSecret } from "../../src/internal/secrets/knownSecrets.js"
import { makeRedact, redactFailure } from "../../src/internal/secrets/redact.js"
import { readErrorBody } from "../../src/internal/wire/errorBody.js"
import { allSecrets, secrets, shapes, writings } from "../support/hostile.js"
import { runs } from "../support/runs.js"

const refusal = (body: string) => ({
  _tag: "RefusedStatus" as const,
  status: 422,
  errors: readErrorBody(body).errors ?? []
})
const nothingKnown = makeRedact(() => [])
const known = (...all: ReadonlyArray<string>) => makeRedact(() => all.map(makeKnownSecret))

describe("a secret that is known", () => {
  for (const [writing, write] of Object.entries(writings)) {
    it(`${writing}, in every shape`, () => {
      for (const secret of allSecrets) {
        const redact = known(...allSecrets)
        for (const [name, shape] of Object.entries(shapes)) {
          const errors = redactFailure(refusal(shape(write(secret))), redact).errors ?? []
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

describe("the law of a known secret", () => {
  const hex = (byte: number) => byte.toString(16).padStart(2, "0")
  const utf8 = (text: string) => [...new TextEncoder().encode(text)]
  const base64 = (before: string, text: string) => btoa(String.fromCharCode(...utf8(before + text)))
  const percent = (text: string) => utf8(text).map((byte) => `%${hex(byte)}`).join("")
  const inside = (part: string, every: number) => (text: string) =>
    [...text].map((character, at) => at % every === every - 1 ? character + part : character).join("")

  /** Each character as it is written there; the secret is cut before it is written. */
  const everyWriting: Readonly<Record<string, (secret: string) => string>> = {
    ...writings,
    "percent, every byte": percent,
    "percent, every byte, capitals": (secret) => percent(secret).toUpperCase(),
    "percent, some bytes": (secret) => encodeURIComponent(secret).replaceAll(/[aeiou](?![0-9A-Fa-f])/g, percent),
    "percent, twice": (secret) => encodeURIComponent(encodeURIComponent(secret)),
    "percent, every byte twice": (secret) => encodeURIComponent(percent(secret)),
    "form, twice": (secret) => encodeURIComponent(encodeURIComponent(secret).replaceAll("%20", "+")),
    "\\x": (secret) => utf8(secret).map((byte) => `\\x${hex(byte)}`).join(""),
    "\\u": (secret) => secret.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
    "decimal entities": (secret) => [...secret].map((character) => `&#${character.codePointAt(0)};`).join(""),
    "hex entities": (secret) =>
      [...secret].map((character) => `&#x${character.codePointAt(0)?.toString(16)};`).join(""),
    "named entities": (secret) => html(secret).replaceAll("\u00e4", "&auml;"),
    "hex, capitals": (secret) => utf8(secret).map(hex).join("").toUpperCase(),
    "base64, behind one byte": (secret) => base64("1", secret),
    "base64, behind two": (secret) => base64("17", secret),
    "base64, between": (secret) => base64("17:", `${secret}:x`),
    "base64url, behind one byte": (secret) => base64("1", secret).replaceAll("+", "-").replaceAll("/", "_"),
    "base64, in a query": (secret) => encodeURIComponent(base64("", secret)),
    "base64, in lines": (secret) => inside("\r\n", 20)(base64("", secret)),
    "quoted-printable": (secret) =>
      secret.replaceAll(
        /[^ -<>-~]/gu,
        (character) => utf8(character).map((byte) => `=${hex(byte).toUpperCase()}`).join("")
      ),
    "quoted-printable, in lines": (secret) => inside("=\r\n", 9)(secret.replaceAll("=", "=3D")),
    "lower case": (secret) => secret.toLowerCase(),
    "invisible characters": inside("\u200b", 3),
    "a line break": inside("\n", 10),
    "a line break and blanks": inside("\r\n    ", 10),
    "a line for each word": (secret) => secret.replaceAll(" ", "\n  ")
  }
  const html = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("\"", "&quot;")
  const characters = [
    ..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_./+=%&<>\"'\u00e4\u20ac\ud83d"
  ]
    .map((character) => character === "\ud83d" ? "\u{1f600}" : character)
  const secretOf = (size: { readonly minLength: number; readonly maxLength: number }) =>
    FastCheck.array(FastCheck.constantFrom(...characters), { ...size, size: "max" })
      .map((all) => all.join("")).filter((text) => text === text.trim() && !/ {2}/.test(text) && new Set(text).size > 7)
  const beside = FastCheck.constantFrom(
    "the client",
    "user 40718822",
    "not known",
    "/data/name",
    "(422)",
    "caf\u00e9",
    "50 %",
    "\\",
    "=",
    "&",
    ""
  )
  const squeezed = (text: string) => text.replaceAll(/\s|\u200b|=\r\n/g, "")

  for (const [writing, write] of Object.entries(everyWriting)) {
    it.effect.prop(
      `${writing}: it is hidden, whole or cut short, and the words beside it are not`,
      [secretOf({ minLength: 12, maxLength: 60 }), beside, beside, FastCheck.nat(30), FastCheck.boolean()],
      ([secret, before, after, cut, atStart]) =>
        Effect.sync(() => {
          const whole = [...secret]
          const most = Math.min(cut, whole.length - 12)
          const left = (atStart ? whole.slice(most) : whole.slice(0, whole.length - most)).join("")
          const redact = known(secret)
          const written = write(left)
          const said = redact(`${before}\u00ab${written}\u00bb${after}`)
          assert.include(said, "<redacted>")
          assert.isTrue(said.startsWith(`${before}\u00ab`), `${before} in ${said}`)
          if (!["a statement"].includes(writing)) assert.isTrue(said.endsWith(`\u00bb${after}`), `${after} in ${said}`)
          const shown = squeezed(said.slice(before.length + 1)).toLowerCase()
          for (let at = 0; at + 12 <= left.length; at++) {
            assert.notInclude(shown, squeezed(left.slice(at, at + 12)).toLowerCase().padEnd(8, "?"))
          }
          if (writing.startsWith("base64") || writing.startsWith("hex")) assert.isBelow(said.length, 60)
        }),
      { fastCheck: runs(6, 100) }
    )
  }

  const words = FastCheck.array(
    FastCheck.constantFrom(
      "token",
      "is",
      "not",
      "valid",
      "for",
      "client",
      "tokenise",
      "user",
      "pass",
      "password",
      "-",
      "100%",
      "a=b",
      "\\n"
    ),
    { minLength: 1, maxLength: 40 }
  ).map((all) => all.join(" "))
  it.effect.prop(
    "a text that does not hold it stays as it is",
    [words, secretOf({ minLength: 12, maxLength: 40 })],
    ([text, secret]) => Effect.sync(() => assert.strictEqual(known(secret)(text), nothingKnown(text)))
  )

  it("a short one is a word of its own, as it is written, and nothing else", () => {
    const redact = known("pass")
    assert.strictEqual(
      redact("the password pass, not Pass or passes or a_pass"),
      "the password <redacted>, not Pass or passes or a_pass"
    )
    assert.strictEqual(known("a!")("a! aa! a!b"), "<redacted> aa! <redacted>b")
    assert.strictEqual(known("tokenise")("a token is expired"), "a token is expired")
  })

  it("the words beside it stay where a name or a header gives it away", () => {
    const secret = "aaaaabPT>Fq7"
    const redact = known(secret)
    for (const name of ["Authorization: Bearer ", "client_secret="]) {
      assert.strictEqual(redact(`(${name}${secret}\u00bb50 %`), `(${name}<redacted>\u00bb50 %`)
      assert.strictEqual(redact(`(${name}${secret}.7f\u00bb50 %`), `(${name}<redacted>\u00bb50 %`)
    }
  })

  it("what stands before it does not garble it", () => {
    for (const before of ["%", "%4", "\\", "\\u00", "\\x", "&", "&#", "&amp", "=", "=4", "\ud83d", "a", "+"]) {
      for (const secret of ["ab\u00e4cdefgh", "41\u00e4cdefgh", "#12;\u00e4cdefgh", "n\u00e4bcdefgh"]) {
        // An escaped "%" is a "%" too.
        if (before === "\\" && !/^\w/.test(secret)) continue
        assert.strictEqual(known(secret)(`${before}${encodeURIComponent(secret)}.`), `${before}<redacted>.`)
      }
    }
  })

  describe("64 kB take milliseconds", () => {
    const long = [...allSecrets, "x".repeat(1000), "ab".repeat(500)]
    const short = ["so ", "a", "ab", "%25", "%2541", "\\", "\\u0041", "&", "&#x61;", "\n", " ", "\u200b", "=\n", "=41"]
    const redact = known(...long)
    for (const filling of [...long, ...short]) {
      it(`of ${JSON.stringify(filling).slice(0, 20)}`, () => {
        redact("prepared")
        const text = filling.repeat(Math.ceil(65_536 / filling.length))
        const started = process.cpuUsage().user
        redact(text)
        assert.isBelow((process.cpuUsage().user - started) / 1000, 300)
      })
    }
  })
})
