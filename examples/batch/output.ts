/** The output of a batch: a file of clients, and a table of its users. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { dirname } from "node:path"
import type { ExportError } from "../export/exportFiles.js"
import { cannot, fail, isDirectory, removeFiles, renameFile } from "../export/exportFiles.js"
import { tableOf } from "../support/terminal.js"
import type { Row } from "../support/terminal.js"
import type { BatchError } from "./BatchError.js"
import type { ClientRow, JobStatus, UserFailure } from "./BatchStore.js"
import { BatchStore } from "./BatchStore.js"

/** Fails before any request is sent if the file cannot be written. */
export const checkOutput = (out: string): Effect.Effect<void, ExportError, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    if (yield* isDirectory(out)) return yield* fail(`${out} is a directory`)
    const fileSystem = yield* FileSystem.FileSystem
    yield* fileSystem.access(dirname(out), { writable: true })
  }).pipe(Effect.catchTags({ BadArgument: cannot(`write ${out}`), SystemError: cannot(`write ${out}`) }))

/** Writes all clients of a job, one JSON object per line, to a temporary file that is renamed once it is complete. */
export const writeClients = (
  job: string,
  out: string
): Effect.Effect<void, BatchError | ExportError, BatchStore | FileSystem.FileSystem> =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    const store = yield* BatchStore
    const temporary = `${out}.partial`
    yield* Effect.gen(function*() {
      const file = yield* fileSystem.open(temporary, { flag: "w", mode: 0o600 })
      yield* Stream.runForEachChunk(store.rows(job), (rows) => {
        const text = Array.from(rows, lineOf).join("")
        return text === "" ? Effect.void : file.writeAll(new TextEncoder().encode(text))
      })
      yield* file.sync
    }).pipe(
      Effect.scoped,
      Effect.catchTags({ BadArgument: cannot(`write ${out}`), SystemError: cannot(`write ${out}`) }),
      Effect.onError(() => Effect.ignore(removeFiles(temporary)))
    )
    yield* renameFile(temporary, out)
  })

const lineOf = ({ client, userId }: ClientRow): string => `${JSON.stringify({ userId, ...JSON.parse(client) })}\n`

/** The result of a job as a table, with a second one of its failures by error. */
export const summary = (status: JobStatus, failures: ReadonlyArray<UserFailure>): string => {
  const { clients, job, users } = status
  const rows: Array<Row> = [["job", job], ["users", users.done], ["clients", clients], ["failed users", users.failed]]
  const byError = Object.entries(Arr.groupBy(failures, ({ error }) => error))
  if (byError.length === 0) return tableOf(rows)
  const listed = byError.flatMap(([error, failed]): ReadonlyArray<Row> => {
    const shown = failed.slice(0, shownUsers).map(({ userId }) => userId)
    const rest = failed.length - shown.length
    return [[`${error} (${failed.length})`, [...shown, ...rest > 0 ? [`and ${rest} more`] : []].join("\n")]]
  })
  return `${tableOf(rows)}\n${tableOf(listed)}`
}

/** The number of failures to list for each error. The store has all of them. */
const shownUsers = 20
