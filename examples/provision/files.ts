/** The files of `provision.ts`: the wanted clients, and optionally their secrets. */
import type * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { NewOauthClient } from "effect-processmaker-oauth"
import type { OauthClient } from "effect-processmaker-oauth"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

/** A file that cannot be used. */
export class FileError extends Data.TaggedError("FileError")<{ readonly message: string }> {}

const cannot = (what: string) => (error: PlatformError.PlatformError): FileError =>
  new FileError({ message: `cannot ${what}: ${error._tag === "SystemError" ? error.reason : error.message}` })

const decode = Schema.decode(Schema.parseJson(Schema.NonEmptyArray(NewOauthClient)), {
  errors: "all",
  // A misspelled flag would otherwise be ignored.
  onExcessProperty: "error"
})

/** Validates all clients before the first is added. */
export const readWanted = (
  path: string
): Effect.Effect<ReadonlyArray<NewOauthClient>, FileError, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    const text = yield* Effect.mapError(fileSystem.readFileString(path), cannot(`read ${path}`))
    return yield* Effect.mapError(decode(text), (error) => {
      const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
      return new FileError({
        message: `${path} is invalid: ${
          issues.map(({ message, path }) => `${path.length === 0 ? "" : `${path.join(".")}: `}${message}`).join("; ")
        }`
      })
    })
  })

export interface Secrets {
  /** Writes the secret if the server returned it and the file does not have it yet. */
  readonly save: (client: OauthClient) => Effect.Effect<void, FileError>
}

const nowhere: Secrets = { save: () => Effect.void }

/** Opens the file for appending. A new file is accessible by its owner only. */
export const openSecrets = (
  path: string | undefined
): Effect.Effect<Secrets, FileError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function*() {
    if (path === undefined) return nowhere
    const fileSystem = yield* FileSystem.FileSystem
    const file = yield* fileSystem.open(path, { flag: "a", mode: 0o600 })
    const { mode, type } = yield* file.stat
    // Windows has no file modes.
    if (type !== "File" || (process.platform !== "win32" && (mode & 0o077) !== 0)) {
      return yield* new FileError({
        message: `${path} is accessible to other users: secrets are written only to a file with mode 0600`
      })
    }
    const text = yield* fileSystem.readFileString(path)
    const lines = new Set(text.split("\n"))
    // A killed run may have left half a line.
    let start = text === "" || text.endsWith("\n") ? "" : "\n"
    return {
      save: ({ id, name, secret }: OauthClient) => {
        if (Option.isNone(secret)) return Effect.void
        const line = JSON.stringify({ id, name, secret: Redacted.value(secret.value) })
        if (lines.has(line)) return Effect.void
        return file.writeAll(new TextEncoder().encode(`${start}${line}\n`)).pipe(
          Effect.zipRight(file.sync),
          Effect.tap(() => {
            lines.add(line)
            start = ""
          }),
          Effect.mapError(cannot(`write ${path}`))
        )
      }
    }
  }).pipe(
    Effect.catchTags({
      BadArgument: (error) => cannot(`write ${path}`)(error),
      SystemError: (error) => cannot(`write ${path}`)(error)
    })
  )
