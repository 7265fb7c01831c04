/** What is read of the bytes of an answer: charsets, compression that was left on, transports without a stream. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import { OauthClient, OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import { deflateSync, gzipSync } from "node:zlib"
import { credentials } from "../support/hostile.js"
import { layerOver, operations, token } from "../support/scripted.js"
import type { Operation } from "../support/scripted.js"
import { clients, serve } from "../support/servers.js"

const item = (name: string): string => JSON.stringify({ data: { type: "client", id: "17", attributes: { name } } })
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))
const utf16 = (text: string): Uint8Array => new Uint8Array(Buffer.from(`\ufeff${text}`, "utf16le"))

interface Row {
  readonly name: string
  readonly body: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  /** The client's name that is read, or what the error expected. */
  readonly gives: { readonly read: string } | { readonly expected: RegExp } | { readonly tooLarge: true }
}

const json = "application/json"
const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 32))

// Fetch unpacks what `Content-Encoding` names, the clients of Node do not: both ways are right.
const rows: ReadonlyArray<Row> = [
  { name: "UTF-8, unsaid", body: utf8(item("Büro")), gives: { read: "Büro" } },
  { name: "UTF-8 with a byte order mark", body: utf8(`\ufeff${item("Büro")}`), gives: { read: "Büro" } },
  {
    name: "Latin-1, said",
    body: latin1(item("Büro")),
    headers: { "content-type": `${json}; charset=ISO-8859-1` },
    gives: { read: "Büro" }
  },
  {
    name: "Latin-1, said in quotes behind another parameter",
    body: latin1(item("Büro")),
    headers: { "content-type": `${json}; profile=x; Charset = "latin1"` },
    gives: { read: "Büro" }
  },
  { name: "Latin-1, unsaid", body: latin1(item("Büro")), gives: { expected: /must be text in utf-8/ } },
  { name: "UTF-16 by its byte order mark", body: utf16(item("Büro")), gives: { read: "Büro" } },
  {
    name: "a charset that does not exist",
    body: utf8(item("Büro")),
    headers: { "content-type": `${json}; charset=klingon` },
    gives: { read: "Büro" }
  },
  { name: "a replacement character that the server sent", body: utf8(item("B\ufffd")), gives: { read: "B\ufffd" } },
  {
    name: "gzip, said",
    body: gzipSync(item("Büro")),
    headers: { "content-encoding": "gzip" },
    gives: { read: "Büro" }
  },
  { name: "gzip, unsaid", body: gzipSync(item("Büro")), gives: { read: "Büro" } },
  { name: "zlib, unsaid", body: deflateSync(item("Büro")), gives: { read: "Büro" } },
  {
    name: "gzip of Latin-1, unsaid and said",
    body: gzipSync(latin1(item("Büro"))),
    headers: { "content-type": `${json}; charset=latin1` },
    gives: { read: "Büro" }
  },
  {
    name: "gzip, cut short",
    body: gzipSync(item("Büro")).subarray(0, 30),
    gives: { expected: /must be complete gzip data/ }
  },
  { name: "a small gzip that unpacks to a lot", body: bomb, gives: { tooLarge: true } }
]

const call = (operation: Operation, id = "17") =>
  Effect.either(Effect.flatMap(OauthClientsService, (service) => operations[operation](service, id)))

const judge = ({ gives }: Row, result: { readonly _tag: string }) => {
  if ("read" in gives) {
    assert("right" in result && result.right instanceof OauthClient, String("left" in result ? result.left : result))
    assert.strictEqual(result.right.name, gives.read)
    return
  }
  assert("left" in result && result.left instanceof Error)
  const fields: Record<string, unknown> = { ...result.left }
  if ("tooLarge" in gives) {
    assert.deepInclude(fields, { _tag: "ProcessMakerInvalidResponse", reason: "size" })
  } else assert.match(result.left.message, gives.expected)
}

describe("the text of an answer", () => {
  for (const [client, layer] of Object.entries(clients)) {
    for (const row of rows) {
      it.scopedLive(`${client}: ${row.name}`, () =>
        Effect.gen(function*() {
          const { origin } = yield* serve((_, response) => {
            response.writeHead(200, { "content-type": json, ...row.headers })
            response.end(row.body)
          })
          const service = OauthClientsService.layer({
            baseUrl: `${origin}/api/v1`,
            credentials: { accessToken: token },
            retry: { maxAttempts: 1 }
          })
          judge(row, yield* call("findOauthClientById").pipe(Effect.provide(service)))
        }).pipe(Effect.provide(layer)))
    }
  }

  it.scopedLive("of a refusal is read the same way, and leniently", () =>
    Effect.gen(function*() {
      const said = (charset: string, body: Uint8Array) =>
        Effect.gen(function*() {
          const { origin } = yield* serve((_, response) => {
            response.writeHead(422, { "content-type": `${json}${charset}` })
            response.end(body)
          })
          const result = yield* call("findOauthClientById").pipe(
            Effect.provide(OauthClientsService.layer({
              baseUrl: `${origin}/api/v1`,
              credentials: { accessToken: token },
              retry: { maxAttempts: 1 }
            }))
          )
          return result._tag === "Left" ? result.left.message : ""
        })
      const words = JSON.stringify({ message: "Größe fehlt" })
      assert.include(yield* said("; charset=latin1", latin1(words)), "Größe fehlt")
      assert.include(yield* said("", gzipSync(words)), "Größe fehlt")
      assert.include(yield* said("", latin1(words)), "Gr\ufffd")
    }).pipe(Effect.provide(clients["undici"] ?? assert.fail())))

  it.scopedLive("of a token endpoint is unpacked, too", () =>
    Effect.gen(function*() {
      const { origin } = yield* serve((request, response) => {
        response.writeHead(200, { "content-type": json })
        response.end(
          request.url === "/oauth/access_token"
            ? gzipSync(JSON.stringify({ access_token: "packed-token-1", token_type: "Bearer" }))
            : item(request.headers.authorization ?? "")
        )
      })
      const result = yield* call("findOauthClientById").pipe(
        Effect.provide(OauthClientsService.layer({ baseUrl: `${origin}/api/v1`, credentials }))
      )
      assert(result._tag === "Right" && result.right instanceof OauthClient, String(result))
      assert.strictEqual(result.right.name, "Bearer packed-token-1")
    }).pipe(Effect.provide(clients["undici"] ?? assert.fail())))
})

/** As React Native and old polyfills answer: no stream, and maybe no bytes either. */
const withoutStream = (text: string, more: Record<string, unknown> = {}): HttpClient.HttpClient =>
  HttpClient.make((request) => {
    const source = {
      status: 200,
      headers: new Headers({ "content-type": json }),
      text: () => Promise.resolve(text),
      ...more
    }
    return Effect.succeed(HttpClientResponse.fromWeb(request, source as unknown as Response))
  })

describe("a transport without a stream", () => {
  const bytes = (text: string) => ({ arrayBuffer: () => Promise.resolve(utf8(text).buffer) })
  for (const [name, more] of Object.entries({ "with bytes": bytes(item("Büro")), "with text alone": {} })) {
    it.effect(`${name}: is read`, () =>
      Effect.gen(function*() {
        const result = yield* call("findOauthClientById")
        assert(result._tag === "Right" && result.right instanceof OauthClient, String(result))
        assert.strictEqual(result.right.name, "Büro")
      }).pipe(Effect.provide(layerOver(withoutStream(item("Büro"), more)))))
  }

  it.effect("is measured when it is there", () =>
    Effect.gen(function*() {
      const result = yield* call("findOauthClientById")
      assert(result._tag === "Left")
      assert.deepInclude({ ...result.left }, { _tag: "ProcessMakerInvalidResponse", reason: "size" })
    }).pipe(Effect.provide(layerOver(withoutStream(item("B".repeat(1000))), { maxBodySize: 1000 }))))

  it.effect("what says that a deletion was refused is not taken for an empty body", () =>
    Effect.gen(function*() {
      const result = yield* call("deleteOauthClient")
      assert.strictEqual(result._tag, "Left")
    }).pipe(Effect.provide(layerOver(withoutStream(JSON.stringify({ errors: [{ title: "No." }] }))))))

  it.effect("a body that cannot be read at all is an answer that was cut off", () =>
    Effect.gen(function*() {
      const result = yield* call("deleteOauthClient")
      assert(result._tag === "Left")
      assert.deepInclude({ ...result.left }, {
        _tag: "ProcessMakerTransportError",
        reason: "truncated",
        outcome: "unknown"
      })
    }).pipe(Effect.provide(layerOver(withoutStream("", { text: () => Promise.reject(new Error("gone")) })))))

  it.effect("a response of another make is read by its own stream", () =>
    Effect.gen(function*() {
      const client = HttpClient.make((request) => {
        const response = HttpClientResponse.fromWeb(request, new Response(item("Büro")))
        return Effect.succeed(
          new Proxy(response, { get: (target, key) => key === "source" ? undefined : Reflect.get(target, key, target) })
        )
      })
      const result = yield* call("findOauthClientById").pipe(Effect.provide(layerOver(client)))
      assert(result._tag === "Right" && result.right instanceof OauthClient, String(result))
    }))
})
