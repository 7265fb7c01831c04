/**
 * The export: clients go to a partial file, page by page, and a checkpoint follows each page. A run that is killed loses
 * at most what it wrote behind its last checkpoint, and the next run cuts that off and reads it again.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type { OauthClientPage, OauthClientsStreamError, PageEvent, PageReport } from "effect-processmaker-oauth"
import { OauthClient, OauthClientsService } from "effect-processmaker-oauth"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Struct from "effect/Struct"
import { say } from "../support/terminal.js"
import { Checkpoint, readCheckpoint, saveCheckpoint } from "./Checkpoint.js"
import type { ExportError, PartialFile } from "./exportFiles.js"
import { fail, fileExists, isDirectory, openPartial, removeFiles, renameFile } from "./exportFiles.js"
import type { ExportOptions } from "./ExportOptions.js"
import { makeProgress } from "./progress.js"

export interface ExportFiles {
  readonly out: string
  readonly partial: string
  readonly checkpoint: string
}

export const filesOf = (out: string): ExportFiles => ({
  out,
  partial: `${out}.partial`,
  checkpoint: `${out}.checkpoint`
})

/** Whose clients are exported, and from where. */
export interface ExportSource {
  readonly name: string
  readonly userId: string
  readonly perPage: number
}

export interface Exported {
  readonly checkpoint: Checkpoint
  /** None when an earlier run had read everything. */
  readonly report: Option.Option<PageReport>
}

type Failure = ExportError | OauthClientsStreamError
type Context = FileSystem.FileSystem | OauthClientsService

/** The checkpoint to go on from. One of another export is an error: its partial file must not get mixed up. */
export const findCheckpoint = (
  options: ExportOptions,
  source: Omit<ExportSource, "perPage">
): Effect.Effect<Option.Option<Checkpoint>, ExportError, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    const files = filesOf(options.out)
    if (yield* isDirectory(files.out)) return yield* fail(`${files.out} is a directory`)
    if (options.restart) yield* removeFiles(files.checkpoint, files.partial)
    const found = yield* readCheckpoint(files.checkpoint)
    if (Option.isNone(found)) return found
    const { complete, cursor, secrets, source: name, userId } = found.value
    const fits = name === source.name && userId === source.userId && secrets === options.secrets
    // One that has nothing to lose stands in nobody's way.
    if (!fits && cursor === null && !complete) return Option.none()
    if (name !== source.name || userId !== source.userId) {
      return yield* fail(
        `${files.checkpoint} belongs to an unfinished export of user ${userId} from ${name}; --restart forgets it`
      )
    }
    if (secrets !== options.secrets) {
      return yield* fail(
        `the unfinished export was begun ${secrets ? "with" : "without"} --secrets; --restart forgets it`
      )
    }
    return found
  })

export const exportClients = (
  options: ExportOptions,
  source: ExportSource,
  earlier: Option.Option<Checkpoint>,
  tell: (event: PageEvent) => Effect.Effect<void>
): Effect.Effect<Exported, Failure, Context | Scope.Scope> =>
  Effect.gen(function*() {
    const files = filesOf(options.out)
    if (Option.isSome(earlier) && earlier.value.complete) {
      return yield* finish(files, { checkpoint: earlier.value, report: Option.none() })
    }
    // Opened before anything is asked of the server: an output that cannot be written must not cost a client.
    const file = yield* openPartial(
      files.partial,
      Option.match(earlier, { onNone: () => 0, onSome: ({ bytes }) => bytes })
    )
    const start = Option.isSome(earlier)
      ? yield* resume(files, earlier.value)
      : yield* begin(files, options, source)
    const exported = yield* Effect.tapError(
      writePages({ files, options, source, file, start, tell }),
      () => Effect.ignore(forgetIfEmpty(files))
    )
    return yield* finish(files, exported)
  })

/** Adds a client, unless told not to, and reads it back. */
const begin = (
  files: ExportFiles,
  options: ExportOptions,
  { name: source, userId }: ExportSource
): Effect.Effect<Checkpoint, Failure, Context> =>
  Effect.gen(function*() {
    const oauthClients = yield* OauthClientsService
    const name = `Export of ${DateTime.formatIso(yield* DateTime.now)}`
    const plan = new Checkpoint({
      version: 1,
      source,
      userId,
      secrets: options.secrets,
      added: options.add ? { name, id: null } : null,
      cursor: null,
      bytes: 0,
      clients: 0,
      complete: false
    })
    // Noted before it is done: if this run is killed in between, the next one looks for the name.
    yield* saveCheckpoint(files.checkpoint, plan)
    if (!options.add) return plan
    const { id } = yield* oauthClients.addOauthClient(userId, { name }).pipe(
      Effect.catchIf(
        ({ outcome }) => outcome === "unknown",
        // Nobody else uses this name. The server may take a moment to show the client.
        () =>
          Effect.delay(Effect.map(oauthClients.ensureOauthClient(userId, { name }), ({ client }) => client), "1 second")
      ),
      Effect.tapError((error) =>
        "outcome" in error && error.outcome === "unknown"
          ? Effect.void
          : removeFiles(files.checkpoint, files.partial)
      )
    )
    const client = yield* oauthClients.findOauthClientById(userId, id)
    yield* say(`added client ${client.id}, "${client.name}"`)
    const checkpoint = plan.with({ added: { name, id } })
    yield* saveCheckpoint(files.checkpoint, checkpoint)
    return checkpoint
  })

/** An export that failed before its first page leaves nothing behind, unless it has added a client. */
const forgetIfEmpty = (files: ExportFiles) =>
  Effect.flatMap(
    readCheckpoint(files.checkpoint),
    (checkpoint) =>
      Option.exists(checkpoint, ({ added, cursor }) => added === null && cursor === null)
        ? removeFiles(files.checkpoint, files.partial)
        : Effect.void
  )

/** Adds no second client; the one that the killed run was about to add is looked for first. */
const resume = (files: ExportFiles, earlier: Checkpoint): Effect.Effect<Checkpoint, Failure, Context> =>
  Effect.gen(function*() {
    const { added, clients, cursor } = earlier
    yield* say(`resuming: ${clients} clients are written, going on at page ${cursor?.page ?? 1}`)
    if (added === null || added.id !== null) return earlier
    const { client } = yield* (yield* OauthClientsService).ensureOauthClient(earlier.userId, { name: added.name })
    const checkpoint = earlier.with({ added: { name: added.name, id: client.id } })
    yield* saveCheckpoint(files.checkpoint, checkpoint)
    return checkpoint
  })

interface Writing {
  readonly files: ExportFiles
  readonly options: ExportOptions
  readonly source: ExportSource
  readonly file: PartialFile
  readonly start: Checkpoint
  /** Told of each event after it was dealt with. */
  readonly tell: (event: PageEvent) => Effect.Effect<void>
}

const writePages = (
  { file, files, options, source, start, tell }: Writing
): Effect.Effect<Exported, Failure, Context> =>
  Effect.gen(function*() {
    const oauthClients = yield* OauthClientsService
    const progress = yield* makeProgress
    const toLine = options.secrets ? lineWithSecret : lineWithoutSecret
    const writePage = (state: Checkpoint, page: OauthClientPage) =>
      Effect.gen(function*() {
        const bytes = yield* file.append(page.clients.map(toLine).join(""))
        const next = state.with({
          bytes: state.bytes + bytes,
          clients: state.clients + page.clients.length,
          cursor: page.cursor
        })
        yield* saveCheckpoint(files.checkpoint, next)
        return next
      }).pipe(Effect.uninterruptible)

    const step = (state: Exported, event: PageEvent) =>
      Effect.gen(function*() {
        const checkpoint = event._tag === "PageFetched"
          ? yield* writePage(state.checkpoint, event.page)
          : state.checkpoint
        yield* progress.tell(event, checkpoint.clients)
        yield* tell(event)
        return { checkpoint, report: event._tag === "Completed" ? Option.some(event.report) : state.report }
      })
    const events = oauthClients.streamOauthClientEvents(source.userId, {
      perPage: start.cursor === null ? source.perPage : start.cursor.maxPerPage,
      prefetch: options.prefetch,
      resume: start.cursor ?? undefined,
      onInvalidItem: options.skipInvalid ? "skip" : "fail"
    })
    return yield* Stream.runFoldEffect(events, { checkpoint: start, report: Option.none<PageReport>() }, step)
  }).pipe(Effect.scoped)

/** Gives the file its name. Each step can be the last one of a killed run. */
const finish = (
  files: ExportFiles,
  { checkpoint, report }: Exported
): Effect.Effect<Exported, ExportError, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    const complete = checkpoint.with({ complete: true, cursor: null })
    if (!checkpoint.complete) yield* saveCheckpoint(files.checkpoint, complete)
    if (yield* fileExists(files.partial)) yield* renameFile(files.partial, files.out)
    yield* removeFiles(files.checkpoint)
    return { checkpoint: complete, report }
  }).pipe(Effect.uninterruptible)

// Encoding with the schema of OauthClient reveals the secret, so this one leaves it out.
const WithoutSecret = Schema.Struct(Struct.omit(OauthClient.fields, "secret"))

const lineWithoutSecret = (client: OauthClient): string =>
  `${JSON.stringify(Schema.encodeSync(WithoutSecret)(client))}\n`

const lineWithSecret = (client: OauthClient): string => `${JSON.stringify(Schema.encodeSync(OauthClient)(client))}\n`
