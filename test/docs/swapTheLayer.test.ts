import { assert, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import { FakeProcessMaker, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

// The program under test. It does not know that the server is a fake.
const countRevoked = (userId: string) =>
  Effect.gen(function*() {
    const oauthClients = yield* OauthClientsService
    return yield* oauthClients.streamOauthClients(userId).pipe(
      Stream.filter((client) => client.revoked),
      Stream.runCount
    )
  })

it.effect("counts the revoked clients", () =>
  Effect.gen(function*() {
    const fake = yield* FakeProcessMaker
    const [userId = ""] = fake.userIds
    yield* fake.insertClients(userId, [{ name: "Old host", revoked: true }])
    assert.strictEqual(yield* countRevoked(userId), 1)
  }).pipe(Effect.provide(layerTest({ clients: 30 }))))
