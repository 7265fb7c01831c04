/**
 * `ensureOauthClient`: the API has no idempotency keys, so this searches the list before it adds a client, and again
 * after a lost response.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import type { Outcome } from "../../ErrorDetail.js"
import { EnsuredOauthClient } from "../../OauthClient.js"
import type { NewOauthClient, OauthClient } from "../../OauthClient.js"
import type { OauthClientsError, OauthClientsStreamError } from "../../ProcessMakerError.js"
import { RetryPolicy } from "../../RetryPolicy.js"
import { monotonic } from "../call/ledger.js"

/** The parts of the service that it uses. */
export interface EnsureParts {
  /** Streams the whole list. Its errors have this `outcome`, since the read is part of a write. */
  readonly list: (userId: string, outcome: Outcome) => Stream.Stream<OauthClient, OauthClientsStreamError>
  readonly add: (userId: string, input: NewOauthClient) => Effect.Effect<OauthClient, OauthClientsError>
  /** The retry policy in force, in milliseconds. */
  readonly policy: Effect.Effect<
    { readonly maxAttempts: number; readonly totalTimeout: number },
    OauthClientsError
  >
}

export interface Wanted {
  readonly userId: string
  readonly input: NewOauthClient
  /** In milliseconds: how long a client may take to appear after the response to its addition was lost. */
  readonly settle: number
}

type Ensured = Effect.Effect<EnsuredOauthClient, OauthClientsStreamError>

// The wait before the second search, in milliseconds. It doubles.
const firstWait = 200

export const makeEnsure = ({ add, list, policy }: EnsureParts): (wanted: Wanted) => Ensured => {
  const inTurn = makeTurns()
  // Additions that were lost or interrupted, with the time until which their clients may appear.
  const unsettled = new Map<string, number>()

  /** Searches the list immediately, then repeatedly until the client appears or `until` passes. */
  const lookUntil = (
    until: number,
    wanted: Wanted,
    found: { readonly added: boolean; readonly outcome: Outcome },
    wait = firstWait
  ): Effect.Effect<EnsuredOauthClient | undefined, OauthClientsStreamError> =>
    Effect.gen(function*() {
      const matching = Stream.filter(list(wanted.userId, found.outcome), isAsWanted(wanted.input))
      const [client, ...others] = Chunk.toReadonlyArray(yield* Stream.runCollect(matching))
      if (client !== undefined) {
        return new EnsuredOauthClient({ client, added: found.added, others: others.map(({ id }) => id) }, true)
      }
      const left = until - (yield* monotonic)
      if (left <= 0) return undefined
      yield* Effect.sleep(Math.min(wait, left))
      return yield* lookUntil(until, wanted, found, wait * 2)
    })

  /** Adds the client, within `attempts` requests and until `end`. `lost` is the error of an earlier addition. */
  const addUntil = (end: number, attempts: number, wanted: Wanted, lost?: OauthClientsError): Ensured =>
    Effect.gen(function*() {
      const key = keyOf(wanted)
      const startedAt = yield* monotonic
      const adding = Effect.suspend(() => {
        // From here on the client may exist, even after an interruption.
        unsettled.set(key, Number.POSITIVE_INFINITY)
        return add(wanted.userId, wanted.input)
      })
      const done = yield* adding.pipe(
        RetryPolicy.with({ maxAttempts: attempts, totalTimeout: Math.max(1, end - startedAt) }),
        Effect.either,
        Effect.ensuring(Effect.map(monotonic, (now) => unsettled.set(key, now + wanted.settle)))
      )
      if (Either.isRight(done)) {
        unsettled.delete(key)
        return new EnsuredOauthClient({ client: done.right, added: true, others: [] }, true)
      }
      const error = done.left
      if (error.outcome !== "unknown") {
        if (lost === undefined) unsettled.delete(key)
        return yield* Effect.fail(lost ?? error)
      }
      const now = yield* monotonic
      const found = yield* lookUntil(now + wanted.settle, wanted, { added: true, outcome: "unknown" }).pipe(
        Effect.timeoutFail({ duration: Math.max(0, end - now), onTimeout: () => error })
      )
      if (found !== undefined) unsettled.delete(key)
      const left = attempts - error.attempts
      return found ?? (yield* left > 0 ? addUntil(end, left, wanted, error) : Effect.fail(error))
    })

  return (wanted) =>
    inTurn(
      keyOf(wanted),
      Effect.gen(function*() {
        const now = yield* monotonic
        for (const [key, until] of unsettled) if (until <= now) unsettled.delete(key)
        const until = unsettled.get(keyOf(wanted)) ?? now
        const found = yield* lookUntil(until, wanted, { added: false, outcome: "notApplied" })
        if (found !== undefined) return found
        const { maxAttempts, totalTimeout } = yield* policy
        return yield* addUntil((yield* monotonic) + totalTimeout, maxAttempts, wanted)
      })
    )
}

// Servers trim names.
const keyOf = ({ input, userId }: Wanted): string => JSON.stringify([userId, input.name.trim()])

/** Whether a client is not revoked and has this name and every flag that the input sets. */
const isAsWanted = (input: NewOauthClient) => (client: OauthClient): boolean =>
  !client.revoked
  && client.name.trim() === input.name.trim()
  && client.personalAccessClient === (input.personalAccessClient ?? client.personalAccessClient)
  && client.passwordClient === (input.passwordClient ?? client.passwordClient)

/** Runs effects with the same key one at a time. */
const makeTurns = () => {
  const queues = new Map<string, { readonly semaphore: Effect.Semaphore; waiting: number }>()
  return <A, E, R>(key: string, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const queue = queues.get(key) ?? { semaphore: Effect.unsafeMakeSemaphore(1), waiting: 0 }
        queues.set(key, queue)
        queue.waiting += 1
        return queue
      }),
      ({ semaphore }) => semaphore.withPermits(1)(effect),
      (queue) =>
        Effect.sync(() => {
          queue.waiting -= 1
          if (queue.waiting === 0) queues.delete(key)
        })
    )
}
