/**
 * The durable work: one workflow for each user, and one for the job. The engine restarts unfinished work, in the same
 * process or another.
 */
import * as Activity from "@effect/workflow/Activity"
import * as Workflow from "@effect/workflow/Workflow"
import type { WorkflowEngine } from "@effect/workflow/WorkflowEngine"
import { WorkflowInstance } from "@effect/workflow/WorkflowEngine"
import type { OauthClientsStreamError, PageEvent } from "effect-processmaker-oauth"
import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
import * as Cause from "effect/Cause"
import type * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Collector } from "../report/Run.js"
import { BatchError } from "./BatchError.js"
import type { ReadClients } from "./BatchStore.js"
import { BatchStore } from "./BatchStore.js"
import { Stop } from "./Stop.js"

/** The number of pages stored in one transaction, the most that a crash can lose. */
const pagesAtOnce = 5

/** Exports the clients of one user into the store, and stores its success or failure. */
export const ExportUserClients = Workflow.make({
  name: "ExportUserClients",
  payload: { job: Schema.String, round: Schema.Number, userId: Schema.String },
  idempotencyKey: ({ job, round, userId }) => JSON.stringify([job, round, userId])
})
  // A defect means that the engine's database is unavailable: restart the workflow instead of ending it.
  .annotate(Workflow.CaptureDefects, false)

/** Exports all users of a job that are not done yet. */
export const ExportJob = Workflow.make({
  name: "ExportJob",
  payload: { job: Schema.String, round: Schema.Number },
  idempotencyKey: ({ job, round }) => JSON.stringify([job, round])
}).annotate(Workflow.CaptureDefects, false)

export interface WorkOptions {
  /** The source of the clients. */
  readonly source: string
  /** The number of users to export concurrently. */
  readonly concurrency: number
  /** The number of a job's users in the engine at once, enough for all processes. Each takes about 300 kB of memory. */
  readonly usersAtOnce: number
  /** Collects events for a report. */
  readonly collector?: Collector | undefined
}

/** Runs the workflows in this process. */
export const layerWorkflows = (
  { collector, concurrency, source, usersAtOnce }: WorkOptions
): Layer.Layer<never, never, BatchStore | OauthClientsService | Stop | WorkflowEngine> =>
  Layer.unwrapEffect(Effect.map(Effect.makeSemaphore(concurrency), (slots) =>
    Layer.merge(
      ExportUserClients.toLayer(({ job, userId }) =>
        Activity.make({
          name: "ReadClients",
          execute: slots.withPermits(1)(stopOnError(exportUser({ job, userId, source, collector })))
        })
      ),
      ExportJob.toLayer((round) =>
        Activity.make({ name: "HandIn", execute: stopOnError(handIn({ ...round, source, usersAtOnce })) })
      )
    )))

type Round = typeof ExportJob.payloadSchema.Type

const handIn = ({ job, round, source, usersAtOnce }: Round & Pick<WorkOptions, "source" | "usersAtOnce">) =>
  Effect.gen(function*() {
    const store = yield* BatchStore
    yield* store.readFrom(job, source)
    const userIds = yield* store.waitingUsers(job)
    yield* Effect.forEach(userIds, (userId) => handOver({ job, round, userId }), {
      concurrency: usersAtOnce,
      discard: true
    })
    yield* store.finish(job)
  })

/** Not a child of the job's workflow, since the engine reruns a parent at the end of each child. */
const handOver = (user: typeof ExportUserClients.payloadSchema.Type) =>
  ExportUserClients.execute(user).pipe(
    Effect.mapInputContext((context: Context.Context<WorkflowEngine>) => Context.omit(WorkflowInstance)(context)),
    // It dies if the engine's database is unavailable. Submitting a user twice has no effect.
    Effect.sandbox,
    Effect.retry({ while: Cause.isDie, schedule: Schedule.spaced("1 second") }),
    Effect.unsandbox
  )

interface UserOptions extends Pick<WorkOptions, "collector" | "source"> {
  readonly job: string
  readonly userId: string
}

/** Reads the clients of a user into the store, from the stored place. */
export const exportUser = ({ collector, job, source, userId }: UserOptions) =>
  Effect.gen(function*() {
    const store = yield* BatchStore
    yield* store.readFrom(job, source)
    const oauthClients = yield* OauthClientsService
    const { place, waiting } = yield* store.user(job, userId)
    // Everything is stored, but the process died before it notified the engine.
    if (!waiting) return
    const reading = oauthClients.streamOauthClientEvents(userId, { resume: place }).pipe(
      Stream.tap((event) => collector?.tell(userId, event) ?? Effect.void),
      Stream.filter((event) => event._tag === "PageFetched" || event._tag === "Completed"),
      Stream.grouped(pagesAtOnce),
      Stream.runForEach((events) => store.save(job, userId, readBy(events))),
      // An outage of an hour must not fail a thousand users, and waiting for a turn counts as part of an attempt.
      RetryPolicy.with({ ...RetryPolicy.patient, attemptTimeout: "10 minutes" })
    )
    yield* Effect.catchAll(
      collector?.measure(reading) ?? reading,
      (error) =>
        endsBatch(error) ? Effect.fail(error) : Effect.zipRight(
          store.fail(job, { userId, error: error._tag, message: error.message }),
          collector?.fail(userId, error) ?? Effect.void
        )
    )
  })

const readBy = (events: Chunk.Chunk<PageEvent>): ReadClients => {
  const pages = Array.from(events).flatMap((event) => event._tag === "PageFetched" ? [event.page] : [])
  return {
    clients: pages.flatMap(({ clients }) => clients),
    place: pages.at(-1)?.cursor,
    done: pages.length < events.length
  }
}

/** A wrong password affects all users. */
const endsBatch = (error: BatchError | OauthClientsStreamError) =>
  error._tag === "BatchError" || error._tag === "ProcessMakerLoginFailed"

/** An error that ends the batch leaves the activity unfinished, so that the next run repeats it. */
const stopOnError = <A, E extends { readonly message: string }, R>(activity: Effect.Effect<A, E, R>) =>
  activity.pipe(
    Effect.catchAllDefect((defect) => new BatchError({ message: `unexpected: ${Cause.pretty(Cause.die(defect))}` })),
    Effect.catchAll(({ message }) => Effect.flatMap(Stop, (stop) => stop.because(new BatchError({ message }))))
  )
