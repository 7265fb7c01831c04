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

/** A database in a file of its own, for one process at a time. It ends the batch when the file cannot be written. */
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
 * A client that has all its transactions on one connection. The driver's own open one for each transaction and close
 * none: two file handles and 170 kB each. Transactions are one at a time either way.
 */
const open = async (file: string, onBroken: (error: unknown) => void): Promise<Client> => {
  // The cluster's ids do not fit into a number.
  const client = createClient({ url: pathToFileURL(file).href, intMode: "bigint" })
  // A killed process loses nothing in this mode; a machine that loses power, the latest transactions at most.
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

/** The disk is full, or the file is no longer what it was. */
const isBroken = /^SQLITE_(?:FULL|IOERR|READONLY|CORRUPT|NOTADB|CANTOPEN)/

/** Where the database is that processes on any number of machines share. */
export const databaseUrl: Effect.Effect<Redacted.Redacted, BatchError> = Effect.mapError(
  Config.redacted(Config.nonEmptyString("BATCH_DATABASE_URL")),
  () => new BatchError({ message: "set BATCH_DATABASE_URL to postgres://user:password@host/database" })
)

export const layerPostgres: Layer.Layer<SqlClient.SqlClient, BatchError> = Layer.scopedContext(
  Effect.flatMap(databaseUrl, (url) =>
    // It asks the database something, and so fails where there is none yet.
    waitOnSqlError(Layer.build(PgClient.layer({ url: withTimeout(url), applicationName: "batch" }))))
)

/** A machine that is lost in a transaction would keep others from the rows of its user until TCP gives it up. */
const withTimeout = (redacted: Redacted.Redacted): Redacted.Redacted => {
  const url = Redacted.value(redacted)
  return Redacted.make(`${url}${url.includes("?") ? "&" : "?"}idle_in_transaction_session_timeout=8000`)
}
