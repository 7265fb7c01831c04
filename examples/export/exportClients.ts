/**
 * The export: writes clients to a partial file, page by page, with a checkpoint after each page. A killed run loses at
 * most what it wrote after its last checkpoint; the next run truncates the file there and reads the rest again.
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

/** The user and the source of an export. */
export interface ExportSource {
  readonly name: string
  readonly userId: string
  readonly perPage: number
}

export interface Exported {
  readonly checkpoint: Checkpoint
  /** None if an earlier run had read everything. */
  readonly report: Option.Option<PageReport>
}

type Failure = ExportError | OauthClientsStreamError
type Context = FileSystem.FileSystem | OauthClientsService

/** The checkpoint to resume from. A checkpoint of another export is an error, so that their files are not mixed up. */
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
    // A checkpoint without progress can be overwritten.
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
    // Opened before any request is sent, so that no client is added if the output cannot be written.
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

/** Adds a client, unless disabled, and reads it back. */
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
    // Stored before the client is added: if this run is killed in between, the next one searches for the name.
    yield* saveCheckpoint(files.checkpoint, plan)
    if (!options.add) return plan
    const { id } = yield* oauthClients.addOauthClient(userId, { name }).pipe(
      Effect.catchIf(
        ({ outcome }) => outcome === "unknown",
        // The name is unique. The client may take a moment to appear in the list.
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

/** An export that failed before its first page removes its files, unless it has added a client. */
const forgetIfEmpty = (files: ExportFiles) =>
  Effect.flatMap(
    readCheckpoint(files.checkpoint),
    (checkpoint) =>
      Option.exists(checkpoint, ({ added, cursor }) => added === null && cursor === null)
        ? removeFiles(files.checkpoint, files.partial)
        : Effect.void
  )

/** Searches for the client of the killed run first, so that no second one is added. */
const resume = (files: ExportFiles, earlier: Checkpoint): Effect.Effect<Checkpoint, Failure, Context> =>
  Effect.gen(function*() {
    const { added, clients, cursor } = earlier
    yield* say(`resuming: ${clients} clients are written, continuing at page ${cursor?.page ?? 1}`)
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
  /** Called with each event after it was handled. */
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

/** Renames the partial file. A run may be killed after any step. */
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
