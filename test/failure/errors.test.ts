import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import {
  OauthClientsService,
  ProcessMakerLoginFailed,
  ProcessMakerTransportError,
  ProcessMakerUnexpectedStatus,
  ProcessMakerUnprocessable
} from "effect-processmaker-oauth"
import type { ErrorDetail, OauthClientsStreamError } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { callWith, json, layerOver, operationNames, scripted } from "../support/scripted.js"
import type { Operation } from "../support/scripted.js"

const classes: Readonly<Record<number, OauthClientsStreamError["_tag"]>> = {
  300: "ProcessMakerUnexpectedStatus",
  301: "ProcessMakerUnexpectedStatus",
  302: "ProcessMakerUnexpectedStatus",
  303: "ProcessMakerUnexpectedStatus",
  304: "ProcessMakerUnexpectedStatus",
  307: "ProcessMakerUnexpectedStatus",
  308: "ProcessMakerUnexpectedStatus",
  400: "ProcessMakerUnprocessable",
  401: "ProcessMakerUnauthorized",
  402: "ProcessMakerUnexpectedStatus",
  403: "ProcessMakerForbidden",
  404: "ProcessMakerNotFound",
  405: "ProcessMakerUnexpectedStatus",
  406: "ProcessMakerUnexpectedStatus",
  408: "ProcessMakerUnexpectedStatus",
  409: "ProcessMakerUnexpectedStatus",
  413: "ProcessMakerUnexpectedStatus",
  415: "ProcessMakerUnexpectedStatus",
  418: "ProcessMakerUnexpectedStatus",
  422: "ProcessMakerUnprocessable",
  429: "ProcessMakerRateLimited",
  500: "ProcessMakerServerError",
  501: "ProcessMakerServerError",
  502: "ProcessMakerServerError",
  503: "ProcessMakerServerError",
  504: "ProcessMakerServerError",
  520: "ProcessMakerServerError",
  599: "ProcessMakerServerError"
}

const shapes: Readonly<Record<string, readonly [string, ReadonlyArray<ErrorDetail>]>> = {
  "A13 code, title, message": [
    `{"errors":[{"code":"1832","title":"Unknown client","message":"nothing with that id"}]}`,
    [{ code: "1832", title: "Unknown client", detail: "nothing with that id" }]
  ],
  "A14 JSON:API": [
    `{"errors":[{"id":"e1","status":"422","code":"V1","title":"Invalid attribute","detail":"Name must not be blank","source":{"pointer":"/data/attributes/name"},"meta":{"rule":"required"}},{"status":"422","source":{"parameter":"per_page"}}]}`,
    [
      { code: "V1", title: "Invalid attribute", detail: "Name must not be blank", field: "/data/attributes/name" },
      { field: "per_page" }
    ]
  ],
  "A15 numbers": [`{"errors":[{"status":404,"code":404,"title":"Missing"}],"meta":{}}`, [{
    code: "404",
    title: "Missing"
  }]],
  "A16 Laravel 5.5 validation": [
    `{"message":"The given data was invalid.","errors":{"data.attributes.name":["The name is needed.","Too short."]}}`,
    [
      { field: "data.attributes.name", detail: "The name is needed." },
      { field: "data.attributes.name", detail: "Too short." }
    ]
  ],
  "A17 Laravel 5.4 validation": [
    `{"data.attributes.name":["The name is needed."]}`,
    [{ field: "data.attributes.name", detail: "The name is needed." }]
  ],
  "A18 {error}": [`{"error":"Unauthenticated."}`, [{ code: "Unauthenticated." }]],
  "A18 {message}": [`{"message":"Unauthenticated."}`, [{ detail: "Unauthenticated." }]],
  "A18 {error, message, hint}": [
    `{"error":"access_denied","message":"The resource owner or authorization server denied the request.","hint":"Access token is invalid"}`,
    [{ code: "access_denied", detail: "The resource owner or authorization server denied the request." }]
  ],
  "A19 generic": [`{"message":"Server Error"}`, [{ detail: "Server Error" }]],
  "A19 debug": [
    `{"message":"SQLSTATE[HY000] lost","exception":"PDOException","file":"/srv/app/Db.php","line":12,"trace":[]}`,
    [{ title: "PDOException" }]
  ],
  "A20 problem+json": [
    `{"type":"about:blank","title":"Bad Gateway","status":502,"detail":"upstream closed"}`,
    [{ title: "Bad Gateway", detail: "upstream closed" }]
  ],
  "OAuth of today": [
    `{"error":"invalid_grant","error_description":"wrong","hint":"","message":"wrong"}`,
    [{ code: "invalid_grant", detail: "wrong" }]
  ],
  "an empty list beside a message": [`{"message":"Name taken","errors":[]}`, [{ detail: "Name taken" }]],
  "an empty map beside a message": [`{"message":"Name taken","errors":{}}`, [{ detail: "Name taken" }]],
  "one error object by itself": [
    `{"error":{"code":"E1","message":"nested"}}`,
    [{ code: "E1", detail: "nested" }]
  ],
  "a list of texts": [`{"errors":["No.",{"title":"Never"}]}`, [{ detail: "No." }, { title: "Never" }]],
  "keys of the prototype": [
    `{"errors":{"__proto__":["a"],"constructor":["b"],"toString":"c"}}`,
    [{ field: "__proto__", detail: "a" }, { field: "constructor", detail: "b" }, { field: "toString", detail: "c" }]
  ],
  "A23 text": ["Too Many Attempts.", [{ detail: "Too Many Attempts." }]],
  "A23 HTML": ["<html><h1>502 Bad Gateway</h1></html>", []],
  "A23 empty": ["", []],
  "half a document": [`{"errors":[{"code":"18`, []],
  "a list at the root": [`[{"code":1},"No."]`, [{ code: "1" }, { detail: "No." }]],
  "a JSON text": [`"No."`, [{ detail: "No." }]],
  "errors: a text": [`{"errors":"No."}`, [{ detail: "No." }]],
  "errors: a list of lists": [`{"errors":[["No."],["Never."]]}`, [{ detail: "No." }, { detail: "Never." }]],
  "errors: a nested map": [
    `{"errors":{"address":{"street":["Too long."],"0":"x"},"name":"Taken."}}`,
    [
      { field: "address.0", detail: "x" },
      { field: "address.street", detail: "Too long." },
      { field: "name", detail: "Taken." }
    ]
  ],
  "{message: [text]}": [`{"message":["No.","Never."]}`, [{ detail: "No." }, { detail: "Never." }]],
  "{msg}": [`{"msg":"No.","code":7}`, [{ code: "7", detail: "No." }]],
  "{detail: text}": [`{"detail":"Not found."}`, [{ detail: "Not found." }]],
  "FastAPI": [
    `{"detail":[{"loc":["body","name"],"msg":"field required","type":"value_error.missing"},"and more"]}`,
    [{ field: "body.name", detail: "field required" }, { detail: "and more" }]
  ],
  "a map under message": [
    `{"statusCode":400,"message":{"name":["No."]}}`,
    [{ field: "name", detail: "No." }]
  ],
  "{success: false}": [`{"success":false,"message":"No."}`, [{ detail: "No." }]],
  "an error that says nothing": [`{"errors":[{},null,{"status":"500"}]}`, []],
  "blank texts": [`{"message":"","error":" "}`, []]
}

const clean = (details: ReadonlyArray<ErrorDetail>) => details.map((detail) => ({ ...detail }))

const failure = (operation: Operation, reply: () => Response) =>
  Effect.map(Effect.flip(callWith(operation, reply)), (error) => {
    if (!("_tag" in error) || !("operation" in error)) return assert.fail(String(error))
    return error
  })

const bodyOf = (status: number, text: string) => status === 304 ? null : text

describe("the status decides the class", () => {
  for (const [code, tag] of Object.entries(classes)) {
    const status = Number(code)
    const all = [304, 400, 401, 404, 422, 429, 500, 502].includes(status)
    for (const [name, [text, expected]] of Object.entries(shapes).slice(0, all ? undefined : 2)) {
      it.effect(`${status}, ${name}`, () =>
        Effect.gen(function*() {
          const headers = { "content-type": text.startsWith("<") ? "text/html" : "application/json" }
          const error = yield* failure("findOauthClientById", () =>
            new Response(bodyOf(status, text), { status, headers }))
          assert.strictEqual(error._tag, tag)
          if (!("errors" in error)) {
            return assert.fail("no errors")
          }
          assert.strictEqual(error.status, status)
          assert.deepStrictEqual(clean(error.errors), status === 304 ? [] : clean(expected))
          assert.include(error.message, "findOauthClientById of user \"u-7\", client \"17\"")
          assert.notInclude(error.message, "\n")
        }))
    }
    for (const operation of operationNames) {
      it.effect(`${status} of ${operation}`, () =>
        Effect.gen(function*() {
          const error = yield* failure(operation, () => new Response(bodyOf(status, ""), { status }))
          assert.strictEqual(error._tag, tag)
        }))
    }
  }
})

describe("what a server said of the input", () => {
  const issues: Readonly<Record<string, ProcessMakerUnprocessable["issues"]>> = {
    "A13 code, title, message": [{ detail: "nothing with that id", code: "1832" }],
    "A14 JSON:API": [
      { field: "/data/attributes/name", detail: "Name must not be blank", code: "V1" },
      { field: "per_page", detail: "not valid" }
    ],
    "A16 Laravel 5.5 validation": [
      { field: "data.attributes.name", detail: "The name is needed." },
      { field: "data.attributes.name", detail: "Too short." }
    ],
    "A17 Laravel 5.4 validation": [{ field: "data.attributes.name", detail: "The name is needed." }]
  }
  for (const [name, expected] of Object.entries(issues)) {
    for (const status of [400, 422]) {
      it.effect(`${status}, ${name}`, () =>
        Effect.gen(function*() {
          const error = yield* failure("addOauthClient", () => json(shapes[name]?.[0] ?? "", status))
          if (!(error instanceof ProcessMakerUnprocessable)) return assert.fail(error._tag)
          assert.deepStrictEqual(clean(error.issues), clean(expected))
        }))
    }
  }
})

describe("how much is kept", () => {
  it.effect("twenty errors of 200 characters", () =>
    Effect.gen(function*() {
      const errors = Array.from({ length: 1000 }, (_, index) => ({ code: `E${index}`, detail: "no ".repeat(10_000) }))
      const error = yield* failure("addOauthClient", () => json({ errors: errors.slice(0, 8) }, 422))
      if (!("errors" in error)) return assert.fail("no errors")
      assert.isTrue(error.errors.every(({ detail = "" }) => detail.length === 200))
      assert.isBelow(error.message.length, 1500)
      const many = yield* failure("addOauthClient", () => json({ errors: errors.map(({ code }) => ({ code })) }, 422))
      assert.strictEqual("errors" in many ? many.errors.length : 0, 20)
    }))

  it.effect("one plain line", () =>
    Effect.gen(function*() {
      const detail = "a\r\nb\u2028c\u2029d\u202ee\u0000f\u001b[31mg\ud800h"
      const error = yield* failure("addOauthClient", () => json({ errors: [{ detail }] }, 500))
      assert.deepStrictEqual("errors" in error ? clean(error.errors) : [], [{ detail: "a b c d e f [31mg h" }])
      const half = yield* failure("addOauthClient", () => json({ errors: [{ detail: "😀".repeat(500) }] }, 500))
      assert.notMatch(half.message, /\p{Surrogate}/u)
    }))

  it.effect("no wait that nobody believes", () =>
    Effect.gen(function*() {
      for (const value of ["9".repeat(30), "9".repeat(400), "99999999999"]) {
        const error = yield* failure("findOauthClients", () => json("", 429, { "retry-after": value }))
        if (error._tag !== "ProcessMakerRateLimited") return assert.fail(error._tag)
        assert.isTrue(Option.isNone(error.retryAfter))
      }
    }))
})

describe("a body that does not come whole", () => {
  const broken = (status: number) =>
    HttpClient.make((request) => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          controller.enqueue(new TextEncoder().encode(`{"errors":[{"code":"1"`))
          controller.error(Object.assign(new Error("aborted"), { code: "ECONNRESET" }))
        }
      })
      return Effect.succeed(HttpClientResponse.fromWeb(request, new Response(body, { status })))
    })
  for (
    const [status, tag] of [[404, "ProcessMakerNotFound"], [500, "ProcessMakerServerError"], [
      302,
      "ProcessMakerUnexpectedStatus"
    ], [200, "ProcessMakerTransportError"]] as const
  ) {
    it.effect(`${status}: ${tag}`, () =>
      Effect.gen(function*() {
        const service = yield* Effect.provide(OauthClientsService, layerOver(broken(status)))
        const error = yield* Effect.flip(service.findOauthClientById("u-7", "17"))
        assert.strictEqual(error._tag, tag)
        if (error._tag === "ProcessMakerTransportError") assert.strictEqual(error.reason, "truncated")
      }))
  }
})

describe("a redirect", () => {
  const locations = [
    ["https://login.evil.test/x?y#z", "https://login.evil.test"],
    ["/login", "https://t1.api.example.test"],
    ["//evil.test:8443/x", "https://evil.test:8443"],
    ["https://user:secret@evil.test/", "https://evil.test"],
    ["javascript:alert(1)", "null"],
    ["https://[", undefined],
    [undefined, undefined]
  ] as const
  for (const [location, origin] of locations) {
    it.effect(`to ${location}`, () =>
      Effect.gen(function*() {
        const error = yield* failure("findOauthClients", () =>
          new Response("", { status: 302, headers: location === undefined ? {} : { location } }))
        if (!(error instanceof ProcessMakerUnexpectedStatus)) {
          return assert.fail(error._tag)
        }
        assert.strictEqual(error.redirectOrigin, origin)
        assert.include(error.message, "302")
        assert.include(error.message, origin ?? "redirected")
      }))
  }
})

describe("no answer", () => {
  const causes: ReadonlyArray<readonly [string, string]> = [
    ["ENOTFOUND", "dns"],
    ["EAI_AGAIN", "dns"],
    ["ECONNREFUSED", "connect"],
    ["CERT_HAS_EXPIRED", "tls"],
    ["ECONNRESET", "reset"],
    ["UND_ERR_SOCKET", "reset"],
    ["ESOMETHING", "other"]
  ]
  for (const [code, reason] of causes) {
    it.effect(`${code}: ${reason}`, () =>
      Effect.gen(function*() {
        const cause = Object.assign(new Error("x"), { code })
        const error = yield* Effect.flip(callWith("findOauthClients", () => cause))
        if (!(error instanceof ProcessMakerTransportError)) return assert.fail(String(error))
        assert.deepStrictEqual([error.reason, error.code], [reason, code])
      }))
  }

  it.effect("a client that dies, not fails", () =>
    Effect.gen(function*() {
      const client = HttpClient.make((request) =>
        Effect.die(new HttpClientError.RequestError({ request, reason: "Transport", cause: new TypeError("x") }))
      )
      const service = yield* Effect.provide(OauthClientsService, layerOver(client))
      const error = yield* Effect.flip(service.addOauthClient("u-7", { name: "CI" }))
      if (!(error instanceof ProcessMakerTransportError)) return assert.fail(String(error))
      assert.deepStrictEqual([error.reason, error.outcome], ["other", "unknown"])
    }))
})

describe("a refused login", () => {
  const credentials = {
    clientId: "7",
    clientSecret: Redacted.make("s-1"),
    username: "admin",
    password: Redacted.make("p-1")
  }
  const reasons = [
    [
      401,
      { error: "invalid_credentials", message: "The user credentials were incorrect." },
      "invalid_credentials",
      "password is wrong"
    ],
    [
      400,
      { error: "invalid_grant", error_description: "x", hint: "", message: "x" },
      "invalid_grant",
      "password is wrong"
    ],
    [401, { error: "invalid_client", error_description: "x" }, "invalid_client", "client secret is wrong"],
    [400, { error: "invalid_scope" }, "invalid_scope", "/oauth/access_token refused the login"],
    [403, { error: "constructor" }, "constructor", "/oauth/access_token refused the login"],
    [422, { error: "toString" }, "refused", "/oauth/access_token refused the login"],
    [400, { error: "p-1 is not the password" }, "refused", "/oauth/access_token refused the login"],
    [404, "<html>", "invalid_response", "/oauth/access_token did not return a token response"],
    [
      405,
      { message: "Method not allowed" },
      "invalid_response",
      "/oauth/access_token did not return a token response"
    ],
    [403, { message: "Forbidden" }, "refused", "/oauth/access_token refused the login"],
    [200, { access_token: "" }, "invalid_response", "return a token response (RFC 6749"],
    [200, { access_token: "x", token_type: "mac" }, "invalid_response", "return a token response (RFC 6749"],
    [200, { access_token: "x\ny", token_type: "Bearer" }, "invalid_response", "return a token response (RFC 6749"],
    [200, { token_type: "Bearer" }, "invalid_response", "return a token response (RFC 6749"],
    [200, "<html>", "invalid_response", "return a token response (RFC 6749"]
  ] as const
  it.effect("keeps the code that the RFC knows, whatever the password", () =>
    Effect.gen(function*() {
      for (const password of ["a", "grant", "invalid_grant"]) {
        const error = yield* Effect.flip(callWith("findOauthClients", () => json({ error: "invalid_grant" }, 400), {
          credentials: { ...credentials, password: Redacted.make(password) }
        }))
        assert.strictEqual(error instanceof ProcessMakerLoginFailed && error.reason, "invalid_grant")
      }
    }))

  for (const [status, body, reason, words] of reasons) {
    it.effect(`${status}, ${JSON.stringify(body)}`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(callWith("findOauthClients", () => json(body, status), { credentials }))
        if (!(error instanceof ProcessMakerLoginFailed)) return assert.fail(String(error))
        assert.deepStrictEqual([error.status, error.reason], [status, reason])
        assert.include(error.message, words)
        assert.notInclude(error.message, "function")
      }))
  }
})

describe("a message names the thing", () => {
  it.effect("the server that was meant, and the transport's own words", () =>
    Effect.gen(function*() {
      const cause = Object.assign(new Error("connect ECONNREFUSED 10.0.0.1:443"), { code: "ECONNREFUSED" })
      const error = yield* Effect.flip(callWith("findOauthClients", () => cause))
      assert.include(
        String(error),
        "could not connect to https://t1.api.example.test (ECONNREFUSED: connect ECONNREFUSED 10.0.0.1:443)"
      )
      const broken = yield* Effect.flip(callWith("findOauthClients", () =>
        new TypeError("fetch failed", {
          cause: new TypeError("Promise.withResolvers is not a function")
        })))
      assert.include(String(broken), "Promise.withResolvers is not a function")
    }))

  it.effect("a base URL that may lack its path, and only such a one", () =>
    Effect.gen(function*() {
      const message = (baseUrl: string) =>
        Effect.flatMap(OauthClientsService, (service) => Effect.flip(service.findOauthClientById("u-7", "17"))).pipe(
          Effect.provide(layerOver(scripted(() => json("", 404)).client, { baseUrl })),
          Effect.map(String)
        )
      assert.include(yield* message("https://t1.example.test"), "lacks /api/v1")
      assert.notInclude(yield* message("https://t1.example.test/api/v1"), "lacks")
    }))
})
