import { assert, describe, it } from "@effect/vitest"
import { ProcessMakerConfig } from "effect-processmaker-oauth"
import type { ProcessMakerConfigOptions } from "effect-processmaker-oauth"
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"

const make = (baseUrl: unknown, tokenUrl?: unknown) => {
  // Whatever a program without types may pass.
  const options = { baseUrl, tokenUrl } as ProcessMakerConfigOptions
  return ProcessMakerConfig.make(options)
}

const good: ReadonlyArray<readonly [string | URL, string, string]> = [
  [
    "https://acme.api.processmaker.io/api/v1",
    "https://acme.api.processmaker.io/api/v1",
    "https://acme.api.processmaker.io/oauth/access_token"
  ],
  [
    "https://acme.api.processmaker.io/api/v1//",
    "https://acme.api.processmaker.io/api/v1",
    "https://acme.api.processmaker.io/oauth/access_token"
  ],
  [
    "acme.api.processmaker.io",
    "https://acme.api.processmaker.io/api/v1",
    "https://acme.api.processmaker.io/oauth/access_token"
  ],
  [
    " ACME.api.processmaker.io:8443\n",
    "https://acme.api.processmaker.io:8443/api/v1",
    "https://acme.api.processmaker.io:8443/oauth/access_token"
  ],
  [
    "acme.api.processmaker.io/",
    "https://acme.api.processmaker.io/api/v1",
    "https://acme.api.processmaker.io/oauth/access_token"
  ],
  [new URL("https://h.test/x"), "https://h.test/x", "https://h.test/oauth/access_token"],
  ["http://localhost:4010/api/v1", "http://localhost:4010/api/v1", "http://localhost:4010/oauth/access_token"],
  ["http://127.0.0.1/api/v1", "http://127.0.0.1/api/v1", "http://127.0.0.1/oauth/access_token"],
  ["http://127.255.255.254", "http://127.255.255.254", "http://127.255.255.254/oauth/access_token"],
  ["http://0x7f.1/x", "http://127.0.0.1/x", "http://127.0.0.1/oauth/access_token"],
  ["http://[::1]:80/x", "http://[::1]/x", "http://[::1]/oauth/access_token"],
  ["http://LOCALHOST/x", "http://localhost/x", "http://localhost/oauth/access_token"],
  ["https://not-changeme.test/x", "https://not-changeme.test/x", "https://not-changeme.test/oauth/access_token"]
]

const bad = [
  "",
  " ",
  undefined,
  null,
  7,
  {},
  "http://acme.api.processmaker.io/api/v1",
  "http://localhost.evil.test/x",
  "http://localhost@evil.test/x",
  "http://127.0.0.1.evil.test/x",
  "http://127.0.0.1.nip.io",
  "http://128.0.0.1/x",
  "http://126.255.255.255",
  "http://[::2]/x",
  "http://0.0.0.0/x",
  "http://[::ffff:127.0.0.1]/x",
  "http://localhost./x",
  "http://evil.test#localhost",
  "ftp://h.test/x",
  "ws://localhost/x",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "data:text/plain,x",
  "https://user:pw@h.test/x",
  "https://user@h.test/x",
  "https://:@h.test:x",
  "https://h.test/x?y=1",
  "https://h.test/x?",
  "https://h.test/x#y",
  "https://h.test/x#",
  "CHANGEME.api.processmaker.io",
  "https://CHANGEME.api.processmaker.io/api/v1",
  "https://changeme/x",
  "//h.test/x",
  "/api/v1",
  "h.test/api/v1",
  "https://",
  "https://h .test",
  "https://h\n.test/x",
  "https://h.test/a\tb",
  "h..test",
  "https://xn--/",
  "https://[",
  "https://1.2.3.4.5/"
]

describe("the base URL", () => {
  for (const [input, base, token] of good) {
    it.effect(`takes ${JSON.stringify(input)}`, () =>
      Effect.gen(function*() {
        const config = yield* make(input)
        assert.deepStrictEqual([config.baseUrl, config.tokenUrl], [base, token])
      }))
  }

  for (const input of bad) {
    it.effect(`refuses ${JSON.stringify(input)}`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(make(input))
        assert.isTrue(ConfigError.isConfigError(error))
        assert.include(String(error), "baseUrl")
        assert.match(String(error), /must (be|start|not|name)/)
      }))
    if (input !== undefined) {
      it.effect(`refuses the token URL ${JSON.stringify(input)}`, () =>
        Effect.gen(function*() {
          assert.include(String(yield* Effect.flip(make("https://h.test/api/v1", input))), "tokenUrl")
        }))
    }
  }

  it.effect("goes to another origin for tokens only when told to", () =>
    Effect.gen(function*() {
      const config = yield* make("https://h.test/api/v1", "https://login.test/token")
      assert.strictEqual(config.tokenUrl, "https://login.test/token")
    }))

  it.effect.prop("whatever it is given, what comes out is https or loopback, and nothing is repeated", [
    FastCheck.oneof(
      FastCheck.webUrl({ withQueryParameters: true, withFragments: true }),
      FastCheck.string({ unit: "binary" }),
      FastCheck.constantFrom(...bad.map(String))
    )
  ], ([input]) =>
    Effect.gen(function*() {
      const result = yield* Effect.either(make(input))
      if (result._tag === "Left") {
        if (input.trim().length > 12) assert.notInclude(String(result.left), input.trim())
        return
      }
      const { hash, hostname, password, protocol, search, username } = new URL(result.right.baseUrl)
      assert.deepStrictEqual([hash, password, search, username], ["", "", "", ""])
      assert.isTrue(protocol === "https:" || ["localhost", "[::1]"].includes(hostname) || hostname.startsWith("127."))
    }))
})
