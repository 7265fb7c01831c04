/** Calls under simulated time: how they end, and what the fake saw of them. */
import { OauthClientsService } from "effect-processmaker-oauth"
import type { OauthClientsServiceShape } from "effect-processmaker-oauth"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import type { FakeOperation } from "effect-processmaker-oauth/testing"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { settle } from "../support/simulatedTime.js"

export const isDone = <A, E>(fiber: Fiber.RuntimeFiber<A, E>): Effect.Effect<boolean> =>
  Effect.zipRight(settle, Effect.map(Fiber.poll(fiber), Option.isSome))

/** When the fake got each request for an operation, in milliseconds of simulated time. */
export const timesOf = (operation: FakeOperation): Effect.Effect<ReadonlyArray<number>, never, FakeProcessMaker> =>
  Effect.gen(function*() {
    const fake = yield* FakeProcessMaker
    const requests = yield* fake.requests
    return requests.filter((request) => request.operation === operation).map(({ at }) => DateTime.toEpochMillis(at))
  })

export const countOf = (operation: FakeOperation) => Effect.map(timesOf(operation), (times) => times.length)

/** The fake, the service, and a user with clients, the token already had so that only the call itself is counted. */
export const ready = Effect.gen(function*() {
  const fake = yield* FakeProcessMaker
  const service: OauthClientsServiceShape = yield* OauthClientsService
  const userId = fake.userIds[0] ?? ""
  yield* service.findOauthClients(userId, { perPage: 1 })
  yield* fake.clearRequests
  const clientId = (yield* fake.clients(userId)).at(-1)?.id ?? ""
  return { fake, service, userId, clientId }
})

export const millisOf = (error: { readonly elapsed: Duration.Duration }): number => Duration.toMillis(error.elapsed)
