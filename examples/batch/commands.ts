/** The commands of a batch. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import { lock } from "../export/lock.js"
import { makeCollector } from "../report/Run.js"
import { writeReport } from "../report/withReport.js"
import { UsageError } from "../support/commandLine.js"
import { say } from "../support/terminal.js"
import { BatchError, failOnSqlError, SomeUsersFailed, waitOnSqlError } from "./BatchError.js"
import type { JobStatus } from "./BatchStore.js"
import { BatchStore } from "./BatchStore.js"
import type { Address } from "./cluster.js"
import { layerClient, layerOneProcess, layerRunner, prepareDatabase } from "./cluster.js"
import { databaseUrl, layerFile, layerPostgres } from "./database.js"
import { demonstrationUsers, layerDemonstration } from "./demonstration.js"
import { checkOutput, summary, writeClients } from "./output.js"
import { watchJob } from "./progress.js"
import { Stop } from "./Stop.js"
import { layerTurnsHere, layerTurnsShared } from "./turns.js"
import { readUsers } from "./users.js"
import { ExportJob, layerWorkflows } from "./workflows.js"

export interface HereOptions {
  readonly job: string
  readonly store: string
  readonly out: string
  readonly html: string | undefined
  readonly users: string | undefined
  readonly concurrency: number
  /** Requests per second. */
  readonly rate: number | undefined
}

const tenant = Config.option(Config.nonEmptyString("PROCESSMAKER_BASE_URL"))

const oauthClients = OauthClientsService.layerConfig

/** Runs the whole job in this process. */
export const runHere = ({ concurrency, html, job, out, rate, store, users }: HereOptions) =>
  Effect.gen(function*() {
    if (html === out) return yield* new UsageError({ message: "--html and --out must name different files" })
    const source = yield* tenant
    const userIds = users === undefined ? Option.isNone(source) ? demonstrationUsers : [] : yield* readUsers(users)
    yield* checkOutput(out)
    yield* lock(store)
    const name = Option.getOrElse(source, () => "the fake server")
    const collector = yield* makeCollector({ title: `Export of the OAuth clients of many users`, source: name })
    const client = rate === undefined ? Layer.empty : layerTurnsHere(rate)
    const service = oauthClients.pipe(Layer.provide(client), Layer.provide(NodeHttpClient.layerUndici))
    const work = layerWorkflows({
      source: name,
      concurrency,
      usersAtOnce: 4 * concurrency,
      collector: html === undefined ? undefined : collector
    }).pipe(
      Layer.provide(Option.isNone(source) ? Layer.provide(service, layerDemonstration) : service),
      Layer.provideMerge(layerOneProcess),
      Layer.provideMerge(BatchStore.layer(failOnSqlError(store))),
      Layer.provide(layerFile(store)),
      Layer.provideMerge(Stop.layer)
    )
    yield* runJob(job, userIds).pipe(
      Effect.tap(() => writeClients(job, out)),
      Effect.tap(() => html === undefined ? Effect.void : writeReport(html, collector, "completed")),
      Effect.flatMap(conclude),
      Effect.provide(work),
      // The last line reports a failure better than the engine's own logs.
      Logger.withMinimumLogLevel(LogLevel.None),
      Effect.onInterrupt(() => say(`stopped; the same command resumes from ${store}`))
    )
  }).pipe(Effect.scoped)

export interface RunnerOptions extends Address {
  readonly concurrency: number
  readonly rate: number | undefined
}

/** Works on all jobs until it is stopped. */
export const runner = ({ concurrency, rate, ...address }: RunnerOptions) =>
  Effect.gen(function*() {
    yield* databaseUrl
    const source = yield* Config.nonEmptyString("PROCESSMAKER_BASE_URL")
    // One process submits a job for all runners, without knowing their number.
    const work = layerWorkflows({ source, concurrency, usersAtOnce: 20 * concurrency }).pipe(
      Layer.provide(oauthClients),
      // Even without a rate limit, all runners share the waits that the tenant asks for.
      Layer.provide(layerTurnsShared(rate ?? 1000)),
      Layer.provide(NodeHttpClient.layerUndici),
      Layer.provide(layerRunner(address)),
      Layer.provideMerge(shared)
    )
    yield* Effect.provide(
      Effect.gen(function*() {
        const stop = yield* Stop
        yield* say(`running at ${address.host}:${address.port}`)
        yield* stop.awaited
      }),
      work
    )
  })

/** Submits a job, and waits until it is done. */
export const submit = ({ job, users }: { readonly job: string; readonly users: string | undefined }) =>
  Effect.gen(function*() {
    const userIds = users === undefined ? [] : yield* readUsers(users)
    yield* Effect.flatMap(runJob(job, userIds), conclude).pipe(
      Effect.provide(Layer.provideMerge(layerClient, shared)),
      Effect.onInterrupt(() =>
        say(`job "${job}" continues without this command; the status command shows its progress`)
      )
    )
  })

/** Prints the progress of a job. */
export const status = ({ job, json }: { readonly job: string; readonly json: boolean }) =>
  Effect.gen(function*() {
    const store = yield* BatchStore
    const found = yield* statusOf(job)
    const failures = yield* store.failures(job)
    yield* Console.log(json ? JSON.stringify({ ...found, failures }) : summary(found, failures))
  }).pipe(Effect.provide(stored))

/** Writes the clients of a job that is done. */
export const write = ({ job, out }: { readonly job: string; readonly out: string }) =>
  Effect.gen(function*() {
    yield* checkOutput(out)
    const found = yield* statusOf(job)
    if (!found.done) {
      return yield* new BatchError({ message: `job "${job}" is not done: ${found.users.waiting} users are waiting` })
    }
    yield* writeClients(job, out)
    yield* conclude(found)
  }).pipe(Effect.provide(stored))

const prepared = Layer.provideMerge(Layer.effectDiscard(waitOnSqlError(prepareDatabase)), layerPostgres)
const shared = Layer.merge(BatchStore.layer(waitOnSqlError), Stop.layerShared(waitOnSqlError)).pipe(
  Layer.provideMerge(prepared)
)
const stored = Layer.provide(BatchStore.layer(waitOnSqlError), prepared)

const statusOf = (job: string) =>
  Effect.flatMap(BatchStore, (store) =>
    Effect.flatMap(
      store.status(job),
      Option.match({
        onNone: () => new BatchError({ message: `there is no job "${job}"` }),
        onSome: Effect.succeed
      })
    ))

const runJob = (job: string, userIds: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const store = yield* BatchStore
    const stop = yield* Stop
    const { done, round } = yield* store.open(job, userIds)
    if (done) yield* say(`job "${job}" is already done; --job with another name starts a new one`)
    else yield* ExportJob.execute({ job, round }, { discard: true })
    return yield* Effect.raceFirst(watchJob(job), stop.awaited)
  })

/** Prints the result of a job. */
const conclude = (found: JobStatus) =>
  Effect.gen(function*() {
    const store = yield* BatchStore
    yield* Console.log(summary(found, yield* store.failures(found.job)))
    if (found.users.failed > 0) {
      return yield* new SomeUsersFailed({ message: `${found.users.failed} users failed` })
    }
  })
