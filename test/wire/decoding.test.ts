import { assert, describe, it } from "@effect/vitest"
import { OauthClient, OauthClientId, OauthClientsService, ProcessMakerInvalidResponse } from "effect-processmaker-oauth"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { makeCursor } from "../../src/internal/list/cursor.js"
import {
  callWith,
  itemOperations,
  json,
  layerOver,
  listOperations,
  operationNames,
  scripted
} from "../support/scripted.js"
import type { Operation } from "../support/scripted.js"

interface Expected {
  readonly id: string
  readonly name: string
  readonly secret?: string
  readonly passwordClient?: boolean
  readonly createdAt?: string
  readonly updatedAt?: string
}

const at = (text: string | undefined) => Option.map(Option.fromNullable(text), (iso) => DateTime.unsafeMake(iso))

const client = ({ createdAt, id, name, passwordClient = false, secret, updatedAt }: Expected): OauthClient =>
  new OauthClient({
    id: OauthClientId.make(id),
    name,
    secret: Option.map(Option.fromNullable(secret), Redacted.make),
    personalAccessClient: false,
    passwordClient,
    revoked: false,
    createdAt: at(createdAt),
    updatedAt: at(updatedAt)
  })

const reveal = (value: OauthClient) => Option.map(value.secret, Redacted.value)

const items: Readonly<Record<string, readonly [string, Expected]>> = {
  "A1 canonical": [
    `{"data":{"type":"client","id":"40718822","attributes":{"name":"Billing bot","secret":"q8Zt1mVxK4bN7cYr2LhD9wPs6JfGe3RaU5oTi0Ek","personal_access_client":false,"password_client":true,"revoked":false,"created_at":"2017-11-03T09:15:42+00:00","updated_at":"2017-11-03T09:15:42+00:00"}}}`,
    {
      id: "40718822",
      name: "Billing bot",
      secret: "q8Zt1mVxK4bN7cYr2LhD9wPs6JfGe3RaU5oTi0Ek",
      passwordClient: true,
      createdAt: "2017-11-03T09:15:42Z",
      updatedAt: "2017-11-03T09:15:42Z"
    }
  ],
  "A2 integer id, plain times, no secret": [
    `{"data":{"type":"client","id":17,"attributes":{"name":"CI","personal_access_client":false,"password_client":true,"revoked":false,"created_at":"2017-04-02 10:00:00","updated_at":"2017-04-02 10:00:00"}}}`,
    { id: "17", name: "CI", passwordClient: true, createdAt: "2017-04-02T10:00:00Z", updatedAt: "2017-04-02T10:00:00Z" }
  ],
  "A3 Carbon objects, null secret, 0 and 1": [
    `{"data":{"type":"client","id":"18","attributes":{"name":"Old host","secret":null,"personal_access_client":0,"password_client":1,"revoked":null,"created_at":{"date":"2016-10-05 07:30:11.000000","timezone_type":3,"timezone":"UTC"},"updated_at":{"date":"2016-10-05 07:30:11.000000"}}}}`,
    {
      id: "18",
      name: "Old host",
      passwordClient: true,
      createdAt: "2016-10-05T07:30:11Z",
      updatedAt: "2016-10-05T07:30:11Z"
    }
  ],
  "A4 minimal, extra members everywhere": [
    `{"jsonapi":{"version":"1.0"},"data":{"type":"client","id":"19","attributes":{"name":"M","user_id":3,"redirect":"","updated_at":"2020-02-29T23:59:59.123456Z"},"links":{"self":"https://t1.api.example.test/api/v1/client/19"},"meta":{}}}`,
    { id: "19", name: "M", updatedAt: "2020-02-29T23:59:59.123Z" }
  ],
  "a byte order mark": [`\ufeff{"data":{"type":"client","id":"19","attributes":{"name":"M"}}}`, {
    id: "19",
    name: "M"
  }],
  "a key twice: the last one counts": [
    `{"data":null,"data":{"type":"client","id":"1","id":"19","attributes":{"name":"M"}}}`,
    { id: "19", name: "M" }
  ],
  "keys of the prototype": [
    `{"__proto__":{"data":1},"data":{"type":"client","id":"19","__proto__":{"id":"20"},"attributes":{"name":"M","__proto__":{"secret":"x"},"constructor":{"prototype":{"revoked":true}}}}}`,
    { id: "19", name: "M" }
  ],
  "an id that looks like a number": [`{"data":{"type":"client","id":"1e3","attributes":{"name":"M"}}}`, {
    id: "1e3",
    name: "M"
  }],
  "an id written 1e3": [`{"data":{"type":"client","id":1e3,"attributes":{"name":"M"}}}`, { id: "1000", name: "M" }],
  "a lone surrogate": [`{"data":{"type":"client","id":"19","attributes":{"name":"\\ud800"}}}`, {
    id: "19",
    name: "\ud800"
  }],
  "empty errors beside data": [`{"errors":[],"data":{"type":"client","id":"19","attributes":{"name":"M"}}}`, {
    id: "19",
    name: "M"
  }]
}

const mediaTypes = [
  "application/vnd.api+json",
  "application/json; charset=UTF-8",
  "application/hal+json; v=1",
  "text/html",
  ""
]

describe("one client", () => {
  for (const operation of itemOperations) {
    for (const [name, [text, expected]] of Object.entries(items)) {
      it.effect(`${operation}: ${name}`, () =>
        Effect.gen(function*() {
          const value = yield* callWith(operation, () => json(text), { clientId: expected.id })
          if (!(value instanceof OauthClient)) return assert.fail("no OauthClient")
          assert.deepStrictEqual({ ...value }, { ...client(expected) })
          assert.deepStrictEqual(reveal(value), Option.fromNullable(expected.secret))
        }))
    }
  }

  for (const type of mediaTypes) {
    it.effect(`as ${type === "" ? "no media type" : type}`, () =>
      Effect.gen(function*() {
        const [text] = items["A1 canonical"] ?? []
        const value = yield* callWith("findOauthClientById", () => json(text, 201, { "content-type": type }), {
          clientId: "40718822"
        })
        assert.instanceOf(value, OauthClient)
      }))
  }
})

interface ExpectedPage {
  readonly ids: ReadonlyArray<string>
  readonly numbers: readonly [total: number, count: number, perPage: number, page: number, totalPages: number]
  readonly next: boolean
}

const lists: Readonly<Record<string, readonly [string, ExpectedPage]>> = {
  "A5 one page, links []": [
    `{"data":[{"type":"client","id":"17","attributes":{"name":"CI"}}],"meta":{"pagination":{"total":1,"count":1,"per_page":15,"current_page":1,"total_pages":1,"links":[]}}}`,
    { ids: ["17"], numbers: [1, 1, 15, 1, 1], next: false }
  ],
  "A6 middle page, links of http": [
    `{"data":[{"type":"client","id":"23","attributes":{"name":"W"}}],"meta":{"pagination":{"total":3,"count":1,"per_page":1,"current_page":2,"total_pages":3,"links":{"previous":"http://localhost/api/v1/users/u-7/clients?page=1","next":"http://localhost/api/v1/users/u-7/clients?page=3"}}}}`,
    { ids: ["23"], numbers: [3, 1, 1, 2, 3], next: true }
  ],
  "A7 links at the top": [
    `{"data":[],"meta":{"pagination":{"total":0,"count":0,"per_page":15,"current_page":1,"total_pages":1}},"links":{"self":"https://h.example.test/x?page=1","first":{"href":"https://h.example.test/x?page=1"},"prev":null,"last":"https://h.example.test/x?page=1"}}`,
    { ids: [], numbers: [0, 0, 15, 1, 1], next: false }
  ],
  "A8 empty, links {}": [
    `{"data":[],"meta":{"pagination":{"total":0,"count":0,"per_page":15,"current_page":1,"total_pages":0,"links":{}}}}`,
    { ids: [], numbers: [0, 0, 15, 1, 0], next: false }
  ],
  "A9 past the end": [
    `{"data":[],"meta":{"pagination":{"total":4,"count":0,"per_page":2,"current_page":9,"total_pages":2,"links":{"previous":"http://h.example.test/x?page=8"}}}}`,
    { ids: [], numbers: [4, 0, 2, 9, 2], next: false }
  ],
  "A10 no meta": [`{"data":[{"type":"client","id":"31","attributes":{"name":"Z"}}]}`, {
    ids: ["31"],
    numbers: [1, 1, 15, 1, 2],
    next: true
  }],
  "A11 meta []": [`{"data":[],"meta":[]}`, { ids: [], numbers: [0, 0, 15, 1, 1], next: false }],
  "numbers as large as they come": [
    `{"data":[{"type":"client","id":"31","attributes":{"name":"Z"}}],"meta":{"pagination":{"total":9007199254740991,"count":1,"per_page":9007199254740991,"current_page":3,"total_pages":9007199254740991}}}`,
    { ids: ["31"], numbers: [2 ** 53 - 1, 1, 2 ** 53 - 1, 3, 2 ** 53 - 1], next: true }
  ],
  "R11 links of another type": [
    `{"data":[{"type":"client","id":"31","attributes":{"name":"Z"}}],"links":"x","meta":{"pagination":{"total":1,"count":1,"per_page":15,"current_page":1,"total_pages":1,"links":[7]}}}`,
    { ids: ["31"], numbers: [1, 1, 15, 1, 1], next: false }
  ]
}

describe("a page", () => {
  for (const [name, [text, { ids, next, numbers }]] of Object.entries(lists)) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const service = yield* Effect.provide(OauthClientsService, layerOver(scripted(() => json(text)).client))
        const page = yield* service.findOauthClients("u-7", { page: numbers[3] })
        const { count, currentPage, perPage, total, totalPages } = page.pagination
        assert.deepStrictEqual(page.clients.map(({ id }) => String(id)), [...ids])
        assert.deepStrictEqual([total, count, perPage, currentPage], numbers.slice(0, 4))
        if (!name.startsWith("A11")) assert.strictEqual(totalPages, numbers[4])
        assert.strictEqual(Option.isSome(page.next), next)
      }))
  }
})

describe("a place far down a list", () => {
  it.effect("has a cursor", () =>
    Effect.gen(function*() {
      const [text] = lists["A10 no meta"] ?? assert.fail()
      const service = yield* Effect.provide(OauthClientsService, layerOver(scripted(() => json(text)).client))
      const page = 90_071_992_547_408
      const { next } = yield* service.findOauthClients("u-7", { page, perPage: 100 })
      assert.strictEqual(Option.getOrThrow(next).page, page + 1)
    }))

  it("has one too where the server sent more than can be counted", () => {
    const place = { position: 2 ** 53 + 100, seen: 2 ** 53 + 100, total: null, maxPerPage: 2 ** 53, ids: [], ahead: 0 }
    const { maxPerPage, perPage, position, seen } = makeCursor("u-7", place, { page: 2, size: 2 ** 53 })
    assert.deepStrictEqual([position, seen], [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER])
    assert.deepStrictEqual([perPage, maxPerPage], [100, 100])
  })
})

describe("a deletion", () => {
  const bodies = [
    ["A12 string code", `{"meta":{"code":"1831","title":"Client removed"}}`, 200],
    ["A12 integer code", `{"meta":{"code":1831}}`, 200],
    ["200 with an empty body", "", 200],
    ["202 with spaces", " \n", 202],
    ["an empty object", "{}", 200]
  ] as const
  for (const [name, text, status] of bodies) {
    it.effect(name, () => callWith("deleteOauthClient", () => json(text, status)))
  }
  it.effect("204", () => callWith("deleteOauthClient", () => new Response(null, { status: 204 })))
})

const item = (data: unknown) => JSON.stringify({ data })
const resource = (changes: Record<string, unknown>) => ({
  type: "client",
  id: "17",
  attributes: { name: "CI" },
  ...changes
})
const attributes = (changes: Record<string, unknown>) => resource({ attributes: { name: "CI", ...changes } })
const without = (key: string) => Object.fromEntries(Object.entries(resource({})).filter(([name]) => name !== key))

// The row of the resource, and the path within it that is at fault.
const badResources: ReadonlyArray<readonly [string, unknown, string]> = [
  ...[undefined, null, "user", 7].map((type) =>
    [`R5 type ${type}`, type === undefined ? without("type") : resource({ type }), "type"] as const
  ),
  ...[undefined, null, "", " ", 1.5, -1, 2 ** 53, true, [], -0.5].map((id) =>
    [`R6 id ${JSON.stringify(id)}`, id === undefined ? without("id") : resource({ id }), "id"] as const
  ),
  ["R7 no attributes", without("attributes"), "attributes"],
  ["R7 attributes []", resource({ attributes: [] }), "attributes"],
  ["R7 attributes null", resource({ attributes: null }), "attributes"],
  ["R7 no name", resource({ attributes: {} }), "attributes.name"],
  ...[null, 7, [], {}].map((name) =>
    [`R7 name ${JSON.stringify(name)}`, attributes({ name }), "attributes.name"] as const
  ),
  ...["yes", 2, [], -1].flatMap((flag) =>
    ["personal_access_client", "password_client", "revoked"].map((key) =>
      [`R8 ${key} ${JSON.stringify(flag)}`, attributes({ [key]: flag }), `attributes.${key}`] as const
    )
  ),
  ...["yesterday", " ", "2017-02-30T00:00:00Z", "2017-01-01T25:00:00Z", 1_500_000_000, [], {}, {
    date: 7
  }, {
    date: "2016-10-05 07:30:11",
    timezone_type: 3,
    timezone: "Mars/Olympus"
  }].map((time) =>
    [`R8 created_at ${JSON.stringify(time)}`, attributes({ created_at: time }), "attributes.created_at"] as const
  ),
  ...[7, true, {}, ["x"]].map((secret) =>
    [`R8 secret ${JSON.stringify(secret)}`, attributes({ secret }), "attributes.secret"] as const
  ),
  ["a resource that is null", null, ""],
  ["a resource that is a list", [], ""],
  ["a resource that is a text", "client", ""]
]

const badRoots: ReadonlyArray<readonly [string, string, ProcessMakerInvalidResponse["reason"]]> = [
  ["R1 a text", "OK", "json"],
  ["R1 truncated", `{"data":{"type":"cl`, "json"],
  ["R2 a list", "[]", "document"],
  ["R2 a string", `"x"`, "document"],
  ["R2 a number", "1e400", "document"],
  ["R2 null", "null", "document"],
  ["R9 errors", `{"errors":[{"code":"1","title":"No"}]}`, "document"],
  [
    "R9 errors and data",
    `{"data":{"type":"client","id":"17","attributes":{"name":"x"}},"errors":{"a":["b"]}}`,
    "document"
  ]
]

const failsWith = (operation: Operation, text: string, status = 200, headers: Record<string, string> = {}) =>
  Effect.gen(function*() {
    const error = yield* Effect.flip(callWith(operation, () => json(text, status, headers)))
    if (!(error instanceof ProcessMakerInvalidResponse)) return assert.fail(String(error))
    assert.strictEqual(error.status, status)
    assert.isBelow(error.message.length, 2000)
    return error
  })

describe("an answer that breaks the promise is a typed error", () => {
  for (const [name, text, reason] of badRoots) {
    for (const operation of operationNames) {
      if (operation === "deleteOauthClient" && name.startsWith("R2")) continue
      it.effect(`${operation}: ${name}`, () =>
        Effect.gen(function*() {
          const error = yield* failsWith(operation, text)
          assert.strictEqual(error.reason, reason)
          assert.strictEqual(error.errors.length, name.startsWith("R9") ? 1 : 0)
        }))
    }
  }

  for (const operation of operationNames) {
    it.effect(`${operation}: R1 HTML`, () =>
      Effect.gen(function*() {
        const error = yield* failsWith(operation, "<html>Log in</html>", 200, { "content-type": "text/html" })
        assert.strictEqual(error.reason, "contentType")
      }))
  }

  for (const operation of [...itemOperations, ...listOperations]) {
    it.effect(`${operation}: R1 empty`, () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* failsWith(operation, "")).reason, "json")
        const empty = yield* Effect.flip(callWith(operation, () => new Response(null, { status: 204 })))
        assert.strictEqual(empty._tag, "ProcessMakerInvalidResponse")
      }))
  }

  for (const [name, data, at] of badResources) {
    for (const operation of itemOperations) {
      it.effect(`${operation}: ${name}`, () =>
        Effect.gen(function*() {
          const error = yield* failsWith(operation, item(data))
          assert.strictEqual(error.reason, "schema")
          assert.strictEqual(error.issues[0]?.path.join("."), at === "" ? "data" : `data.${at}`)
        }))
    }
    it.effect(`findOauthClients: ${name}`, () =>
      Effect.gen(function*() {
        const error = yield* failsWith("findOauthClients", item([resource({}), data]))
        assert.strictEqual(error.issues[0]?.path.join("."), at === "" ? "data.1" : `data.1.${at}`)
      }))
  }

  for (const operation of itemOperations) {
    for (const data of ["null", "[]", `[{"type":"client","id":"17","attributes":{"name":"x"}}]`]) {
      it.effect(`${operation}: R3, R4 data ${data.slice(0, 5)}`, () => failsWith(operation, `{"data":${data}}`))
    }
    it.effect(`${operation}: R3 no data`, () => failsWith(operation, `{"meta":{}}`))
  }

  for (const operation of listOperations) {
    for (const data of ["null", `{"a":1}`, "7", item(resource({})).slice(8, -1)]) {
      it.effect(`${operation}: R3, R4 data ${data.slice(0, 7)}`, () => failsWith(operation, `{"data":${data}}`))
    }
    for (const key of ["total", "count", "per_page", "current_page", "total_pages"]) {
      for (const value of [-1, 1.5, "-1", "1.0", "1e3", "", true, 2 ** 53, "9007199254740992"]) {
        it.effect(`${operation}: R10 ${key} ${JSON.stringify(value)}`, () =>
          Effect.gen(function*() {
            const pagination = { total: 1, count: 1, per_page: 15, current_page: 1, total_pages: 1, [key]: value }
            const error = yield* failsWith(operation, JSON.stringify({ data: [resource({})], meta: { pagination } }))
            assert.strictEqual(error.issues[0]?.path.join("."), `meta.pagination.${key}`)
          }))
      }
    }
  }

  it.effect("R6 minus zero", () =>
    failsWith("addOauthClient", `{"data":{"type":"client","id":-0,"attributes":{"name":"x"}}}`))

  for (const operation of ["findOauthClientById", "updateOauthClient"] as const) {
    it.effect(`${operation}: R13 another client`, () =>
      Effect.gen(function*() {
        const error = yield* failsWith(operation, item(resource({ id: "18" })))
        assert.strictEqual(error.reason, "mismatch")
      }))
  }
})
