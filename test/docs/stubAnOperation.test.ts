import { assert, it } from "@effect/vitest"
import { OauthClientsService, ProcessMakerNotFound } from "effect-processmaker-oauth"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const isThere = (userId: string, clientId: string) =>
  Effect.gen(function*() {
    const oauthClients = yield* OauthClientsService
    return yield* oauthClients.findOauthClientById(userId, clientId).pipe(
      Effect.as(true),
      Effect.catchTag("ProcessMakerNotFound", () => Effect.succeed(false))
    )
  })

// Only what the test calls. Any other operation is a defect that names it.
const noClients = Layer.mock(OauthClientsService, {
  findOauthClientById: (userId, clientId) =>
    Effect.fail(
      new ProcessMakerNotFound({
        operation: "findOauthClientById",
        userId,
        clientId,
        status: 404,
        errors: [],
        attempts: 1,
        elapsed: Duration.zero
      })
    )
})

it.effect("reports a missing client", () =>
  Effect.gen(function*() {
    assert.isFalse(yield* isThere("u-7", "17"))
  }).pipe(Effect.provide(noClients)))
