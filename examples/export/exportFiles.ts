/** The files of an export, written so that it can resume after a crash at any time. */
import type * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Path from "node:path"

/** The export cannot continue, for a reason other than the API. */
export class ExportError extends Data.TaggedError("ExportError")<{ readonly message: string }> {}

export const fail = (message: string): Effect.Effect<never, ExportError> => Effect.fail(new ExportError({ message }))

/** Fails with the operation, the file and the reason. */
export const cannot = (what: string) => (error: PlatformError.PlatformError): Effect.Effect<never, ExportError> =>
  // Node's message, "ENOENT: no such file or directory, open '...'", up to the comma.
  fail(
    `cannot ${what}: ${error.description?.split(",")[0] ?? (error._tag === "SystemError" ? error.reason : error._tag)}`
  )

/** The partial file. */
export interface PartialFile {
  /** Writes and syncs a text, and returns its length in bytes. */
  readonly append: (text: string) => Effect.Effect<number, ExportError>
}

/** Opens the file to append after this number of bytes, and truncates what a killed run wrote after them. */
export const openPartial = (
  path: string,
  bytes: number
): Effect.Effect<PartialFile, ExportError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    // Readable by the owner only, since it holds secrets with --secrets.
    const file = yield* fileSystem.open(path, { flag: "a", mode: 0o600 })
    const { size } = yield* file.stat
    if (size < bytes) {
      return yield* fail(`${path} is shorter than its checkpoint says; --restart starts over`)
    }
    yield* file.truncate(bytes)
    return {
      append: (text: string) => {
        const buffer = new TextEncoder().encode(text)
        // The last page may be empty, and writing nothing looks like a full disk.
        if (buffer.length === 0) return Effect.succeed(0)
        return Effect.as(Effect.zipRight(file.writeAll(buffer), file.sync), buffer.length).pipe(
          Effect.catchAll(cannot(`write ${path}`))
        )
      }
    }
  }).pipe(
    Effect.catchTags({ BadArgument: cannot(`write ${path}`), SystemError: cannot(`write ${path}`) })
  )

/** A rename is durable only once its directory is synced. */
const syncDirectory = (path: string) =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    const directory = yield* fileSystem.open(Path.dirname(path), { flag: "r" })
    yield* directory.sync
  }).pipe(
    Effect.scoped,
    // Windows cannot open directories, so a rename cannot be synced there.
    Effect.ignore
  )

/** Replaces a file atomically: after a crash it has either its old or its new text. */
export const replaceFile = (path: string, text: string): Effect.Effect<void, ExportError, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    const temporary = `${path}.tmp`
    yield* Effect.scoped(Effect.gen(function*() {
      const file = yield* fileSystem.open(temporary, { flag: "w", mode: 0o600 })
      yield* file.writeAll(new TextEncoder().encode(text))
      yield* file.sync
    }))
    yield* fileSystem.rename(temporary, path)
    yield* syncDirectory(path)
  }).pipe(Effect.catchTags({ BadArgument: cannot(`write ${path}`), SystemError: cannot(`write ${path}`) }))

export const renameFile = (from: string, to: string): Effect.Effect<void, ExportError, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fileSystem) => fileSystem.rename(from, to)).pipe(
    Effect.zipRight(syncDirectory(to)),
    Effect.catchTags({ BadArgument: cannot(`write ${to}`), SystemError: cannot(`write ${to}`) })
  )

export const removeFiles = (
  ...paths: ReadonlyArray<string>
): Effect.Effect<void, ExportError, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fileSystem) =>
    Effect.forEach(
      paths,
      (path) => Effect.catchAll(fileSystem.remove(path, { force: true }), cannot(`remove ${path}`)),
      { discard: true }
    ))

export const fileExists = (path: string): Effect.Effect<boolean, ExportError, FileSystem.FileSystem> =>
  Effect.flatMap(
    FileSystem.FileSystem,
    (fileSystem) => Effect.catchAll(fileSystem.exists(path), cannot(`read ${path}`))
  )

export const isDirectory = (path: string): Effect.Effect<boolean, never, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fileSystem) => fileSystem.stat(path)).pipe(
    Effect.match({ onFailure: () => false, onSuccess: ({ type }) => type === "Directory" })
  )
