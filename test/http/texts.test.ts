/** What is read of transports without a stream. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import { OauthClient, OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import { layerOver, operations } from "../support/scripted.js"
import type { Operation } from "../support/scripted.js"

const item = (name: string): string => JSON.stringify({ data: { type: "client", id: "17", attributes: { name } } })
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const json = "application/json"

const call = (operation: Operation, id = "17") =>
  Effect.either(Effect.flatMap(OauthClientsService, (service) => operations[operation](service, id)))

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
