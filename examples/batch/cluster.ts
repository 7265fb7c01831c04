/** The engine: workflows on a cluster of one process, or of all that share a database. */
import * as ClusterWorkflowEngine from "@effect/cluster/ClusterWorkflowEngine"
import * as RunnerAddress from "@effect/cluster/RunnerAddress"
import * as ShardingConfig from "@effect/cluster/ShardingConfig"
import * as SingleRunner from "@effect/cluster/SingleRunner"
import * as SqlMessageStorage from "@effect/cluster/SqlMessageStorage"
import * as SqlRunnerStorage from "@effect/cluster/SqlRunnerStorage"
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import type * as SocketServer from "@effect/platform/SocketServer"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { WorkflowEngine } from "@effect/workflow/WorkflowEngine"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { createTables } from "./tables.js"

const config = {
  // How long a completed workflow stays in memory.
  entityMaxIdleTime: "1 second",
  // How long a running workflow may delay the exit of its process. Another process repeats it.
  entityTerminationTimeout: "1 second"
} satisfies Partial<ShardingConfig.ShardingConfig["Type"]>

/** One process. Its locks are in memory: locks in a file would make the run after a crash wait for them. */
export const layerOneProcess: Layer.Layer<WorkflowEngine, ConfigError.ConfigError, SqlClient.SqlClient> =
  ClusterWorkflowEngine.layer.pipe(
    Layer.provide(SingleRunner.layer({ runnerStorage: "memory", shardingConfig: { ...config, shardsPerGroup: 1 } }))
  )

const shared = {
  ...config,
  // A runner without a heartbeat for 9 seconds is dead, and others take over its shards within 3 or 4 more.
  shardLockRefreshInterval: "3 seconds",
  shardLockExpiration: "9 seconds",
  // PostgreSQL keeps an advisory lock until it notices that the connection is gone: two hours if a machine is lost.
  shardLockDisableAdvisory: true,
  // Polls for messages that a runner was not notified of, because it or the sender died.
  entityMessagePollInterval: "2 seconds"
} satisfies Partial<ShardingConfig.ShardingConfig["Type"]>

export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * Redelivers messages that were read from the database but not completed. A runner that lost its connection while
 * reading never received them, and the engine would retry after 10 minutes. A runner that is processing them ignores
 * the duplicates.
 */
const layerReread: Layer.Layer<never, never, SqlClient.SqlClient> = Layer.scopedDiscard(
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql`
      UPDATE cluster_messages SET last_read = NULL
      WHERE processed = FALSE AND last_read < NOW() - INTERVAL '20 seconds'`.pipe(
      Effect.ignore,
      Effect.sandbox,
      Effect.ignore,
      Effect.delay("5 seconds"),
      Effect.forever,
      Effect.forkScoped
    ))
)

/** A process that executes work. Others reach it at this address. */
export const layerRunner = (
  address: Address
): Layer.Layer<
  WorkflowEngine,
  ConfigError.ConfigError | SocketServer.SocketServerError,
  SqlClient.SqlClient
> =>
  ClusterWorkflowEngine.layer.pipe(
    Layer.provide(NodeClusterSocket.layer({
      storage: "sql",
      shardingConfig: {
        ...shared,
        runnerAddress: Option.some(RunnerAddress.make(address.host, address.port)),
        runnerListenAddress: Option.some(
          RunnerAddress.make(isLoopback(address.host) ? address.host : "0.0.0.0", address.port)
        )
      }
    })),
    Layer.merge(layerReread)
  )

const isLoopback = (host: string) => /^(?:localhost|127\..*|::1)$/.test(host)

/** A process that submits work and does none itself. */
export const layerClient: Layer.Layer<WorkflowEngine, ConfigError.ConfigError, SqlClient.SqlClient> =
  ClusterWorkflowEngine.layer.pipe(
    Layer.provide(NodeClusterSocket.layer({
      clientOnly: true,
      storage: "sql",
      shardingConfig: { ...shared, runnerAddress: Option.none() }
    }))
  )

/**
 * Creates all tables, one process at a time: concurrent `CREATE TABLE IF NOT EXISTS` fails on PostgreSQL, which the
 * engine does not handle.
 */
export const prepareDatabase: Effect.Effect<void, SqlError, SqlClient.SqlClient> = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const connection = yield* sql.reserve
  yield* Effect.acquireRelease(
    connection.executeRaw("SELECT pg_advisory_lock(7265)", []),
    () => Effect.ignore(connection.executeRaw("SELECT pg_advisory_unlock(7265)", []))
  )
  yield* Layer.build(Layer.merge(SqlMessageStorage.layer, SqlRunnerStorage.layer)).pipe(
    Effect.provide(ShardingConfig.layer())
  )
  yield* createTables(sql)
}).pipe(Effect.scoped)
