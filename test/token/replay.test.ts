import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
import type { OauthClientsServiceShape } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import type { FakeOptions, FakeProcessMakerShape } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"

const unauthorized = Fault.respond({ status: 401, body: "{\"error\":\"Unauthenticated.\"}" })

/** Which operations the fake saw, and how each was answered; what it saw before is forgotten. */
const seen = (fake: FakeProcessMakerShape) =>
  Effect.map(fake.requests, (requests) => requests.map(({ operation, status }) => `${operation} ${status}`))

interface Given {
  readonly fake: FakeProcessMakerShape
  readonly service: OauthClientsServiceShape
  readonly userId: string
  /** A client that is not the one of the credentials. */
  readonly clientId: string
  /** The access token that was had. */
  readonly token: Redacted.Redacted<string>
}

/** Logged in already, and nothing seen yet. */
const given = Effect.gen(function*() {
  const fake = yield* FakeProcessMaker
  const service = yield* OauthClientsService
  const [userId = ""] = fake.userIds
  const { clients } = yield* service.findOauthClients(userId)
  const [authorization] = (yield* fake.requests).flatMap((request) => request.authorization ?? [])
  yield* fake.clearRequests
  const token = Redacted.make(Redacted.value(authorization ?? Redacted.make("")).replace("Bearer ", ""))
  return { fake, service, userId, clientId: clients[5]?.id ?? "", token }
})

/** The service over a fresh fake, with the fake's `HttpClient` beside it for more services. */
const env = (options?: FakeOptions, protectLogin?: false) =>
  Layer.unwrapEffect(
    Effect.map(
      FakeProcessMaker,
      ({ baseUrl, credentials }) => OauthClientsService.layer({ baseUrl, credentials, protectLogin })
    )
  ).pipe(
    Layer.provideMerge(FakeProcessMaker.layerHttpClient),
    Layer.provideMerge(FakeProcessMaker.layer(options)),
    Layer.orDie
  )

const operations: ReadonlyArray<readonly [name: string, call: (given: Given) => Effect.Effect<unknown, unknown>]> = [
  ["addOauthClient", ({ service, userId }) => service.addOauthClient(userId, { name: "Billing bot" })],
  ["findOauthClientById", ({ clientId, service, userId }) => service.findOauthClientById(userId, clientId)],
  ["findOauthClients", ({ service, userId }) => service.findOauthClients(userId)],
  [
    "updateOauthClient",
    ({ clientId, service, userId }) => service.updateOauthClient(userId, clientId, { name: "New" })
  ],
  ["deleteOauthClient", ({ clientId, service, userId }) => service.deleteOauthClient(userId, clientId)]
]

describe("401 from the API", () => {
  for (const [name, call] of operations) {
    it.effect(`${name}: one renewal, one replay, and the caller notices nothing`, () =>
      Effect.gen(function*() {
        const all = yield* given
        const before = (yield* all.fake.clients(all.userId)).length
        yield* all.fake.expireTokens
        yield* call(all)
        const status = name === "addOauthClient" ? 201 : 200
        assert.deepStrictEqual(yield* seen(all.fake), [`${name} 401`, "token 200", `${name} ${status}`])
        const change = name === "addOauthClient" ? 1 : name === "deleteOauthClient" ? -1 : 0
        assert.strictEqual((yield* all.fake.clients(all.userId)).length - before, change)
      }).pipe(Effect.provide(env())))

    it.effect(`${name}: the second 401 is ProcessMakerUnauthorized`, () =>
      Effect.gen(function*() {
        const all = yield* given
        yield* all.fake.script(Fault.onOperation("token", Fault.pass), Fault.onAny(Fault.always(unauthorized)))
        const error = yield* Effect.flip(call(all))
        assert.deepInclude(error, { _tag: "ProcessMakerUnauthorized", attempts: 2, status: 401 })
        assert.deepStrictEqual(yield* seen(all.fake), [`${name} 401`, "token 200", `${name} 401`])
      }).pipe(Effect.provide(env())))
  }

  it.effect("a second 401 is final, also when something else came between", () =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* given
      yield* fake.script(
        Fault.onOperation("findOauthClientById", unauthorized, Fault.unavailable(), Fault.always(unauthorized))
      )
      const fiber = yield* Effect.fork(Effect.flip(service.findOauthClientById(userId, clientId)))
      yield* TestClock.adjust("10 seconds")
      assert.deepInclude(yield* Fiber.join(fiber), { _tag: "ProcessMakerUnauthorized", attempts: 3 })
    }).pipe(Effect.provide(env())))

  it.effect("the replay counts as an attempt: none is left under RetryPolicy.none", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* given
      yield* fake.expireTokens
      const error = yield* Effect.flip(RetryPolicy.with(service.findOauthClients(userId), RetryPolicy.none))
      assert.deepInclude(error, { _tag: "ProcessMakerUnauthorized", attempts: 1 })
      // The dead token is dropped all the same.
      yield* RetryPolicy.with(service.findOauthClients(userId), RetryPolicy.none)
      assert.deepStrictEqual(yield* seen(fake), ["findOauthClients 401", "token 200", "findOauthClients 200"])
    }).pipe(Effect.provide(env())))

  it.effect("revoked tokens, refresh token and all: one password grant", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* given
      yield* fake.revokeTokens
      yield* service.addOauthClient(userId, { name: "Billing bot" })
      assert.deepStrictEqual(
        yield* seen(fake),
        ["addOauthClient 401", "token 400", "token 200", "addOauthClient 201"]
      )
    }).pipe(Effect.provide(env())))

  it.effect("a stream goes on where it was", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* given
      yield* fake.script(Fault.onPage(2, Fault.expireTokens), Fault.onPage(4, Fault.revokeTokens))
      const clients = yield* Stream.runCollect(service.streamOauthClients(userId, { perPage: 20 }))
      assert.deepStrictEqual(
        Array.from(clients, ({ id }): string => id),
        (yield* fake.clients(userId)).map(({ id }) => id)
      )
    }).pipe(Effect.provide(env({ clients: 100 }))))

  it.effect("a token is had after a wait, not before it: none is sent that has expired meanwhile", () =>
    Effect.gen(function*() {
      const { clientId, fake, service, userId } = yield* given
      yield* fake.script(
        Fault.onOperation(
          "findOauthClients",
          Fault.together(Fault.delay("21 seconds"), Fault.tooManyRequests("15 seconds"))
        ),
        Fault.onOperation("token", Fault.delay("2 seconds"))
      )
      const throttled = yield* Effect.fork(service.findOauthClients(userId))
      yield* TestClock.adjust("20 seconds")
      // Its login is over when the throttled call has held back the others, for longer than the new token lives.
      const late = yield* Effect.fork(service.findOauthClientById(userId, clientId))
      yield* TestClock.adjust("2 minutes")
      yield* Fiber.join(Fiber.zip(throttled, late))
      assert.notInclude(yield* seen(fake), "findOauthClientById 401")
    }).pipe(Effect.provide(env({ accessTokenLife: "10 seconds" }))))
})

describe("a token that never changes", () => {
  const withToken = (accessToken: Redacted.Redacted<string>) =>
    Effect.map(FakeProcessMaker, ({ baseUrl }) => OauthClientsService.layer({ baseUrl, credentials: { accessToken } }))

  for (const [name, call] of operations) {
    it.effect(`${name}: refused once, it is not sent again, and nobody logs in`, () =>
      Effect.gen(function*() {
        const all = yield* given
        const layer = yield* withToken(Redacted.make("not-a-token"))
        const error = yield* Effect.flatMap(OauthClientsService, (service) => Effect.flip(call({ ...all, service })))
          .pipe(
            Effect.provide(layer)
          )
        assert.deepInclude(error, { _tag: "ProcessMakerUnauthorized", attempts: 1 })
        assert.deepStrictEqual(yield* seen(all.fake), [`${name} 401`])
      }).pipe(Effect.provide(env())))
  }

  it.effect("works as long as the server takes it", () =>
    Effect.gen(function*() {
      const { fake, token, userId } = yield* given
      const layer = yield* withToken(token)
      yield* Effect.flatMap(OauthClientsService, (service) => service.findOauthClients(userId)).pipe(
        Effect.provide(layer)
      )
      assert.deepStrictEqual(yield* seen(fake), ["findOauthClients 200"])
    }).pipe(Effect.provide(env())))

  for (const token of ["", "a b", "a\nb", "\u00e4"]) {
    it.effect(`${JSON.stringify(token)} fails when the layer is built`, () =>
      Effect.gen(function*() {
        const layer = yield* withToken(Redacted.make(token))
        const error = yield* Effect.flip(Effect.provide(OauthClientsService, layer))
        assert.include(String(error), "accessToken")
      }).pipe(Effect.provide(env())))
  }
})

describe("the client that issued our own token", () => {
  const listed = Effect.tap(
    given,
    ({ fake, userId }) => fake.insertClients(userId, [{ id: fake.credentials.clientId, passwordClient: true }])
  )

  it.effect("deleted: its token dies, and the calls after it end in a clear error, not in a loop", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* listed
      yield* service.deleteOauthClient(userId, fake.credentials.clientId)
      yield* fake.clearRequests
      const first = yield* Effect.flip(service.findOauthClients(userId))
      assert.deepInclude(first, {
        _tag: "ProcessMakerLoginFailed",
        reason: "invalid_client",
        operation: "findOauthClients"
      })
      assert.include(
        first.message,
        "the client ID or the client secret is wrong, or the client may not use the password grant"
      )
      assert.deepStrictEqual(yield* seen(fake), ["findOauthClients 401", "token 401", "token 401"])
      const second = yield* Effect.flip(service.addOauthClient(userId, { name: "never made" }))
      assert.deepInclude(second, { _tag: "ProcessMakerLoginFailed", attempts: 0, outcome: "notApplied" })
      assert.isTrue("retryAfter" in second && Option.isSome(second.retryAfter))
      assert.strictEqual((yield* fake.requests).length, 3)
    }).pipe(Effect.provide(env({}, false))))

  it.effect("revoked: the same", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* listed
      yield* service.updateOauthClient(userId, fake.credentials.clientId, { revoked: true })
      const error = yield* Effect.flip(service.findOauthClients(userId))
      assert.deepInclude(error, { _tag: "ProcessMakerLoginFailed", reason: "invalid_client" })
    }).pipe(Effect.provide(env({}, false))))

  it.effect("with a token that never changes: ProcessMakerUnauthorized", () =>
    Effect.gen(function*() {
      const { fake, service, token: accessToken, userId } = yield* listed
      yield* service.deleteOauthClient(userId, fake.credentials.clientId)
      const layer = OauthClientsService.layer({ baseUrl: fake.baseUrl, credentials: { accessToken } })
      const error = yield* Effect.flatMap(OauthClientsService, (own) => Effect.flip(own.findOauthClients(userId))).pipe(
        Effect.provide(layer)
      )
      assert.strictEqual(error._tag, "ProcessMakerUnauthorized")
    }).pipe(Effect.provide(env({}, false))))
})
