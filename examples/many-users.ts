/**
 * Counts the OAuth clients of many users, a few users at a time. A failure affects one user only.
 *
 *     npx tsx examples/many-users.ts [user id ...]
 */
import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
import { Fault } from "effect-processmaker-oauth/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { runExample } from "./support/runExample.js"
import { layerTenantOrFake, NotSaid, onTenant } from "./support/tenantOrFake.js"

const countClients = (userId: string) =>
  Effect.gen(function*() {
    const oauthClients = yield* OauthClientsService
    return yield* oauthClients.streamOauthClients(userId).pipe(Stream.runCount)
  })

const countAll = (userIds: ReadonlyArray<string>) =>
  Effect.forEach(
    userIds,
    (userId) => Effect.map(Effect.either(countClients(userId)), (outcome) => ({ userId, outcome })),
    { concurrency: 4 }
  )

const demonstrated = Array.from({ length: 12 }, (_, index) => `user-${index + 1}`)

const program = Effect.gen(function*() {
  const named = process.argv.slice(2)
  const userIds = named.length > 0 ? named : yield* onTenant(
    new NotSaid({ message: "pass the user IDs as arguments" }),
    [...demonstrated, "nobody"]
  )
  // A nightly job can wait instead of failing. All users share the layer, so a rate limit holds all of them back.
  const outcomes = yield* countAll(userIds).pipe(RetryPolicy.with(RetryPolicy.patient))
  for (const { outcome, userId } of outcomes) {
    yield* Console.log(Either.match(outcome, {
      onLeft: (error) => `${userId}: failed, ${error.message}`,
      onRight: (count) => `${userId}: ${count} clients`
    }))
  }
  const failed = outcomes.filter(({ outcome }) => Either.isLeft(outcome)).length
  yield* Console.log(`${outcomes.length - failed} users counted, ${failed} failed`)
})

const layer = layerTenantOrFake(
  { users: demonstrated.map((id, index) => ({ id, clients: index * 60 })) },
  Fault.onNth(7, Fault.tooManyRequests("1 second")),
  Fault.onPage(2, Fault.resetBefore, Fault.badGateway)
)

runExample(Effect.provide(program, layer))
