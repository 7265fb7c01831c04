/**
 * The state of a batch, in tables beside those of its engine: jobs, their users, and the clients read so far. Each
 * method is one transaction.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { OauthClient } from "effect-processmaker-oauth"
import { OauthClientWithoutSecret, PageCursor } from "effect-processmaker-oauth"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { OnSqlError } from "./BatchError.js"
import { BatchError } from "./BatchError.js"
import { createTables } from "./tables.js"

export interface Job {
  readonly job: string
  /** The number of the current round, from 1. Each round retries the users that failed. */
  readonly round: number
  readonly done: boolean
}

export interface UserProgress {
  readonly waiting: boolean
  readonly place: PageCursor | undefined
}

/** Clients that were read, and the place after them. */
export interface ReadClients {
  readonly clients: ReadonlyArray<OauthClient>
  readonly place: PageCursor | undefined
  /** The list has ended. */
  readonly done: boolean
}

export interface UserFailure {
  readonly userId: string
  /** The `_tag` of the error. */
  readonly error: string
  readonly message: string
}

export interface JobStatus extends Job {
  readonly source: string
  readonly startedAt: string
  readonly finishedAt: string | undefined
  readonly users: { readonly waiting: number; readonly done: number; readonly failed: number }
  readonly clients: number
}

export interface ClientRow {
  readonly userId: string
  readonly clientId: string
  /** The client as JSON, without its secret. */
  readonly client: string
}

export interface BatchStoreShape {
  /** Starts or resumes a job: adds new users, and starts a new round for those that failed in the previous one. */
  readonly open: (job: string, userIds: ReadonlyArray<string>) => Effect.Effect<Job, BatchError>
  /** Records the source of a job's clients, which must not change. */
  readonly readFrom: (job: string, source: string) => Effect.Effect<void, BatchError>
  readonly waitingUsers: (job: string) => Effect.Effect<ReadonlyArray<string>, BatchError>
  readonly user: (job: string, userId: string) => Effect.Effect<UserProgress, BatchError>
  /** Stores clients and place in one transaction. */
  readonly save: (job: string, userId: string, read: ReadClients) => Effect.Effect<void, BatchError>
  readonly fail: (job: string, failure: UserFailure) => Effect.Effect<void, BatchError>
  /** Ends the round. */
  readonly finish: (job: string) => Effect.Effect<void, BatchError>
  readonly status: (job: string) => Effect.Effect<Option.Option<JobStatus>, BatchError>
  readonly failures: (job: string) => Effect.Effect<ReadonlyArray<UserFailure>, BatchError>
  /** The clients of all users whose list was read completely, ordered by user and client. */
  readonly rows: (job: string) => Stream.Stream<ClientRow, BatchError>
}

export class BatchStore extends Context.Tag("examples/BatchStore")<BatchStore, BatchStoreShape>() {
  static readonly layer = (onSqlError: OnSqlError): Layer.Layer<BatchStore, BatchError, SqlClient.SqlClient> =>
    Layer.effect(
      BatchStore,
      Effect.flatMap(SqlClient.SqlClient, (sql) => Effect.as(onSqlError(createTables(sql)), make(sql, onSqlError)))
    )
}

const Place = Schema.parseJson(PageCursor)
const encodePlace = Schema.encodeSync(Place)
const encodeClient = Schema.encodeSync(OauthClientWithoutSecret)

const rowsAtOnce = 1000

const now: Effect.Effect<string> = Effect.map(DateTime.now, DateTime.formatIso)

const make = (sql: SqlClient.SqlClient, onSqlError: OnSqlError): BatchStoreShape => {
  const transaction = <A, E>(effect: Effect.Effect<A, E>) => onSqlError(sql.withTransaction(effect))
  return {
    open: (job, userIds) => transaction(openJob(sql, job, userIds)),
    readFrom: (job, source) => onSqlError(readFrom(sql, job, source)),
    waitingUsers: (job) =>
      onSqlError(Effect.map(
        sql<{ user_id: string }>`SELECT user_id FROM batch_users WHERE job = ${job} AND state = 'waiting'`,
        Arr.map(({ user_id }) => user_id)
      )),
    user: (job, userId) => onSqlError(userOf(sql, job, userId)),
    save: (job, userId, read) => transaction(saveClients(sql, job, userId, read)),
    fail: (job, { error, message, userId }) =>
      transaction(sql`
        UPDATE batch_users SET state = 'failed', error = ${error}, message = ${message}
        WHERE job = ${job} AND user_id = ${userId} AND state = 'waiting'`),
    finish: (job) =>
      transaction(
        Effect.flatMap(now, (at) => sql`UPDATE batch_jobs SET done = 1, finished_at = ${at} WHERE job = ${job}`)
      ),
    status: (job) => onSqlError(statusOf(sql, job)),
    failures: (job) =>
      onSqlError(sql<UserFailure>`
        SELECT user_id AS ${sql("userId")}, error, message FROM batch_users
        WHERE job = ${job} AND state = 'failed' ORDER BY error, user_id`),
    rows: (job) => rowsOf(sql, onSqlError, job)
  }
}

const openJob = (
  sql: SqlClient.SqlClient,
  job: string,
  userIds: ReadonlyArray<string>
): Effect.Effect<Job, SqlError> =>
  Effect.gen(function*() {
    yield* sql`
      INSERT INTO batch_jobs ${sql.insert({ job, source: "", round: 1, done: 0, started_at: yield* now })}
      ON CONFLICT DO NOTHING`
    // Locks the row until the end of the transaction, so that others who open the job wait here.
    yield* sql`UPDATE batch_jobs SET job = job WHERE job = ${job}`
    const [known = { round: 1, done: 0 }] = yield* sql<{ round: number; done: number }>`
      SELECT round, done FROM batch_jobs WHERE job = ${job}`
    for (const chunk of Arr.chunksOf(userIds, rowsAtOnce)) {
      const users = chunk.map((user_id) => ({ job, user_id, state: "waiting", clients: 0 }))
      yield* sql`INSERT INTO batch_users ${sql.insert(users)} ON CONFLICT DO NOTHING`
    }
    const round = Number(known.round)
    if (Number(known.done) === 0) return { job, round, done: false }
    yield* sql`
      UPDATE batch_users SET state = 'waiting', error = NULL, message = NULL WHERE job = ${job} AND state = 'failed'`
    const [waiting] = yield* sql`SELECT 1 FROM batch_users WHERE job = ${job} AND state = 'waiting' LIMIT 1`
    if (waiting === undefined) return { job, round, done: true }
    yield* sql`UPDATE batch_jobs SET round = ${round + 1}, done = 0, finished_at = NULL WHERE job = ${job}`
    return { job, round: round + 1, done: false }
  })

const readFrom = (
  sql: SqlClient.SqlClient,
  job: string,
  source: string
): Effect.Effect<void, BatchError | SqlError> =>
  Effect.gen(function*() {
    const [known] = yield* sql<{ source: string }>`SELECT source FROM batch_jobs WHERE job = ${job}`
    if (known?.source === "") {
      yield* sql`UPDATE batch_jobs SET source = ${source} WHERE job = ${job}`
    } else if (known?.source !== source) {
      return yield* new BatchError({ message: `job "${job}" exports from ${known?.source}, not from ${source}` })
    }
  })

const userOf = (
  sql: SqlClient.SqlClient,
  job: string,
  userId: string
): Effect.Effect<UserProgress, BatchError | SqlError> =>
  Effect.gen(function*() {
    const [user] = yield* sql<{ state: string; place: string | null }>`
      SELECT state, place FROM batch_users WHERE job = ${job} AND user_id = ${userId}`
    if (user === undefined) return { waiting: false, place: undefined }
    const place = user.place === null ? undefined : yield* Schema.decode(Place)(user.place)
    return { waiting: user.state === "waiting", place }
  }).pipe(
    Effect.catchTag("ParseError", () =>
      new BatchError({ message: `job "${job}" stores a position of user ${userId} that this version cannot read` }))
  )

const saveClients = (
  sql: SqlClient.SqlClient,
  job: string,
  user_id: string,
  { clients, done, place }: ReadClients
): Effect.Effect<void, SqlError> =>
  Effect.gen(function*() {
    for (const chunk of Arr.chunksOf(clients, rowsAtOnce)) {
      const rows = chunk.map((client) => ({
        job,
        user_id,
        client_id: client.id,
        client: JSON.stringify(encodeClient(client))
      }))
      // Rows that already exist were stored by an earlier run of the same activity.
      yield* sql`INSERT INTO batch_clients ${sql.insert(rows)} ON CONFLICT DO NOTHING`
    }
    const changes = done
      ? sql`state = 'done', place = NULL, clients = (
          SELECT count(*) FROM batch_clients WHERE job = ${job} AND user_id = ${user_id})`
      : sql`place = ${place === undefined ? null : encodePlace(place)}, clients = clients + ${clients.length}`
    yield* sql`
      UPDATE batch_users SET ${changes} WHERE job = ${job} AND user_id = ${user_id} AND state = 'waiting'`
  })

const statusOf = (sql: SqlClient.SqlClient, job: string): Effect.Effect<Option.Option<JobStatus>, SqlError> =>
  Effect.gen(function*() {
    const [known] = yield* sql<
      { source: string; round: number; done: number; started_at: string; finished_at: string | null }
    >`SELECT source, round, done, started_at, finished_at FROM batch_jobs WHERE job = ${job}`
    if (known === undefined) return Option.none()
    const states = yield* sql<{ state: string; users: number; clients: number }>`
      SELECT state, count(*) AS users, sum(clients) AS clients FROM batch_users WHERE job = ${job} GROUP BY state`
    const count = (name: string) => Number(states.find(({ state }) => state === name)?.users ?? 0)
    return Option.some({
      job,
      source: known.source,
      round: Number(known.round),
      done: Number(known.done) === 1,
      startedAt: known.started_at,
      finishedAt: known.finished_at ?? undefined,
      users: { waiting: count("waiting"), done: count("done"), failed: count("failed") },
      clients: states.reduce((sum, { clients }) => sum + Number(clients), 0)
    })
  })

const rowsOf = (
  sql: SqlClient.SqlClient,
  onSqlError: OnSqlError,
  job: string
): Stream.Stream<ClientRow, BatchError> =>
  Stream.paginateChunkEffect({ userId: "", clientId: "" }, (last) =>
    onSqlError(sql<ClientRow>`
      SELECT c.user_id AS ${sql("userId")}, c.client_id AS ${sql("clientId")}, c.client FROM batch_clients c
      JOIN batch_users u ON u.job = c.job AND u.user_id = c.user_id AND u.state = 'done'
      WHERE c.job = ${job} AND (c.user_id, c.client_id) > (${last.userId}, ${last.clientId})
      ORDER BY c.user_id, c.client_id LIMIT ${rowsAtOnce}`).pipe(
      Effect.map((rows) =>
        [Chunk.unsafeFromArray([...rows]), rows.length < rowsAtOnce ? Option.none() : Arr.last(rows)] as const
      )
    ))
