/** Stops a batch after a permanent error: one process, or all that share a database. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type { OnSqlError } from "./BatchError.js"
import { BatchError } from "./BatchError.js"

export interface StopShape {
  /** Never returns: the calling work stays unfinished, as after a crash, and the next run repeats it. */
  readonly because: (error: BatchError) => Effect.Effect<never>
  /** Fails when the batch has to end. */
  readonly awaited: Effect.Effect<never, BatchError>
}

export class Stop extends Context.Tag("examples/Stop")<Stop, StopShape>() {
  /** For one process. */
  static readonly layer: Layer.Layer<Stop> = Layer.effect(
    Stop,
    Effect.map(Deferred.make<never, BatchError>(), (stopped) => ({
      because: (error) => Effect.zipRight(Deferred.fail(stopped, error), Effect.never),
      awaited: Deferred.await(stopped)
    }))
  )

  /** For all processes that share a database: each checks once a second whether another one has stopped. */
  static readonly layerShared = (onSqlError: OnSqlError): Layer.Layer<Stop, BatchError, SqlClient.SqlClient> =>
    Layer.scoped(
      Stop,
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const stopped = yield* Deferred.make<never, BatchError>()
        const latest = sql<
          { id: number; message: string }
        >`SELECT id, message FROM batch_stops ORDER BY id DESC LIMIT 1`
        const before = (yield* onSqlError(latest))[0]?.id
        yield* onSqlError(latest).pipe(
          Effect.flatMap(([stop]) =>
            stop === undefined || stop.id === before
              ? Effect.void
              : new BatchError({ message: stop.message })
          ),
          Effect.repeat(Schedule.spaced("1 second")),
          Effect.catchAll((error) => Deferred.fail(stopped, error)),
          Effect.forkScoped
        )
        return {
          because: (error) =>
            sql`INSERT INTO batch_stops ${sql.insert({ message: error.message })}`.pipe(
              Effect.ignore,
              Effect.zipRight(Deferred.fail(stopped, error)),
              Effect.zipRight(Effect.never)
            ),
          awaited: Deferred.await(stopped)
        }
      })
    )
}
