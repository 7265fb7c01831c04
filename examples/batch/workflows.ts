/**
 * The durable work: one workflow for each user, and one for the job. What a process leaves unfinished, the engine starts
 * again, there or elsewhere.
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

/** Pages that are stored in one transaction: what a crash costs at most. */
const pagesAtOnce = 5

/** Exports the clients of one user into the store, and keeps the outcome there, good or bad. */
export const ExportUserClients = Workflow.make({
  name: "ExportUserClients",
  payload: { job: Schema.String, round: Schema.Number, userId: Schema.String },
  idempotencyKey: ({ job, round, userId }) => JSON.stringify([job, round, userId])
})
  // A defect is the engine's own, whose database is away: it starts the workflow again instead of ending it.
  .annotate(Workflow.CaptureDefects, false)

/** Exports all users of a job who have no outcome yet. */
export const ExportJob = Workflow.make({
  name: "ExportJob",
  payload: { job: Schema.String, round: Schema.Number },
  idempotencyKey: ({ job, round }) => JSON.stringify([job, round])
}).annotate(Workflow.CaptureDefects, false)

export interface WorkOptions {
  /** Where this process reads. */
  readonly source: string
  /** Users that it works on at a time. */
  readonly concurrency: number
  /** Users of a job that the engine has at a time: enough for all processes. Each takes some 300 kB of memory. */
  readonly usersAtOnce: number
  /** Notes what it reads, for a report. */
  readonly collector?: Collector | undefined
}

/** Lets a process take part in the work. */
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

/** Not as a child of the job's workflow: the engine runs a parent anew at the end of each child. */
const handOver = (user: typeof ExportUserClients.payloadSchema.Type) =>
  ExportUserClients.execute(user).pipe(
    Effect.mapInputContext((context: Context.Context<WorkflowEngine>) => Context.omit(WorkflowInstance)(context)),
    // It dies when the engine's database is away. To hand in a user twice is to hand it in once.
    Effect.sandbox,
    Effect.retry({ while: Cause.isDie, schedule: Schedule.spaced("1 second") }),
    Effect.unsandbox
  )

interface UserOptions extends Pick<WorkOptions, "collector" | "source"> {
  readonly job: string
  readonly userId: string
}

/** Reads the clients of a user into the store, from the place that it keeps. */
export const exportUser = ({ collector, job, source, userId }: UserOptions) =>
  Effect.gen(function*() {
    const store = yield* BatchStore
    yield* store.readFrom(job, source)
    const oauthClients = yield* OauthClientsService
    const { place, waiting } = yield* store.user(job, userId)
    // All is stored, and the process died before the engine knew.
    if (!waiting) return
    const reading = oauthClients.streamOauthClientEvents(userId, { resume: place }).pipe(
      Stream.tap((event) => collector?.tell(userId, event) ?? Effect.void),
      Stream.filter((event) => event._tag === "PageFetched" || event._tag === "Completed"),
      Stream.grouped(pagesAtOnce),
      Stream.runForEach((events) => store.save(job, userId, readBy(events))),
      // A tenant that is down for an hour must not fail a thousand users, and to wait for a turn is part of an attempt.
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

/** A password that is wrong for one user is wrong for all of them. */
const endsBatch = (error: BatchError | OauthClientsStreamError) =>
  error._tag === "BatchError" || error._tag === "ProcessMakerLoginFailed"

/** Whatever ends the batch leaves the activity unfinished, so that the next run does it again. */
const stopOnError = <A, E extends { readonly message: string }, R>(activity: Effect.Effect<A, E, R>) =>
  activity.pipe(
    Effect.catchAllDefect((defect) => new BatchError({ message: `unexpected: ${Cause.pretty(Cause.die(defect))}` })),
    Effect.catchAll(({ message }) => Effect.flatMap(Stop, (stop) => stop.because(new BatchError({ message }))))
  )
