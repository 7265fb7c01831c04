import { assert, it } from "@effect/vitest"
import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Stream from "effect/Stream"

// The batch job under test, without waits, so that the test need not advance its clock.
const exportIds = (userId: string) =>
  Effect.gen(function*() {
    const oauthClients = yield* OauthClientsService
    const ids = yield* Stream.runCollect(Stream.map(oauthClients.streamOauthClients(userId), ({ id }): string => id))
    return Chunk.toReadonlyArray(ids)
  }).pipe(RetryPolicy.with({ maxAttempts: 50, baseDelay: 0, maxDelay: 0 }))

it.effect.prop(
  "whatever fails, the job returns each client once, in order",
  { seed: fc.integer(), clients: fc.integer({ min: 0, max: 300 }) },
  ({ clients, seed }) =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const [userId = ""] = fake.userIds
      const rates = { resetBefore: 0.2, truncate: 0.1, badGateway: 0.1 }
      yield* fake.script(Fault.random(seed, { rates, on: { operation: "findOauthClients" } }))
      const there = Array.from(yield* fake.clients(userId), ({ id }) => id)
      assert.deepStrictEqual(yield* exportIds(userId), there)
    }).pipe(Effect.provide(layerTest({ users: [{ clients }] }))),
  { fastCheck: { numRuns: 50 } }
)
