import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy } from "effect-processmaker-oauth"
import type { RetryPolicyOptions } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { resolvePolicy } from "../../src/internal/config/policy.js"
import { OauthClientsService } from "../../src/OauthClientsService.js"
import { simulated } from "../support/simulatedTime.js"
import { countOf, millisOf, ready } from "./calls.js"

/** How often a call is tried that never succeeds. */
const attemptsOf = <A, E extends { readonly attempts: number }, R>(call: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(call), ({ attempts }) => attempts)

const down = Effect.tap(
  ready,
  ({ fake }) => fake.script(Fault.onOperation("findOauthClients", Fault.always(Fault.refuse)))
)

describe("RetryPolicy", () => {
  it.effect("has the defaults that are documented", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* RetryPolicy, RetryPolicy.defaults)
      assert.deepStrictEqual(yield* resolvePolicy(yield* RetryPolicy), {
        maxAttempts: 5,
        baseDelay: 200,
        maxDelay: 10_000,
        attemptTimeout: 30_000,
        totalTimeout: 120_000,
        maxRetryAfter: 60_000
      })
      const { service, userId } = yield* down
      assert.strictEqual(yield* attemptsOf(service.findOauthClients(userId)), 5)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("none: one attempt, no wait", () =>
    Effect.gen(function*() {
      const { service, userId } = yield* down
      const error = yield* Effect.flip(RetryPolicy.with(service.findOauthClients(userId), RetryPolicy.none))
      assert.strictEqual(error.attempts, 1)
      assert.strictEqual(millisOf(error), 0)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("patient: sits out an outage of half an hour", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.twice(Fault.unavailable("14 minutes"))))
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.times(6, Fault.refuse)))
      yield* RetryPolicy.with(service.findOauthClients(userId), RetryPolicy.patient)
      assert.strictEqual(yield* countOf("findOauthClients"), 9)
    }).pipe(Effect.provide(layerTest({ accessTokenLife: "1 days" })), simulated))

  it.effect("with, of an effect: data last and data first", () =>
    Effect.gen(function*() {
      const { service, userId } = yield* down
      assert.strictEqual(yield* attemptsOf(RetryPolicy.with(service.findOauthClients(userId), { maxAttempts: 2 })), 2)
      assert.strictEqual(
        yield* attemptsOf(service.findOauthClients(userId).pipe(RetryPolicy.with({ maxAttempts: 3 }))),
        3
      )
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("with, of a stream: data last and data first, each page by itself", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onPage(2, Fault.always(Fault.refuse)))
      const clients = service.streamOauthClients(userId, { perPage: 5 })
      assert.strictEqual(yield* attemptsOf(Stream.runDrain(RetryPolicy.with(clients, { maxAttempts: 2 }))), 2)
      assert.strictEqual(yield* attemptsOf(Stream.runDrain(clients.pipe(RetryPolicy.with({ maxAttempts: 3 })))), 3)
      assert.strictEqual(yield* attemptsOf(Stream.runDrain(clients).pipe(RetryPolicy.with({ maxAttempts: 4 }))), 4)
      const pages = service.streamOauthClientPages(userId, { perPage: 5, prefetch: 0 })
      assert.strictEqual(yield* attemptsOf(Stream.runDrain(RetryPolicy.with(pages, RetryPolicy.none))), 1)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("nested: the inner one wins, field by field", () =>
    Effect.gen(function*() {
      const { service, userId } = yield* down
      const call = service.findOauthClients(userId)
      const inner = RetryPolicy.with(call, { baseDelay: "10 millis" })
      assert.strictEqual(yield* attemptsOf(RetryPolicy.with(inner, { maxAttempts: 2, baseDelay: "1 days" })), 2)
      assert.strictEqual(
        yield* attemptsOf(call.pipe(RetryPolicy.with({ maxAttempts: 2 }), RetryPolicy.with({ maxAttempts: 4 }))),
        2
      )
      const unset = RetryPolicy.with(call, { maxAttempts: undefined })
      assert.strictEqual(yield* attemptsOf(RetryPolicy.with(unset, { maxAttempts: 3 })), 3)
      assert.strictEqual(yield* attemptsOf(call), 5, "and it ends with its effect")
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("the layer's option lies under it", () =>
    Effect.gen(function*() {
      const { service, userId } = yield* down
      const call = service.findOauthClients(userId)
      assert.strictEqual(yield* attemptsOf(call), 3)
      assert.strictEqual(yield* attemptsOf(RetryPolicy.with(call, { baseDelay: "10 millis" })), 3)
      assert.strictEqual(yield* attemptsOf(RetryPolicy.with(call, { maxAttempts: 4 })), 4)
    }).pipe(Effect.provide(layerTest({ retry: { maxAttempts: 3 } })), simulated))

  it.effect("is read by each call, not when the layer or the stream is made", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* down
      const call = service.findOauthClients(userId)
      assert.strictEqual(yield* attemptsOf(Effect.provideService(call, RetryPolicy, { maxAttempts: 2 })), 2)
      assert.strictEqual(yield* attemptsOf(Effect.provide(call, Layer.succeed(RetryPolicy, { maxAttempts: 3 }))), 3)
      assert.strictEqual(yield* attemptsOf(call), 5)

      yield* fake.clearFaults
      yield* fake.script(Fault.onPage(2, Fault.always(Fault.refuse)))
      const stream = service.streamOauthClients(userId, { perPage: 5 })
      assert.strictEqual(yield* attemptsOf(Stream.runDrain(stream).pipe(RetryPolicy.with({ maxAttempts: 2 }))), 2)
      assert.strictEqual(yield* attemptsOf(Stream.runDrain(stream)), 5)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("the one in force where a layer is built does not stick to it", () =>
    Effect.gen(function*() {
      const layer = yield* Effect.map(FakeProcessMaker, ({ baseUrl, credentials }) =>
        OauthClientsService.layer({ baseUrl, credentials }))
      const context = yield* Layer.build(layer).pipe(RetryPolicy.with(RetryPolicy.none))
      const { userId } = yield* Effect.provide(down, context)
      const calls = Effect.flatMap(OauthClientsService, (service) =>
        service.findOauthClients(userId))
      assert.strictEqual(yield* attemptsOf(Effect.provide(calls, context)), 5)
    }).pipe(
      Effect.scoped,
      Effect.provide(FakeProcessMaker.layerHttpClient),
      Effect.provide(FakeProcessMaker.layer())
    ).pipe(simulated))

  it.effect("what is not valid is refused before a request: of one call", () =>
    Effect.gen(function*() {
      const { service, userId } = yield* ready
      const fake = yield* FakeProcessMaker
      const wrong: ReadonlyArray<RetryPolicyOptions> = [
        { maxAttempts: 0 },
        { maxAttempts: -1 },
        { maxAttempts: 2.5 },
        { maxAttempts: Number.NaN }
      ]
      for (const policy of wrong) {
        const error = yield* Effect.flip(RetryPolicy.with(service.findOauthClients(userId), policy))
        assert.strictEqual(error._tag, "ProcessMakerInvalidRequest")
        assert.include(error.message, "RetryPolicy.maxAttempts")
      }
      assert.strictEqual((yield* fake.requests).length, 0)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("what is not valid is refused before a request: of a layer", () =>
    Effect.sync(() => {
      assert.isTrue(
        Either.isRight(resolvePolicy({ maxAttempts: Number.POSITIVE_INFINITY, totalTimeout: Duration.infinity }))
      )
      const junk: RetryPolicyOptions = JSON.parse("{ \"baseDelay\": \"soon\" }")
      const refused = resolvePolicy(junk)
      assert(Either.isLeft(refused))
      assert.deepStrictEqual(refused.left[0].path, ["baseDelay"])
    }))

  it.effect("concurrent calls have each their own", () =>
    Effect.gen(function*() {
      const { service, userId } = yield* down
      const caps = [1, 2, 3, 4]
      const calls = caps.map((maxAttempts) => RetryPolicy.with(service.findOauthClients(userId), { maxAttempts }))
      const errors = yield* Effect.all(calls.map(Effect.flip), { concurrency: "unbounded" })
      assert.deepStrictEqual(errors.map(({ attempts }) => attempts), caps)
    }).pipe(Effect.provide(layerTest()), simulated))
})
