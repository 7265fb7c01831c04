import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, ProcessMakerInvalidRequest } from "effect-processmaker-oauth"
import type { OauthClientsError } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { runs } from "../support/runs.js"
import { json, layerOver, operationNames, scripted, token } from "../support/scripted.js"
import { clients, serve } from "../support/servers.js"

const tricks = [
  ".",
  "..",
  "...",
  "%2e",
  "%2e%2e",
  "%2E%2e",
  ".%2e",
  "%252e%252e",
  "a/../b",
  "../../oauth/access_token",
  "..\\..",
  "\\",
  "/",
  "//evil.test",
  "?",
  "#",
  "a?b=c",
  "a#b",
  "a%00b",
  "%2f",
  "%5c",
  "a;b",
  "@evil.test",
  "https://evil.test",
  "\uff0e\uff0e",
  "\u2024\u2024",
  "\uff0f",
  "\u2215",
  "\u202e",
  "\u0000",
  "\r\nX: y",
  "\t",
  "\u0085",
  "\ud800",
  "\udc00x",
  "é",
  "e\u0301",
  "😀",
  " ",
  "a b",
  "+",
  "&",
  "=",
  "[",
  "]",
  "{}",
  "|",
  "^",
  "`",
  "<>",
  "\"",
  "'",
  "~",
  "!",
  "*",
  "()",
  ":",
  ",",
  "$",
  "x".repeat(10_000),
  "/".repeat(10_000),
  "%".repeat(10_000),
  "..".repeat(5000),
  "😀".repeat(2500)
]

const ids = FastCheck.oneof(
  { weight: 3, arbitrary: FastCheck.string({ unit: "binary", maxLength: 40 }) },
  {
    weight: 2,
    arbitrary: FastCheck.array(FastCheck.constantFrom(...tricks.filter((trick) => trick.length < 40)), { maxLength: 5 })
      .map((all) => all.join(""))
  },
  { weight: 1, arbitrary: FastCheck.constantFrom(...tricks) }
)

// Half of a surrogate pair cannot be sent, control characters are cut out by proxies, and dots climb.
const isRefused = (id: string) =>
  id.trim() === "" || id === "." || id === ".." || /[\p{Control}\p{Surrogate}]/u.test(id)

const segments = (pathname: string) => pathname.split("/").map(decodeURIComponent)

describe("an id is one segment of the path and nothing else", () => {
  it.effect.prop("as any client would parse the URL", [ids, ids], ([userId, clientId]) =>
    Effect.gen(function*() {
      for (const operation of operationNames) {
        const { client, seen } = scripted(() => json({ message: "no" }, 404))
        const outcome = yield* Effect.flip(
          Effect.flatMap(OauthClientsService, (service): Effect.Effect<unknown, OauthClientsError> =>
            operation === "findOauthClients" || operation === "streamOauthClients"
              ? service.findOauthClients(userId)
              : operation === "addOauthClient"
              ? service.addOauthClient(userId, { name: "x" })
              : operation === "findOauthClientById"
              ? service.findOauthClientById(userId, clientId)
              : operation === "updateOauthClient"
              ? service.updateOauthClient(userId, clientId, { revoked: true })
              : service.deleteOauthClient(userId, clientId)).pipe(Effect.provide(layerOver(client)))
        )
        const withClient = /ById|update|delete/.test(operation)
        const refused = isRefused(userId) || (withClient && isRefused(clientId))
        assert.strictEqual(outcome instanceof ProcessMakerInvalidRequest, refused)
        assert.isBelow(outcome.message.length, 1000)
        if (refused) {
          assert.deepStrictEqual(seen, [])
          continue
        }
        const { hash, host, pathname, search } = seen[0]?.url ?? assert.fail()
        assert.deepStrictEqual([host, hash], ["t1.api.example.test", ""])
        assert.strictEqual(search, withClient || operation === "addOauthClient" ? "" : "?page=1&per_page=15")
        assert.deepStrictEqual(segments(pathname), [
          "",
          "api",
          "v1",
          "users",
          userId,
          "clients",
          ...(withClient ? [clientId] : [])
        ])
      }
    }), { fastCheck: runs(60) })

  for (const [name, layer] of Object.entries(clients)) {
    it.scopedLive(`as a server sees it, ${name}`, () =>
      Effect.gen(function*() {
        const { origin, seen } = yield* serve((_, response) => response.writeHead(404).end())
        const client = yield* HttpClient.HttpClient
        const service = yield* Effect.provide(
          OauthClientsService,
          layerOver(client, { baseUrl: `${origin}/api/v1`, credentials: { accessToken: token } })
        )
        const samples = [...tricks, ...FastCheck.sample(ids, runs(60))].filter((id) =>
          !isRefused(id) && id.length < 5000
        )
        for (const id of samples) {
          const error = yield* Effect.flip(service.findOauthClientById("u-7", id))
          assert.strictEqual(error._tag, "ProcessMakerNotFound")
          const url = new URL(seen.at(-1)?.url ?? "", origin)
          assert.deepStrictEqual([url.origin, url.search, url.hash], [origin, "", ""])
          assert.deepStrictEqual(segments(url.pathname), ["", "api", "v1", "users", "u-7", "clients", id])
        }
        assert.strictEqual(seen.length, samples.length)
      }).pipe(Effect.provide(layer)))
  }
})
