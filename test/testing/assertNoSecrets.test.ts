import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import { ProcessMakerNotFound } from "effect-processmaker-oauth"
import { assertNoSecrets, FakeProcessMaker } from "effect-processmaker-oauth/testing"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Inspectable from "effect/Inspectable"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { inspect } from "node:util"
import { ways } from "../../src/testing/secrets/formatters.js"

const secret = "q8Zt1mVx K4/bN7+\"cYr"
const simple = "q8Zt1mVxK4bN7cYr2LhD9wPs"

const leaks = (
  value: unknown,
  secrets: Iterable<string | Redacted.Redacted<string>> = [simple]
): ReadonlyArray<string> => {
  try {
    assertNoSecrets(value, secrets)
    return []
  } catch (error) {
    if (!(error instanceof Error)) throw error
    for (const one of secrets) assert.notInclude(`${inspect(error, { depth: 9, showHidden: true })}`, String(one))
    return error.message.replace("A secret is shown", "").split("\n  by ").map((part) => part.replace(/^ at /, ""))
      .filter(
        (part) => part !== ""
      )
  }
}

class Silent {
  toString(): string {
    return "silent"
  }
  toJSON(): unknown {
    return "silent"
  }
  [Inspectable.NodeInspectSymbol](): unknown {
    return "silent"
  }
}

/** Silent in every way but those that a test adds. */
const silentBut = (fields: object): object =>
  Object.defineProperties(new Silent(), Object.getOwnPropertyDescriptors(fields))

const hidden = (key: PropertyKey, value: unknown): object =>
  Object.defineProperty(new Silent(), key, { value, enumerable: false })

const circular = (): object => {
  const value: Record<string, unknown> = { name: "circular" }
  value["self"] = { value, list: [value], map: new Map([[value, value]]) }
  return value
}

const nested = new Error("x", { cause: new Error("y", { cause: new Error(simple) }) })

/** For each way a value that shows a secret by it. */
const examples: Readonly<Record<string, unknown>> = {
  "String()": silentBut({ toString: () => simple }),
  "a template string": `Bearer ${simple}`,
  "an addition to a text": silentBut({ valueOf: () => simple }),
  "JSON.stringify": silentBut({ toJSON: () => ({ a: [simple] }) }),
  "JSON.stringify with errors expanded": Object.assign(new Error("x"), { token: simple }),
  "Inspectable.format": silentBut({ toJSON: () => simple }),
  "Inspectable.toJSON": silentBut({ toJSON: () => simple }),
  "Inspectable.toStringUnknown": { a: simple },
  "Inspectable.NodeInspectSymbol": silentBut({ [Inspectable.NodeInspectSymbol]: () => simple }),
  "util.inspect": silentBut({ [Inspectable.NodeInspectSymbol]: () => simple }),
  "util.inspect, depth Infinity": { a: { b: { c: { d: { e: { f: simple } } } } } },
  "util.inspect, depth Infinity and showHidden": Object.defineProperty({}, "x", { value: simple }),
  "util.inspect, customInspect off": silentBut({ x: simple }),
  "message, stack and causes of an Error": nested,
  "Cause.pretty of a failure": nested,
  "Cause.pretty of a defect": Object.assign(new Error("x"), { stack: `Error: x\n at ${simple}` }),
  "Cause.pretty of an Exit": Exit.die(nested),
  "String() and JSON of a Cause": Cause.parallel(Cause.die(new Error(simple)), Cause.fail("x"))
}

const exampleFor = (way: string): unknown =>
  way in examples ? examples[way] : way.endsWith("cause") ? nested : { a: { b: simple } }

/** Ways that nothing else finds. */
const alone: Readonly<Record<string, readonly [unknown, ReadonlyArray<string>]>> = {
  "a hidden property": [hidden("token", simple), ["value.token"]],
  "a hidden property below a hidden property": [hidden("a", hidden("b", simple)), ["value.a.b"]],
  "the description of a symbol": [hidden(Symbol(simple), 1), ["the name of a property of value"]],
  "a value behind a symbol": [hidden(Symbol.for("k"), simple), ["value[Symbol(k)]"]],
  "a getter": [Object.defineProperty(new Silent(), "x", { get: () => simple }), ["value.x"]],
  "a getter of the prototype": [
    new (class extends Silent {
      get late(): string {
        return simple
      }
    })(),
    ["value.late"]
  ],
  "a getter whose name is a secret": [
    new (class extends Silent {
      get [simple](): string {
        return simple
      }
    })(),
    ["a property with a secret name"]
  ],
  "characters of two bytes": [
    hidden("body", Uint16Array.from(simple, (character) => character.charCodeAt(0))),
    ["value.body"]
  ],
  "the tag of a metric": [hidden("metric", Metric.counter("tagged_requests").pipe(Metric.tagged("token", simple))), [
    "value.metric's key.tags[0].value"
  ]],
  "the name of a metric": [hidden("metric", Metric.gauge(`named ${simple}`)), ["value.metric's key.name"]],
  "bytes": [hidden("body", new TextEncoder().encode(`{"a":"${simple}"}`)), ["value.body"]],
  "a map": [hidden("map", new Map([["k", hidden("x", simple)]])), ["value.map's entry 0[1].x"]],
  "a set": [hidden("set", new Set([hidden("x", simple)])), ["value.set's entry 0.x"]],
  "headers": [hidden("headers", new Headers({ authorization: simple })), ["value.headers's entry 0[1]"]],
  "query parameters": [hidden("query", new URLSearchParams({ q: simple })), ["value.query's entry 0[1]"]]
}

describe("assertNoSecrets", () => {
  for (const [way] of ways) {
    it(`finds what is shown by ${way}`, () => {
      assert.include(leaks(exampleFor(way)), way)
    })
  }

  it("names every way", () => {
    assert.includeMembers(ways.map(([way]) => way), Object.keys(examples))
    assert.strictEqual(ways.length, Object.keys(examples).length + 6 * 4)
  })

  for (const [title, [value, expected]] of Object.entries(alone)) {
    it(`finds what is shown by ${title}, and by nothing else`, () => {
      assert.deepStrictEqual(leaks(value), expected)
    })
  }

  it("finds encoded secrets, and says how", () => {
    const found = (text: string) => leaks({ text }, [secret])[0] ?? ""
    assert.notInclude(found(`a${secret}b`), "encoded")
    assert.include(found(`?x=${encodeURIComponent(secret)}`), "percent-encoded")
    assert.include(found(new URLSearchParams({ x: secret }).toString()), "form-encoded")
    assert.include(found(JSON.stringify({ x: secret })), "JSON-escaped")
    for (const before of ["", "a", "ab", "abc:"]) {
      const encoded = Buffer.from(`${before}${secret}${before}`)
      assert.include(found(`Basic ${encoded.toString("base64")}`), "base64")
      assert.include(found(encoded.toString("base64url")), "base64")
    }
  })

  it("finds every writing of an escape", () => {
    const password = "p\u00e4ss/word<\"it's\" & more>"
    const found = (text: string) => leaks({ text }, [password])[0] ?? "nothing"
    const lowerCase = (text: string) => text.replaceAll(/%../g, (digits) => digits.toLowerCase())
    assert.include(found(lowerCase(encodeURIComponent(password))), "percent-encoded")
    assert.include(found(lowerCase(new URLSearchParams({ x: password }).toString())), "form-encoded")
    assert.include(found(Buffer.from(password).toString("hex")), "hex")
    assert.include(found(Buffer.from(password).toString("hex").toUpperCase()), "hex")
    const inJson = [
      "p\\u00e4ss/word<\\\"it's\\\" & more>",
      "p\\u00E4ss/word<\\\"it's\\\" & more>",
      "p\u00e4ss\\/word<\\\"it's\\\" & more>",
      "p\\u00e4ss\\/word<\\\"it's\\\" & more>"
    ]
    for (const json of inJson) {
      assert.strictEqual(JSON.parse(`"${json}"`), password)
      assert.include(found(json), "JSON-escaped")
      assert.include(found(JSON.stringify(json)), "JSON-escaped")
    }
    const inXml = [
      "p\u00e4ss/word&lt;\"it's\" &amp; more&gt;",
      "p\u00e4ss/word&lt;&quot;it's&quot; &amp; more&gt;",
      "p\u00e4ss/word&lt;&quot;it&apos;s&quot; &amp; more&gt;",
      "p\u00e4ss/word&lt;&quot;it&#39;s&quot; &amp; more&gt;",
      "p\u00e4ss/word&lt;&quot;it&#039;s&quot; &amp; more&gt;",
      "p\u00e4ss/word&lt;&quot;it&#x27;s&quot; &amp; more&gt;",
      "p\u00e4ss/word&lt;&#34;it&#39;s&#34; &amp; more&gt;"
    ]
    for (const xml of inXml) assert.include(found(xml), "XML-escaped")
  })

  it("finds what an error says that a way throws", () => {
    const refusing = silentBut({
      toJSON: () => {
        throw new Error(`cannot show ${simple}`)
      }
    })
    assert.include(leaks(refusing), "JSON.stringify")
  })

  it("takes Redacted secrets, and ignores empty ones beside others", () => {
    assert.isNotEmpty(leaks({ a: simple }, [Redacted.make(simple)]))
    assert.deepStrictEqual(leaks({ a: "nothing" }, ["", Redacted.make(simple)]), [])
  })

  it("fails when there is nothing to look for, rather than pass for ever", () => {
    assert.throws(() => assertNoSecrets({ a: simple }, []), /no secret to look for/)
    assert.throws(() => assertNoSecrets({ a: simple }, ["", Redacted.make("")]), /no secret to look for/)
  })

  it("lets pass what shows nothing", () => {
    class Failed
      extends Data.TaggedError("Failed")<{ readonly secret: Redacted.Redacted<string>; readonly cause?: unknown }>
    {}
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    const values: ReadonlyArray<unknown> = [
      Redacted.make(simple),
      { secret: Option.some(Redacted.make(simple)), list: [Redacted.make(simple)] },
      new Failed({ secret: Redacted.make(simple), cause: new Error("no") }),
      Cause.fail(new Failed({ secret: Redacted.make(simple) })),
      new Silent(),
      circular(),
      undefined,
      null,
      1n,
      Symbol("s"),
      () => 1,
      Object.create(null),
      new Proxy({}, {
        ownKeys: () => {
          throw new Error("no")
        }
      }),
      revoked.proxy,
      { revoked: revoked.proxy },
      Metric.counter("untagged_requests"),
      Effect.succeed(Redacted.make(simple)),
      new Headers({ a: "b" })
    ]
    for (const value of values) assert.deepStrictEqual(leaks(value), [])
  })

  it("finds the token in what the platform's errors print", () => {
    const request = HttpClientRequest.get("https://h.test").pipe(HttpClientRequest.bearerToken(simple))
    const error = new HttpClientError.RequestError({ request, reason: "Transport" })
    assert.include(leaks(error), "util.inspect, depth Infinity")
  })

  it.effect("lets the records of the fake pass", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.handle({
        method: "POST",
        url: "/oauth/access_token",
        headers: { "content-type": "application/x-www-form-urlencoded", authorization: "Basic xyz" },
        body: new URLSearchParams({
          grant_type: "password",
          client_id: fake.credentials.clientId,
          client_secret: Redacted.value(fake.credentials.clientSecret),
          username: fake.credentials.username,
          password: Redacted.value(fake.credentials.password)
        }).toString()
      })
      assert.strictEqual(yield* fake.tokensIssued, 1)
      const secrets = [...yield* fake.secrets]
      assert.strictEqual(secrets.length, 2 + 2 + 40)
      assertNoSecrets(
        { requests: yield* fake.requests, clients: yield* fake.clients(fake.userIds[0] ?? ""), fake },
        secrets
      )
    }).pipe(Effect.provide(FakeProcessMaker.layer())))

  it("lets the library's errors pass", () => {
    assertNoSecrets(ProcessMakerNotFound, [simple])
  })
})
