/** The tables of a batch, beside those of its engine (`cluster_*`). */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"

/** Creates missing tables. */
export const createTables = (sql: SqlClient.SqlClient): Effect.Effect<void, SqlError> => {
  // Both databases compare strings as bytes, so that they list clients in the same order.
  const { counter, text, withoutRowid } = sql.onDialectOrElse({
    pg: () => ({ counter: "bigserial", text: `text COLLATE "C"`, withoutRowid: "" }),
    orElse: () => ({ counter: "integer", text: "text", withoutRowid: "WITHOUT ROWID" })
  })
  const tables = [
    `batch_jobs (
      job ${text} PRIMARY KEY, source text NOT NULL, round integer NOT NULL, done integer NOT NULL,
      started_at text NOT NULL, finished_at text
    )`,
    `batch_users (
      job ${text}, user_id ${text}, state text NOT NULL, clients integer NOT NULL, place text, error text, message text,
      PRIMARY KEY (job, user_id)
    )`,
    `batch_clients (
      job ${text}, user_id ${text}, client_id ${text}, client text NOT NULL,
      PRIMARY KEY (job, user_id, client_id)
    ) ${withoutRowid}`,
    `batch_stops (id ${counter} PRIMARY KEY, message text NOT NULL)`,
    `batch_turns (name text PRIMARY KEY, next double precision NOT NULL)`
  ]
  return Effect.forEach(tables, (table) => sql.unsafe(`CREATE TABLE IF NOT EXISTS ${table}`), { discard: true })
}
