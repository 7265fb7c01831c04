/** What each profile sends, member by member: wire-facts (a) is what these are held against. */
import { assert, describe, it } from "@effect/vitest"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import type { FakeOptions, FakeProfile } from "effect-processmaker-oauth/testing"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { accessToken, call, document } from "./callers.js"
import { ways } from "./ways.js"

const inProcess = (options?: FakeOptions) => ways["in process"]?.(options) ?? assert.fail()

interface Resource {
  readonly type: string
  readonly id: string | number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly links?: unknown
  readonly meta?: unknown
}

interface Expectations {
  readonly contentType: string
  readonly made: Resource
  readonly read: Resource
  readonly pagination: Record<string, unknown>
  readonly links?: unknown
  readonly empty: Record<string, unknown>
  readonly unauthenticated: unknown
  readonly notFound: unknown
  readonly invalid: readonly [number, unknown]
  readonly throttled: unknown
  readonly maintenance: unknown
}

const createdAt = DateTime.unsafeMake("2017-11-03T09:15:42Z")
const secret = "s".repeat(40)
const path = "/api/v1/users/u-7/clients"
const url = (page: number) => `http://localhost${path}?page=${page}`
const middle = { total: 3, count: 1, per_page: 1, current_page: 2, total_pages: 3 }
const none = { total: 0, count: 0, per_page: 15, current_page: 1, total_pages: 0 }
const neighbours = { previous: url(1), next: url(3) }
const flags = { personal_access_client: false, password_client: true, revoked: false }
const iso = { created_at: "2017-11-03T09:15:42+00:00", updated_at: "2017-11-03T09:15:42+00:00" }
const plain = { created_at: "2017-11-03 09:15:42", updated_at: "2017-11-03 09:15:42" }
const micro = { created_at: "2017-11-03T09:15:42.000456Z", updated_at: "2017-11-03T09:15:42.000456Z" }
const carbon = {
  created_at: { date: "2017-11-03 09:15:42.000000", timezone_type: 3, timezone: "UTC" },
  updated_at: { date: "2017-11-03 09:15:42.000000" }
}
const vendor = "application/vnd.api+json"
const html = (title: string) =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`
const entry = (code: string, title: string, message: string) => ({ errors: [{ code, title, message }] })
const detailed = (code: string, title: string, message: string) => ({
  errors: [{ code, title, detail: message, message }]
})
const numeric = (status: number, title: string) => ({ errors: [{ status, code: status, title }], meta: {} })
const listed = (status: string, code: string, title: string, detail: string) => ({
  jsonapi: { version: "1.0" },
  errors: [{ id: "e1", status, code, title, detail }]
})
const needed = "The name field is required."

const expected: Readonly<Record<FakeProfile, Expectations>> = {
  default: {
    contentType: vendor,
    made: { type: "client", id: "40718826", attributes: { name: "New", secret, ...flags, ...iso } },
    read: { type: "client", id: "40718824", attributes: { name: "Old", secret, ...flags, ...iso } },
    pagination: { ...middle, links: neighbours },
    empty: { ...none, links: [] },
    unauthenticated: entry("1401", "Unauthenticated", "Unauthenticated."),
    notFound: entry("1832", "Unknown client", "nothing with that id"),
    invalid: [400, entry("1422", "Invalid parameters", needed)],
    throttled: entry("1429", "Too many requests", "Too Many Attempts."),
    maintenance: entry("1503", "Service unavailable", "Be right back.")
  },
  spec: {
    contentType: vendor,
    made: { type: "client", id: 40718826, attributes: { name: "New", secret, ...flags, ...iso } },
    read: { type: "client", id: 40718824, attributes: { name: "Old", secret, ...flags, ...iso } },
    pagination: { ...middle, links: neighbours },
    empty: { ...none, links: {} },
    unauthenticated: detailed("1401", "Unauthenticated", "Unauthenticated."),
    notFound: detailed("1832", "Unknown client", "nothing with that id"),
    invalid: [400, detailed("1422", "Invalid parameters", needed)],
    throttled: detailed("1429", "Too many requests", "Too Many Attempts."),
    maintenance: detailed("1503", "Service unavailable", "Be right back.")
  },
  laravel54: {
    contentType: "application/json",
    made: { type: "client", id: 40718826, attributes: { name: "New", secret, password_client: true, ...plain } },
    read: { type: "client", id: 40718824, attributes: { name: "Old", ...flags, ...plain } },
    pagination: { ...middle, links: neighbours },
    empty: { ...none, links: [] },
    unauthenticated: { error: "Unauthenticated." },
    notFound: html("Unknown client"),
    invalid: [422, { "data.attributes.name": [needed] }],
    throttled: "Too Many Attempts.",
    maintenance: html("Service unavailable")
  },
  laravel55: {
    contentType: "application/json",
    made: {
      type: "client",
      id: "40718826",
      attributes: { name: "New", secret, password_client: true, personal_access_client: null, revoked: null, ...plain }
    },
    read: { type: "client", id: "40718824", attributes: { name: "Old", ...flags, ...plain } },
    pagination: { ...middle, links: neighbours },
    empty: { ...none, total_pages: 1, links: {} },
    unauthenticated: { message: "Unauthenticated." },
    notFound: { message: "" },
    invalid: [422, { message: "The given data was invalid.", errors: { "data.attributes.name": [needed] } }],
    throttled: { message: "Too Many Attempts." },
    maintenance: { message: "" }
  },
  carbon2016: {
    contentType: `${vendor}; charset=utf-8`,
    made: {
      type: "client",
      id: "40718826",
      attributes: { name: "New", secret, personal_access_client: 0, password_client: 1, revoked: null, ...carbon }
    },
    read: {
      type: "client",
      id: "40718824",
      attributes: { name: "Old", secret: null, personal_access_client: 0, password_client: 1, revoked: null, ...carbon }
    },
    pagination: middle,
    empty: none,
    unauthenticated: {
      error: "access_denied",
      message: "The resource owner or authorization server denied the request.",
      hint: "Access token is invalid"
    },
    notFound: numeric(404, "Unknown client"),
    invalid: [400, numeric(400, needed)],
    throttled: numeric(429, "Too many requests"),
    maintenance: numeric(503, "Service unavailable")
  },
  jsonapi014: {
    contentType: vendor,
    made: {
      type: "client",
      id: "40718826",
      attributes: { name: "New", secret, ...flags, ...micro, user_id: 3, redirect: "" },
      links: { self: "http://localhost/api/v1/client/40718826" },
      meta: {}
    },
    read: {
      type: "client",
      id: "40718824",
      attributes: { name: "Old", secret, ...flags, ...micro, user_id: 3, redirect: "" },
      links: { self: "http://localhost/api/v1/client/40718824" },
      meta: {}
    },
    pagination: middle,
    links: { self: url(2), first: { href: url(1) }, prev: url(1), next: url(3), last: url(3) },
    empty: { ...none, total_pages: 1 },
    unauthenticated: listed("401", "1401", "Unauthenticated", "Unauthenticated."),
    notFound: listed("404", "1832", "Unknown client", "nothing with that id"),
    invalid: [422, {
      jsonapi: { version: "1.0" },
      errors: [{
        id: "e1",
        status: "422",
        code: "V1",
        title: "Invalid attribute",
        detail: needed,
        source: { pointer: "/data/attributes/name" },
        meta: { rule: "required" }
      }]
    }],
    throttled: listed("429", "1429", "Too many requests", "Too Many Attempts."),
    maintenance: listed("503", "1503", "Service unavailable", "Be right back.")
  }
}

const bodyOf = ({ json, text }: { readonly json: unknown; readonly text: string }): unknown => json ?? text

// A made-up secret is 40 characters; which ones is the seed's matter.
const anySecret = (resource: Resource): Resource => ({
  ...resource,
  attributes: Object.fromEntries(
    Object.entries(resource.attributes).map(([name, value]) => [
      name,
      name === "secret" && typeof value === "string" ? value.replace(/./g, "s") : value
    ])
  )
})

it("their names are there to choose from", () => {
  assert.sameMembers([...FakeProcessMaker.profiles], Object.keys(expected))
})

for (const profile of FakeProcessMaker.profiles) {
  const wire = expected[profile]
  const layer = inProcess({
    profile,
    users: [
      { id: "u-7", clients: [{}, { name: "Old", secret: Redacted.make(secret), createdAt }, {}] },
      { id: "u-8", clients: 0 }
    ]
  })

  describe(`profile ${profile}`, () => {
    it.effect("shows a client as it is made and as it is read", () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(Date.UTC(2017, 10, 3, 9, 15, 42, 999))
        const fake = yield* FakeProcessMaker
        const token = yield* accessToken(fake)
        const made = yield* call(fake, "POST", "/users/u-8/clients", {
          token,
          body: document({ name: "New", password_client: true })
        })
        assert.strictEqual(made.headers["content-type"], wire.contentType)
        assert.deepStrictEqual(anySecret(made.json.data), wire.made)
        const read = yield* call(fake, "GET", "/users/u-7/clients/40718824", { token })
        assert.deepStrictEqual(read.json.data, wire.read)
      }).pipe(Effect.provide(layer)))

    it.effect("shows pages", () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const token = yield* accessToken(fake)
        const page = yield* call(fake, "GET", "/users/u-7/clients?page=2&per_page=1", { token })
        assert.deepStrictEqual(page.json.meta.pagination, wire.pagination)
        assert.deepStrictEqual(page.json.links, wire.links)
        assert.strictEqual(page.json.data[0].attributes.name, "Old")
        const empty = yield* call(fake, "GET", "/users/u-8/clients", { token })
        assert.deepStrictEqual([empty.json.data, empty.json.meta.pagination], [[], wire.empty])
      }).pipe(Effect.provide(layer)))

    it.effect("says what is wrong", () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const token = yield* accessToken(fake)
        const denied = yield* call(fake, "GET", "/users/u-7/clients")
        assert.deepStrictEqual([denied.status, bodyOf(denied)], [401, wire.unauthenticated])
        const missing = yield* call(fake, "GET", "/users/u-7/clients/1", { token })
        assert.deepStrictEqual([missing.status, bodyOf(missing)], [404, wire.notFound])
        const invalid = yield* call(fake, "POST", "/users/u-7/clients", { token, body: document({}) })
        assert.deepStrictEqual([invalid.status, bodyOf(invalid)], [...wire.invalid])
        yield* fake.script(Fault.onAny(Fault.tooManyRequests("2 seconds"), Fault.unavailable()))
        const throttled = yield* call(fake, "GET", "/users/u-7/clients", { token })
        assert.deepStrictEqual([throttled.status, bodyOf(throttled)], [429, wire.throttled])
        const maintenance = yield* call(fake, "GET", "/users/u-7/clients", { token })
        assert.deepStrictEqual([maintenance.status, bodyOf(maintenance)], [503, wire.maintenance])
        assert.notProperty(maintenance.headers, "retry-after")
      }).pipe(Effect.provide(layer)))
  })
}

it.effect("showSecrets overrides the profile", () =>
  Effect.gen(function*() {
    for (
      const [showSecrets, made, read] of [["always", true, true], ["created", true, false], [
        "never",
        false,
        false
      ]] as const
    ) {
      yield* Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const token = yield* accessToken(fake)
        const where = `/users/${fake.userIds[0]}/clients`
        const created = (yield* call(fake, "POST", where, { token, body: document({ name: "A" }) })).json.data
        const found = (yield* call(fake, "GET", `${where}/${created.id}`, { token })).json.data
        assert.deepStrictEqual(["secret" in created.attributes, "secret" in found.attributes], [made, read])
      }).pipe(Effect.provide(inProcess({ showSecrets })))
    }
  }))
