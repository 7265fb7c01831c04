import { assert, describe, it } from "@effect/vitest"
import {
  NewOauthClient,
  OauthClientChanges,
  OauthClientsService,
  ProcessMakerInvalidRequest
} from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { json, layerOver, scripted } from "../support/scripted.js"
import type { Seen } from "../support/scripted.js"

const good = ({ method, url }: Seen) =>
  url.searchParams.has("page")
    ? json({ data: [{ type: "client", id: "17", attributes: { name: "CI" } }] })
    : method === "DELETE"
    ? json({ meta: { code: "1831" } })
    : json({ data: { type: "client", id: "17", attributes: { name: "CI" } } })

type Service = OauthClientsService["Type"]

const requestOf = (call: (service: Service) => Effect.Effect<unknown, unknown>) =>
  Effect.gen(function*() {
    const { client, seen } = scripted(good)
    yield* Effect.flatMap(OauthClientsService, call).pipe(Effect.provide(layerOver(client)))
    assert.strictEqual(seen.length, 1)
    return seen[0] ?? assert.fail()
  })

const sent: ReadonlyArray<readonly [string, (service: Service) => Effect.Effect<unknown, unknown>, string, string]> = [
  [
    "add",
    (s) => s.addOauthClient("u-7", { name: "CI" }),
    "POST /users/u-7/clients",
    `{"data":{"type":"client","attributes":{"name":"CI"}}}`
  ],
  [
    "add with all that can be set",
    (s) => s.addOauthClient("u-7", { name: "CI", personalAccessClient: false, passwordClient: true }),
    "POST /users/u-7/clients",
    `{"data":{"type":"client","attributes":{"name":"CI","personal_access_client":false,"password_client":true}}}`
  ],
  [
    "add, undefined is not set",
    (s) => s.addOauthClient("u-7", { name: "CI", passwordClient: undefined }),
    "POST /users/u-7/clients",
    `{"data":{"type":"client","attributes":{"name":"CI"}}}`
  ],
  [
    "add from the class",
    (s) => s.addOauthClient("u-7", new NewOauthClient({ name: "日本 \"x\" \u0000" })),
    "POST /users/u-7/clients",
    `{"data":{"type":"client","attributes":{"name":"日本 \\"x\\" \\u0000"}}}`
  ],
  ["find", (s) => s.findOauthClientById("u-7", "17"), "GET /users/u-7/clients/17", ""],
  ["list", (s) => s.findOauthClients("u-7"), "GET /users/u-7/clients?page=1&per_page=15", ""],
  [
    "list, third page",
    (s) => s.findOauthClients("u-7", { page: 3, perPage: 100 }),
    "GET /users/u-7/clients?page=3&per_page=100",
    ""
  ],
  [
    "update one field",
    (s) => s.updateOauthClient("u-7", "17", { revoked: true }),
    "PUT /users/u-7/clients/17",
    `{"data":{"type":"client","id":"17","attributes":{"revoked":true}}}`
  ],
  [
    "update all, from the class",
    (s) =>
      s.updateOauthClient(
        "u-7",
        "17",
        new OauthClientChanges({ name: "X", personalAccessClient: true, passwordClient: false, revoked: false })
      ),
    "PUT /users/u-7/clients/17",
    `{"data":{"type":"client","id":"17","attributes":{"name":"X","personal_access_client":true,"password_client":false,"revoked":false}}}`
  ],
  ["delete", (s) => s.deleteOauthClient("u-7", "17"), "DELETE /users/u-7/clients/17", ""],
  [
    "encoded segments",
    (s) => s.deleteOauthClient("a b/ü?#%2e", "x+y&z\\;"),
    "DELETE /users/a%20b%2F%C3%BC%3F%23%252e/clients/x%2By%26z%5C%3B",
    ""
  ]
]

describe("what is sent", () => {
  for (const [name, call, line, body] of sent) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const { headers, ...request } = yield* requestOf(call)
        const { host, pathname, protocol, search } = request.url
        assert.strictEqual(`${protocol}//${host}`, "https://t1.api.example.test")
        assert.strictEqual(`${request.method} ${pathname.replace("/api/v1", "")}${search}`, line)
        assert.strictEqual(request.body, body)
        assert.strictEqual(headers["accept"], "application/vnd.api+json")
        assert.strictEqual(headers["content-type"], body === "" ? undefined : "application/vnd.api+json")
        assert.match(headers["authorization"] ?? "", /^Bearer \S+$/)
        assert.match(headers["user-agent"] ?? "", /^effect-processmaker-oauth\/\d/)
        const others = Object.keys(headers).filter((key) =>
          !["accept", "content-type", "authorization", "content-length", "user-agent"].includes(key)
        )
        assert.deepStrictEqual(others.filter((key) => !["traceparent", "b3"].includes(key)), [])
      }))
  }
})

// Whatever a program without types may pass.
const untyped = <A>(value: unknown): A => value as A
const badIds: ReadonlyArray<string> = [
  "",
  " ",
  "\t",
  "\u3000",
  ".",
  "..",
  "a\u0000b",
  "a\nb",
  "\u007f",
  "\u0085",
  "\ud800",
  "x\udc00",
  untyped(undefined),
  untyped(7),
  untyped(null)
]
const badNames: ReadonlyArray<string> = ["", " ", "x".repeat(256), "\ud800", untyped(undefined), untyped(3)]

const refused: ReadonlyArray<
  readonly [string, (service: Service) => Effect.Effect<unknown, unknown>, ReadonlyArray<string>]
> = [
  ...badIds.flatMap((id) => [
    [`add for user ${JSON.stringify(id)}`, (s: Service) => s.addOauthClient(id, { name: "CI" }), ["userId"]] as const,
    [`find of user ${JSON.stringify(id)}`, (s: Service) => s.findOauthClientById(id, "17"), ["userId"]] as const,
    [`find client ${JSON.stringify(id)}`, (s: Service) => s.findOauthClientById("u-7", id), ["clientId"]] as const,
    [`list of user ${JSON.stringify(id)}`, (s: Service) => s.findOauthClients(id), ["userId"]] as const,
    [`update client ${JSON.stringify(id)}`, (s: Service) => s.updateOauthClient("u-7", id, { name: "X" }), [
      "clientId"
    ]] as const,
    [`delete client ${JSON.stringify(id)}`, (s: Service) => s.deleteOauthClient("u-7", id), ["clientId"]] as const,
    [`stream of user ${JSON.stringify(id)}`, (s: Service) => s.streamOauthClients(id).pipe((stream) => stream, drain), [
      "userId"
    ]] as const
  ]),
  ...badNames.flatMap((name) => [
    [`add named ${JSON.stringify(name)?.slice(0, 12)}`, (s: Service) => s.addOauthClient("u-7", { name }), [
      "name"
    ]] as const
  ]),
  ...badNames.slice(0, 4).map((name) =>
    [`rename to ${JSON.stringify(name)?.slice(0, 12)}`, (s: Service) => s.updateOauthClient("u-7", "17", { name }), [
      "name"
    ]] as const
  ),
  ...[0, -1, 1.5, Number.NaN, Infinity, 2 ** 53, 90_071_992_547_409, untyped<number>("1"), untyped<number>(null)].map((
    page
  ) => [`page ${page}`, (s: Service) => s.findOauthClients("u-7", { page }), ["page"]] as const),
  ...[0, -1, 101, 1.5, Number.NaN, Infinity, untyped<number>("15")].map((perPage) =>
    [`perPage ${perPage}`, (s: Service) => s.findOauthClients("u-7", { perPage }), ["perPage"]] as const
  ),
  ["no changes", (s) => s.updateOauthClient("u-7", "17", {}), [""]],
  ["only undefined changes", (s) => s.updateOauthClient("u-7", "17", { name: undefined }), [""]],
  ["an unknown key", (s) => s.addOauthClient("u-7", untyped({ name: "CI", secret: "x" })), ["secret"]],
  ["a flag that is a text", (s) => s.addOauthClient("u-7", untyped({ name: "CI", passwordClient: "yes" })), [
    "passwordClient"
  ]],
  ["no input", (s) => s.addOauthClient("u-7", untyped(undefined)), [""]],
  ["a bad id and a bad name", (s) => s.addOauthClient("", { name: "" }), ["userId", "name"]],
  ["a bad id and no change", (s) => s.updateOauthClient("u-7", ".", {}), ["clientId", ""]],
  ["several at once", (s) => s.findOauthClients("", { page: 0, perPage: 0 }), ["userId", "page", "perPage"]]
]

function drain(stream: ReturnType<Service["streamOauthClients"]>): Effect.Effect<unknown, unknown> {
  return Stream.runDrain(stream)
}

describe("refused here, with no request", () => {
  for (const [name, call, fields] of refused) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const { client, seen } = scripted(good)
        const error = yield* Effect.flip(
          Effect.flatMap(OauthClientsService, call).pipe(Effect.provide(layerOver(client)))
        )
        assert.deepStrictEqual(seen, [])
        if (!(error instanceof ProcessMakerInvalidRequest)) return assert.fail(String(error))
        assert.deepStrictEqual(error.issues.map(({ path }) => path.join(".")), fields)
        assert.strictEqual(error.attempts, 0)
        assert.isBelow(error.message.length, 1000)
      }))
  }

  const messages: ReadonlyArray<readonly [(service: Service) => Effect.Effect<unknown, unknown>, string]> = [
    [
      (s) => s.addOauthClient("u-7", untyped("Billing bot")),
      "of user \"u-7\" was not sent, its input is invalid: must be an object with a name"
    ],
    [
      (s) => s.updateOauthClient("u-7", "17", untyped(5)),
      "of user \"u-7\", client \"17\" was not sent, its input is invalid: must be an object with the fields to change"
    ],
    [
      (s) => s.updateOauthClient("u-7", "17", untyped({ name: "", revoked: "no" })),
      "name: must be 1 to 255 characters, not blank; revoked: must be a boolean"
    ],
    [
      (s) => s.findOauthClients("u-7", { page: untyped("2"), perPage: 0 }),
      "page: must be a whole number, 1 or more; perPage: must be a whole number from 1 to 100"
    ],
    [
      (s) => drain(s.streamOauthClients("u-7", { onDrift: untyped("x") })),
      "onDrift: must be \"recover\" or \"ignore\" or \"fail\""
    ],
    [
      (s) => s.addOauthClient("u\u2028\u202ex", untyped({ name: "n", "a\nb\u001b[31m": 1 })),
      "of user \"u x\" was not sent, its input is invalid: a b [31m: is not known here"
    ],
    [(s) => s.findOauthClientById("a\nb", "17"), "findOauthClientById, client \"17\" was not sent"]
  ]
  for (const [call, words] of messages) {
    it.effect(`says ${words}`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(
          Effect.flatMap(OauthClientsService, call).pipe(Effect.provide(layerOver(scripted(good).client)))
        )
        assert.include(error instanceof Error ? error.message : "", words)
      }))
  }

  it.effect("accepts what is at the edges", () =>
    Effect.gen(function*() {
      const { client, seen } = scripted(good)
      const service = yield* Effect.provide(OauthClientsService, layerOver(client))
      yield* service.addOauthClient("u-7", { name: "😀".repeat(255) })
      yield* service.addOauthClient("u-7", { name: "x" })
      yield* service.findOauthClients("...", { page: 90_071_992_547_408, perPage: 100 })
      assert.strictEqual(seen.length, 3)
    }))
})
