/** The database of a batch: a libSQL file for one process, PostgreSQL for many. */
import * as LibsqlClient from "@effect/sql-libsql/LibsqlClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import type * as SqlClient from "@effect/sql/SqlClient"
import type { Client, InStatement, Transaction } from "@libsql/client"
import { createClient, LibsqlError } from "@libsql/client"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import { pathToFileURL } from "node:url"
import { BatchError, waitOnSqlError } from "./BatchError.js"
import { Stop } from "./Stop.js"

/** A database file for one process at a time. The batch ends if the file cannot be written. */
export const layerFile = (file: string): Layer.Layer<SqlClient.SqlClient, BatchError, Stop> =>
  Layer.unwrapScoped(Effect.gen(function*() {
    const stop = yield* Stop
    const run = Runtime.runFork(yield* Effect.runtime())
    const fail = (error: unknown) =>
      new BatchError({ message: `cannot write ${file}: ${error instanceof Error ? error.message : String(error)}` })
    const liveClient = yield* Effect.acquireRelease(
      Effect.tryPromise({ try: () => open(file, (error) => void run(stop.because(fail(error)))), catch: fail }),
      (client) => Effect.sync(() => client.close())
    )
    return LibsqlClient.layer({ liveClient })
  }))

/**
 * A client with a single connection. The driver opens a connection for each transaction and never closes it, at two
 * file handles and 170 kB each. Transactions run one at a time either way.
 */
const open = async (file: string, onBroken: (error: unknown) => void): Promise<Client> => {
  // The cluster's IDs exceed the safe integers.
  const client = createClient({ url: pathToFileURL(file).href, intMode: "bigint" })
  // In this mode, a killed process loses nothing; a power failure may lose the latest transactions.
  await client.executeMultiple("PRAGMA journal_mode = wal; PRAGMA synchronous = normal")
  const run = async (statement: InStatement) => {
    try {
      return await client.execute(statement)
    } catch (error) {
      if (error instanceof LibsqlError && isBroken.test(error.code)) onBroken(error)
      throw error
    }
  }
  const transaction: Transaction = {
    execute: run,
    batch: async (statements) => {
      const results = []
      for (const statement of statements) results.push(await run(statement))
      return results
    },
    executeMultiple: (sql) => client.executeMultiple(sql),
    commit: async () => void await run("COMMIT"),
    rollback: async () => void await run("ROLLBACK"),
    close: () => {},
    closed: false
  }
  const begin = async () => {
    await run("BEGIN IMMEDIATE")
    return transaction
  }
  return {
    execute: run,
    transaction: begin,
    batch: (statements) => client.batch(statements),
    migrate: (statements) => client.migrate(statements),
    executeMultiple: (sql) => client.executeMultiple(sql),
    sync: () => client.sync(),
    close: () => client.close(),
    closed: false,
    protocol: client.protocol
  }
}

/** The disk is full, or the file is damaged. */
const isBroken = /^SQLITE_(?:FULL|IOERR|READONLY|CORRUPT|NOTADB|CANTOPEN)/

/** The URL of the database that processes on any number of machines share. */
export const databaseUrl: Effect.Effect<Redacted.Redacted, BatchError> = Effect.mapError(
  Config.redacted(Config.nonEmptyString("BATCH_DATABASE_URL")),
  () => new BatchError({ message: "set BATCH_DATABASE_URL to postgres://user:password@host/database" })
)

export const layerPostgres: Layer.Layer<SqlClient.SqlClient, BatchError> = Layer.scopedContext(
  Effect.flatMap(databaseUrl, (url) =>
    // It queries the database, so it fails if there is none yet.
    waitOnSqlError(Layer.build(PgClient.layer({ url: withTimeout(url), applicationName: "batch" }))))
)

/** Without it, a machine lost within a transaction would lock the rows of its user until TCP times out. */
const withTimeout = (redacted: Redacted.Redacted): Redacted.Redacted => {
  const url = Redacted.value(redacted)
  return Redacted.make(`${url}${url.includes("?") ? "&" : "?"}idle_in_transaction_session_timeout=8000`)
}
