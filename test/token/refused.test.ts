/** An API that refuses tokens that were just issued, for some users or for all. */
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { AccessToken, AccessTokenProvider, OauthClientsService, ProcessMakerConfig } from "effect-processmaker-oauth"
import type { AccessTokenProviderShape } from "effect-processmaker-oauth"
import { assertNoSecrets } from "effect-processmaker-oauth/testing"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { runs } from "../support/runs.js"
import { baseUrl, json, scripted } from "../support/scripted.js"
import type { Seen } from "../support/scripted.js"
import { simulated } from "../support/simulatedTime.js"
import { credentials } from "./tokenServer.js"

const page = { data: [], meta: { pagination: { total: 0, count: 0, per_page: 15, current_page: 1, total_pages: 1 } } }

interface Api {
  /** Epoch milliseconds by the simulated clock, as the test keeps it. */
  now: number
  /** In seconds. */
  readonly life?: number
  readonly challenge?: string
  readonly refuses: (user: string) => boolean
}

const makeApi = (api: Api) => {
  const issued: Array<{ readonly token: string; readonly until: number }> = []
  const revoked = new Set<string>()
  const stale: Array<string> = []
  const { client, seen } = scripted((request: Seen) => {
    if (request.url.pathname.startsWith("/oauth")) {
      const token = `token-${issued.length + 1}`
      issued.push({ token, until: api.now + (api.life ?? 1e9) * 1000 })
      return json({ token_type: "Bearer", access_token: token, expires_in: api.life ?? 1e9 })
    }
    const sent = (request.headers["authorization"] ?? "").replace("Bearer ", "")
    const newest = issued.at(-1)
    if (sent !== newest?.token) stale.push(sent)
    const isGood = sent === newest?.token && !revoked.has(sent) && api.now < newest.until
    const user = decodeURIComponent(request.url.pathname.split("/")[4] ?? "")
    const headers: Record<string, string> = api.challenge === undefined ? {} : { "www-authenticate": api.challenge }
    return isGood && !api.refuses(user) ? json(page) : json({ message: "Unauthenticated." }, 401, headers)
  })
  const layer = OauthClientsService.layer({ baseUrl, credentials }).pipe(
    Layer.provide(Layer.succeed(HttpClient.HttpClient, client)),
    Layer.orDie
  )
  return { client, issued, layer, revoke: () => issued.forEach(({ token }) => revoked.add(token)), seen, stale }
}

const list = (user: string) =>
  Effect.flatMap(OauthClientsService, (oauthClients) => Effect.either(oauthClients.findOauthClients(user)))

const tagOf = (result: Effect.Effect.Success<ReturnType<typeof list>>) =>
  result._tag === "Left" ? result.left._tag : "page"

describe("an API that refuses tokens that were just issued", () => {
  it.effect("200 calls cause two token requests, and each is Unauthorized", () =>
    Effect.gen(function*() {
      const api = makeApi({ now: 0, refuses: () => true })
      const results = yield* Effect.forEach(Array.from({ length: 200 }), () => list("u"), { concurrency: 20 }).pipe(
        Effect.provide(api.layer)
      )
      assert.deepStrictEqual(new Set(results.map(tagOf)), new Set(["ProcessMakerUnauthorized"]))
      assert.strictEqual(api.issued.length, 2)
    }).pipe(simulated))

  it.effect("one refused user among a hundred good ones costs a token each half minute, and the others nothing", () =>
    Effect.gen(function*() {
      const api = makeApi({ now: 0, refuses: (user) => user === "bad" })
      const results = yield* Effect.forEach(
        Array.from({ length: 300 }),
        (_, nth) => Effect.zipLeft(list(nth % 3 === 0 ? "bad" : "good"), Effect.sleep("200 millis"))
      ).pipe(Effect.provide(api.layer))
      for (const [nth, result] of results.entries()) {
        assert.strictEqual(tagOf(result), nth % 3 === 0 ? "ProcessMakerUnauthorized" : "page")
      }
      // The login, and a renewal at 0 and 30 seconds, and perhaps at 60; each is followed by one replay.
      const renewals = api.issued.length - 1
      assert.include([2, 3], renewals)
      assert.strictEqual(api.seen.length, api.issued.length + results.length + renewals)
    }).pipe(simulated))

  it.effect("a token that ran out meanwhile is renewed all the same", () =>
    Effect.gen(function*() {
      const state: Api = { now: 0, life: 20, refuses: (user) => user === "bad" }
      const api = makeApi(state)
      const outcomes = yield* Effect.gen(function*() {
        const bad = yield* list("bad")
        yield* Effect.sleep("25 seconds")
        state.now = yield* Clock.currentTimeMillis
        return [tagOf(bad), tagOf(yield* list("good"))]
      }).pipe(Effect.provide(api.layer))
      assert.deepStrictEqual(outcomes, ["ProcessMakerUnauthorized", "page"])
      assert.strictEqual(api.issued.length, 3)
    }).pipe(simulated))

  it.effect("a token that is revoked, with no such refusal before, is renewed as always", () =>
    Effect.gen(function*() {
      const api = makeApi({ now: 0, refuses: () => false })
      const outcomes = yield* Effect.forEach([1, 2, 3, 4], () => Effect.tap(Effect.map(list("u"), tagOf), api.revoke))
        .pipe(Effect.provide(api.layer))
      assert.deepStrictEqual(outcomes, ["page", "page", "page", "page"])
      assert.strictEqual(api.issued.length, 4)
    }).pipe(simulated))

  for (
    const challenge of [
      "Basic realm=\"x, Bearer y\"",
      "Bearer realm=\"x\", error=\"insufficient_scope\", scope=\"a\"",
      "Basic"
    ]
  ) {
    it.effect(`a 401 that is not about the token (${challenge}) causes no renewal and no replay`, () =>
      Effect.gen(function*() {
        const api = makeApi({ now: 0, challenge, refuses: () => true })
        const results = yield* Effect.provide(Effect.all([list("u"), list("u")]), api.layer)
        assert.deepStrictEqual(results.map(tagOf), ["ProcessMakerUnauthorized", "ProcessMakerUnauthorized"])
        // One login, and the token stays: the second call sends it again.
        assert.strictEqual(api.seen.length, 3)
        assert.strictEqual(api.issued.length, 1)
      }).pipe(simulated))
  }

  it.effect("a 401 that asks for a bearer token is about it", () =>
    Effect.gen(function*() {
      const api = makeApi({
        now: 0,
        challenge: "Basic realm=\"x\", Bearer error=\"invalid_token\"",
        refuses: () => true
      })
      yield* Effect.provide(list("u"), api.layer)
      assert.strictEqual(api.issued.length, 2)
    }).pipe(simulated))

  // The model: revocations and expiries at random, some users refused for ever, any number of fibers.
  const step = FastCheck.record({
    pause: FastCheck.nat(40_000),
    what: FastCheck.constantFrom("good", "good", "good", "bad", "revoke")
  })
  const fibers = FastCheck.array(FastCheck.array(step, { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 50,
    size: "max"
  })
  it.effect.prop(
    "whatever is refused, revoked and runs out: few token requests, no dead token sent, no call left waiting",
    [fibers, FastCheck.constantFrom(50, 200, 1e9)],
    ([all, life]) =>
      Effect.gen(function*() {
        const state: Api = { now: 0, life, refuses: (user) => user === "bad" }
        const api = makeApi(state)
        let revocations = 0
        const run = ({ pause, what }: { readonly pause: number; readonly what: string }) =>
          Effect.gen(function*() {
            yield* Effect.sleep(pause)
            state.now = yield* Clock.currentTimeMillis
            if (what !== "revoke") return [what, tagOf(yield* list(what))]
            revocations += 1
            api.revoke()
            return []
          })
        const results = yield* Effect.forEach(all, (steps) => Effect.forEach(steps, run), { concurrency: "unbounded" })
          .pipe(Effect.provide(api.layer))
        const ended = yield* Clock.currentTimeMillis
        const expiries = Math.ceil(ended / (life * 900))
        assert.isAtMost(api.issued.length, 2 + revocations + expiries + Math.ceil(ended / 30_000))
        assert.deepStrictEqual(api.stale, [])
        for (const [user, outcome] of results.flat()) {
          if (user === "bad") assert.strictEqual(outcome, "ProcessMakerUnauthorized")
          // Only a token that was revoked while refusals do not count can leave a good user without a page.
          if (user === "good" && revocations === 0) assert.strictEqual(outcome, "page")
        }
      }).pipe(simulated),
    { fastCheck: runs(15) }
  )
})

describe("a provider of the user's own that fails with what its type does not say", () => {
  const secret = "vault-secret-123456"
  const broken: Readonly<Record<string, unknown>> = {
    "a string": Effect.fail(secret),
    undefined: Effect.fail(undefined),
    "an error with a secret": Effect.fail(new Error(`no ${secret}`)),
    "a defect": Effect.die(new Error(secret)),
    "an exception": Effect.sync(() => {
      throw new Error(secret)
    }),
    "no token": Effect.succeed(undefined),
    "a token that cannot be sent": Effect.succeed(
      new AccessToken({ value: Redacted.make(`${secret}\n`), expiresAt: Option.none() })
    )
  }
  for (const [name, get] of Object.entries(broken)) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const api = makeApi({ now: 0, refuses: () => false })
        const provider = { get, invalidate: () => Effect.void } as unknown as AccessTokenProviderShape
        const layer = OauthClientsService.layerNoDeps.pipe(
          Layer.provide(Layer.succeed(AccessTokenProvider, provider)),
          Layer.provide(ProcessMakerConfig.layer({ baseUrl })),
          Layer.provide(Layer.succeed(HttpClient.HttpClient, api.client))
        )
        const error = yield* Effect.flatMap(OauthClientsService, (service) => service.deleteOauthClient("u", "17"))
          .pipe(
            Effect.flip,
            Effect.provide(layer)
          )
        assert.deepInclude(error, { _tag: "ProcessMakerLoginFailed", reason: "broken_provider", outcome: "notApplied" })
        assert.include(error.message, "AccessTokenProvider")
        assertNoSecrets(error, [secret])
        assert.strictEqual(api.seen.length, 0)
      }))
  }
})
