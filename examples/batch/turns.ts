/**
 * The tenant's rate limit, shared by all runners: each request takes a turn of `@effect/experimental`'s RateLimiter,
 * whose store is in memory or in the database of the batch. In a database, a response that asks to wait delays the
 * turns of all runners.
 */
import * as RateLimiter from "@effect/experimental/RateLimiter"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { BatchError } from "./BatchError.js"
import { waitOnSqlError } from "./BatchError.js"

/** Gives each request a turn, at an even rate per second. */
export const layerTurns = (
  rate: number
): Layer.Layer<HttpClient.HttpClient, never, HttpClient.HttpClient | RateLimiter.RateLimiter> =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.gen(function*() {
      const client = yield* HttpClient.HttpClient
      const takeTurn = yield* RateLimiter.makeSleep
      // Taken one at a time, since turns taken long in advance could be used at the same time.
      const queue = yield* Effect.makeSemaphore(1)
      // A limit of one spaces the turns evenly; a larger one would allow bursts.
      const turn = takeTurn({ key: "tenant", algorithm: "token-bucket", limit: 1, window: Duration.seconds(1 / rate) })
      return HttpClient.transform(client, (response) =>
        Effect.zipRight(Effect.orDie(queue.withPermits(1)(turn)), response))
    })
  )

/** The turns of one process. */
export const layerTurnsHere = (
  rate: number
): Layer.Layer<HttpClient.HttpClient, never, HttpClient.HttpClient> =>
  Layer.provide(layerTurns(rate), Layer.provide(RateLimiter.layer, RateLimiter.layerStoreMemory))

/** The turns of all processes that share a database, including the waits that the tenant asks for. */
export const layerTurnsShared = (
  rate: number
): Layer.Layer<HttpClient.HttpClient, BatchError, HttpClient.HttpClient | SqlClient.SqlClient> =>
  Layer.provide(layerTurns(rate), Layer.provide(RateLimiter.layer, layerStore)).pipe(Layer.provide(layerHolding))

/** A bucket of one token, stored as the time of the next turn in milliseconds, by the database's clock. */
const layerStore: Layer.Layer<RateLimiter.RateLimiterStore, BatchError, SqlClient.SqlClient> = Layer.effect(
  RateLimiter.RateLimiterStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    yield* waitOnSqlError(sql`INSERT INTO batch_turns (name, next) VALUES ('tenant', 0) ON CONFLICT DO NOTHING`)
    return RateLimiter.RateLimiterStore.of({
      fixedWindow: () => Effect.dieMessage("only token buckets are kept in the database"),
      tokenBucket: ({ refillRate }) => {
        const spacing = Duration.toMillis(refillRate)
        return waitOnSqlError(sql<{ wait: number }>`
          UPDATE batch_turns SET next = greatest(next, ${now(sql)}) + ${spacing} WHERE name = 'tenant'
          RETURNING next - ${spacing} - ${now(sql)} AS wait`).pipe(
          Effect.orDie,
          // The number of tokens owed.
          Effect.map(([row]) => -Math.max(0, Number(row?.wait ?? 0)) / spacing)
        )
      }
    })
  })
)

const now = (sql: SqlClient.SqlClient) =>
  sql.literal("(extract(epoch FROM clock_timestamp()) * 1000)::double precision")

/** Delays the next turn of all runners by the wait that a response asks for. */
const layerHolding: Layer.Layer<
  HttpClient.HttpClient,
  never,
  HttpClient.HttpClient | SqlClient.SqlClient
> = Layer.effect(
  HttpClient.HttpClient,
  Effect.gen(function*() {
    const client = yield* HttpClient.HttpClient
    const sql = yield* SqlClient.SqlClient
    const hold = (response: HttpClientResponse.HttpClientResponse) => {
      const wait = waitAskedBy(response)
      if (wait === 0) return Effect.void
      return Effect.orDie(waitOnSqlError(
        sql`UPDATE batch_turns SET next = greatest(next, ${now(sql)} + ${wait}) WHERE name = 'tenant'`
      ))
    }
    return HttpClient.transform(client, Effect.tap(hold))
  })
)

/** In milliseconds. The library itself also obeys dates and unusual formats, within its own process. */
const waitAskedBy = ({ headers, status }: HttpClientResponse.HttpClientResponse): number => {
  const seconds = Number(headers["retry-after"])
  return (status === 429 || status === 503) && seconds > 0 && seconds <= 3600 ? seconds * 1000 : 0
}
