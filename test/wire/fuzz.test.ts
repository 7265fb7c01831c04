import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as library from "effect-processmaker-oauth"
import { OauthClient, OauthClientPage, OauthClientsService } from "effect-processmaker-oauth"
import { assertNoSecrets } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { inspect } from "node:util"
import { credentials, secrets, shapes } from "../support/hostile.js"
import { runs } from "../support/runs.js"
import { json, layerOver, operationNames, operations, scripted } from "../support/scripted.js"
import type { Operation } from "../support/scripted.js"

const said = [secrets.accessToken, secrets.otherClients]

const client = {
  type: "client",
  id: "17",
  attributes: {
    name: "CI",
    secret: secrets.otherClients,
    personal_access_client: false,
    password_client: 1,
    revoked: null,
    created_at: "2017-11-03T09:15:42+00:00",
    updated_at: { date: "2016-10-05 07:30:11.000000", timezone_type: 3, timezone: "Europe/Berlin" }
  }
}
const valid: ReadonlyArray<unknown> = [
  { data: client },
  {
    data: [client],
    meta: { pagination: { total: 1, count: 1, per_page: 15, current_page: 1, total_pages: 1, links: [] } }
  },
  { meta: { code: "1831", title: "Client removed" } },
  {
    token_type: "Bearer",
    expires_in: 3600,
    access_token: secrets.accessToken,
    refresh_token: secrets.refreshToken,
    scope: null
  },
  { errors: [{ code: "1", title: "No", detail: secrets.otherClients, source: { pointer: "/data" } }] },
  ...Object.values(shapes).map((shape) => {
    const text = shape(secrets.accessToken)
    return text.startsWith("{") && text.endsWith("}") ? JSON.parse(text) : text
  })
]

const leaf = FastCheck.oneof(
  FastCheck.constantFrom<unknown>(
    null,
    true,
    0,
    -0,
    -1,
    1.5,
    1e308,
    2 ** 53,
    "",
    " ",
    "\u0000",
    "\ud800",
    "1e3",
    [],
    {},
    [[]],
    { __proto__: null },
    ...said
  ),
  FastCheck.jsonValue({ maxDepth: 2 })
)

type Change = (value: unknown) => unknown

/** Somewhere in the value, something else: `path` says where, by what share of the keys is passed over at each level. */
const changeAt = (value: unknown, path: ReadonlyArray<number>, change: Change): unknown => {
  const [share, ...rest] = path
  if (share === undefined || typeof value !== "object" || value === null) return change(value)
  const keys = Object.keys(value)
  const key = keys[Math.floor(share * keys.length)]
  if (key === undefined) return change(value)
  const entries = Object.entries(value).map(([name, inner]) =>
    [name, name === key ? changeAt(inner, rest, change) : inner] as const
  )
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)
}

const share = FastCheck.double({ min: 0, max: 0.999, noNaN: true })
const change: FastCheck.Arbitrary<Change> = FastCheck.oneof(
  leaf.map((replacement): Change => () => replacement),
  FastCheck.constant<Change>(() => undefined),
  FastCheck.constant<Change>((value) => [value, value]),
  FastCheck.constant<Change>((value) => ({ value })),
  FastCheck.constant<Change>((value) => typeof value === "string" ? [value] : JSON.stringify(value)),
  FastCheck.constantFrom(...said, "__proto__", "constructor").map((key): Change => (value) => ({ [key]: value }))
)
const mutatedValue = FastCheck.tuple(
  FastCheck.constantFrom(...valid),
  FastCheck.array(FastCheck.tuple(FastCheck.array(share, { maxLength: 4 }), change), { maxLength: 3 })
)
  .map(([value, changes]) =>
    JSON.stringify(changes.reduce<unknown>((left, [path, by]) => changeAt(left, path, by), value)) ?? ""
  )
const mutatedText = FastCheck.tuple(
  mutatedValue,
  share,
  FastCheck.nat(20),
  FastCheck.string({ unit: "binary", maxLength: 10 })
)
  .map(([text, at, length, other]) => text.slice(0, at * text.length) + other + text.slice(at * text.length + length))

const body: FastCheck.Arbitrary<string | Uint8Array<ArrayBuffer>> = FastCheck.oneof(
  FastCheck.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes)),
  FastCheck.string({ unit: "binary" }),
  FastCheck.json(),
  mutatedValue,
  mutatedValue,
  mutatedText
)

const some = (values: FastCheck.Arbitrary<string>) => FastCheck.option(values, { nil: undefined })
const reply = FastCheck.record({
  body,
  status: FastCheck.oneof(
    { weight: 4, arbitrary: FastCheck.constantFrom(200, 201, 202) },
    { weight: 3, arbitrary: FastCheck.constantFrom(400, 401, 403, 404, 422, 429, 500, 503) },
    { weight: 1, arbitrary: FastCheck.integer({ min: 200, max: 599 }) }
  ),
  headers: FastCheck.record({
    "content-type": some(
      FastCheck.constantFrom("application/json", "application/vnd.api+json; x=\"y\"", "text/html", "", "json", "/")
    ),
    "retry-after": some(
      FastCheck.constantFrom(
        "1",
        "0",
        "-1",
        "1.5",
        "9".repeat(400),
        "Wed, 21 Oct 2099 07:28:00 GMT",
        "soon",
        "Wed, 99 Oct 2099 99:28:00 GMT"
      )
    ),
    "x-ratelimit-remaining": some(FastCheck.constantFrom("0", "1", "x")),
    "x-ratelimit-reset": some(FastCheck.constantFrom("0", "9".repeat(30), "9999999999")),
    location: some(
      FastCheck.constantFrom(
        "/login",
        "//",
        "https://[",
        "https://evil.test",
        "data:,x",
        "\u00e9",
        `https://x.test/?${secrets.accessToken}`
      )
    )
  })
})

type Reply = typeof reply extends FastCheck.Arbitrary<infer A> ? A : never

const toResponse = ({ body, headers, status }: Reply): Response => {
  const given = Object.entries(headers).flatMap(([name, value]) => value === undefined ? [] : [[name, value] as const])
  return new Response([204, 205, 304].includes(status) ? null : body, { status, headers: Object.fromEntries(given) })
}

// What decodes and encodes here is for the run to show, not for the types.
type Codec = Schema.Schema<unknown, unknown>

const errors = Object.values(library).filter((value) => typeof value === "function" && value.prototype instanceof Error)
const codecs = new Map<unknown, Codec>(
  Object.values(library).flatMap((value) =>
    Schema.isSchema(value) && typeof value === "function" ? [[value, value as unknown as Codec] as const] : []
  )
)

const check = (operation: Operation, value: unknown) =>
  Effect.gen(function*() {
    if (operation === "deleteOauthClient") return assert.isUndefined(value)
    if (operation === "streamOauthClients") {
      return void (yield* Schema.validate(Schema.Array(Schema.typeSchema(OauthClient)))(value))
    }
    const schema: Codec = (operation === "findOauthClients" ? OauthClientPage : OauthClient) as unknown as Codec
    const encoded = yield* Schema.encode(schema)(value)
    yield* Schema.decodeUnknown(schema)(JSON.parse(JSON.stringify(encoded)))
  })

let failures = 0

const checkError = (error: unknown, hidden: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    if (!(error instanceof Error)) return assert.fail(String(error))
    assert.isTrue(errors.some((type) => error.constructor === type), String(error))
    const schema = codecs.get(error.constructor)
    if (schema !== undefined) {
      yield* Schema.decodeUnknown(schema)(JSON.parse(JSON.stringify(yield* Schema.encode(schema)(error))))
    }
    assert.isBelow(error.message.length, 2500)
    assert.notMatch(error.message, /[\p{Control}\p{Zl}\p{Zp}]/u)
    // To look everywhere takes longer than the call.
    failures += 1
    const everywhere = failures % 10 === 0 ? inspect(error, { depth: Infinity, showHidden: true }) : ""
    const shown = JSON.stringify(error) + error.message + everywhere
    for (const secret of hidden) assert.notInclude(shown, secret)
    if (failures % 100 === 0) assertNoSecrets(error, hidden)
  })

const calls = (service: OauthClientsService["Type"], operation: Operation, hidden: ReadonlyArray<string>) =>
  operations[operation](service).pipe(
    Effect.timeoutFail({ duration: "10 seconds", onTimeout: () => "hangs" }),
    Effect.matchEffect({
      onFailure: (error) => checkError(error, hidden),
      onSuccess: (value) => check(operation, value)
    })
  )

const serviceOver = (client: HttpClient.HttpClient, options: Parameters<typeof layerOver>[1]) =>
  Effect.provide(OauthClientsService, layerOver(client, options))

const limits = { fastCheck: runs(40, 400) }

describe("whatever a server answers is a success that the schema allows, or a typed error without a secret", () => {
  for (const operation of operationNames) {
    it.effect.prop(operation, [reply], ([answer]) =>
      Effect.gen(function*() {
        const { client } = scripted(() => toResponse(answer))
        const service = yield* serviceOver(client, { credentials: { accessToken: Redacted.make(secrets.accessToken) } })
        yield* calls(service, operation, said)
      }), limits)
  }

  it.effect.prop("token endpoint", [reply], ([answer]) =>
    Effect.gen(function*() {
      const { client } = scripted(({ url }) =>
        url.pathname === "/oauth/access_token" ? toResponse(answer) : json({ data: [] })
      )
      yield* Effect.flatMap(
        OauthClientsService,
        (service) => calls(service, "findOauthClients", [...said, secrets.clientSecret, secrets.password])
      ).pipe(Effect.provide(layerOver(client, { credentials })))
    }), limits)
})
