/** Calls under `TestClock`: how they end, and what the fake saw of them. */
import { OauthClientsService } from "effect-processmaker-oauth"
import type { OauthClientsServiceShape } from "effect-processmaker-oauth"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import type { FakeOperation } from "effect-processmaker-oauth/testing"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"

/** Runs an effect and lets the time pass that it needs: step by step, so that what others do in the meantime is seen. */
export const passingTime = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  step: Duration.DurationInput = "1 seconds",
  steps = 300
): Effect.Effect<A, E, R> =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(effect)
    for (let passed = 0; passed < steps; passed++) {
      yield* settle
      if (Option.isSome(yield* Fiber.poll(fiber))) return yield* Fiber.join(fiber)
      yield* TestClock.adjust(step)
    }
    return yield* Effect.die(new Error("it waits for more than the time that passed"))
  })

/** Lets everything run that does not wait for the clock. */
export const settle: Effect.Effect<void> = TestClock.adjust(0)

export const isDone = <A, E>(fiber: Fiber.RuntimeFiber<A, E>): Effect.Effect<boolean> =>
  Effect.zipRight(settle, Effect.map(Fiber.poll(fiber), Option.isSome))

/** When the fake got each request for an operation, in milliseconds of the test's clock. */
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
