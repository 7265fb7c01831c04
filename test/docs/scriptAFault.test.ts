import { assert, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"

it.effect("an export outlasts a bad third page", () =>
  Effect.gen(function*() {
    const fake = yield* FakeProcessMaker
    const oauthClients = yield* OauthClientsService
    const [userId = ""] = fake.userIds
    yield* fake.script(
      Fault.onPage(3, Fault.twice(Fault.resetBefore), Fault.tooManyRequests("2 seconds"), Fault.insertClients(1))
    )
    const exporting = yield* Effect.fork(Stream.runCount(oauthClients.streamOauthClients(userId, { perPage: 50 })))
    // The waits between the attempts: no real time passes.
    yield* TestClock.adjust("1 minute")
    assert.isAtLeast(yield* Fiber.join(exporting), 250)
    assert.deepStrictEqual(yield* fake.pendingFaults, [])
    const thirds = (yield* fake.requests).filter((request) => request.page === 3)
    assert.isAtLeast(thirds.length, 4)
  }).pipe(Effect.provide(layerTest({ clients: 250 }))))
