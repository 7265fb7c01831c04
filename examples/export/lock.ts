/** Prevents two exports from writing the same file. The other one may be left over from a run whose npm was killed. */
import type * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { say } from "../support/terminal.js"
import type { ExportError } from "./exportFiles.js"
import { cannot, fail } from "./exportFiles.js"

class Held extends Data.TaggedError("Held")<{ readonly holder: number }> {}

/** Locks a file until the scope closes. Waits for another process that holds the lock, up to a limit. */
export const lock = (
  out: string,
  patience: Duration.DurationInput = "1 minute"
): Effect.Effect<void, ExportError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    const path = `${out}.lock`
    const take = Effect.acquireRelease(takeOnce(path), () => Effect.ignore(fileSystem.remove(path, { force: true })))
    const patiently = Effect.retry(take, {
      while: ({ _tag }) => _tag === "Held",
      schedule: Schedule.upTo(Schedule.spaced("200 millis"), patience)
    })
    yield* take.pipe(
      Effect.catchTag("Held", ({ holder }) =>
        Effect.zipRight(say(`process ${holder} is writing ${out}: waiting until it is done`), patiently))
    )
  }).pipe(
    Effect.catchTags({
      Held: ({ holder }) =>
        fail(`process ${holder} is writing ${out}; if it is not, remove ${out}.lock`),
      BadArgument: cannot(`write ${out}`),
      SystemError: cannot(`write ${out}`)
    })
  )

const takeOnce = (
  path: string
): Effect.Effect<void, Held | PlatformError.PlatformError, FileSystem.FileSystem> =>
  Effect.catchIf(create(path), failedWith("AlreadyExists"), () =>
    Effect.gen(function*() {
      const fileSystem = yield* FileSystem.FileSystem
      const holder = Number(
        // The lock was released in the meantime.
        yield* Effect.catchIf(fileSystem.readFileString(path), failedWith("NotFound"), () => Effect.succeed(""))
      )
      // A restarted container may give this process the same ID.
      if (holder !== process.pid && (yield* isRunning(holder))) return yield* new Held({ holder })
      yield* fileSystem.remove(path, { force: true })
      yield* takeOnce(path)
    }))

const failedWith = (reason: PlatformError.SystemErrorReason) => (error: PlatformError.PlatformError): boolean =>
  error._tag === "SystemError" && error.reason === reason

// Written to another file and then linked, so that a lock always has its process ID. Fails if a lock exists.
const create = (path: string) =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    const aside = `${path}.${process.pid}`
    const text = String(process.pid)
    yield* fileSystem.writeFileString(aside, text).pipe(
      Effect.zipRight(fileSystem.link(aside, path)),
      // Not every file system supports links.
      Effect.catchIf(Predicate.not(failedWith("AlreadyExists")), () =>
        fileSystem.writeFileString(path, text, { flag: "wx" })),
      Effect.ensuring(Effect.ignore(fileSystem.remove(aside, { force: true })))
    )
  })

const isRunning = (processId: number) =>
  Effect.gen(function*() {
    // Anything but a number was not written by this program; 0 and below would address process groups.
    if (!Number.isInteger(processId) || processId <= 0 || !isKnown(processId)) return false
    const fileSystem = yield* FileSystem.FileSystem
    // On Linux, "17 (node) Z …" is a zombie process; its name may hold anything.
    const status = yield* Effect.orElseSucceed(fileSystem.readFileString(`/proc/${processId}/stat`), () => "")
    return !status.slice(status.lastIndexOf(")")).startsWith(") Z")
  })

const isKnown = (processId: number): boolean => {
  try {
    // Signal 0 only checks that the process exists.
    return process.kill(processId, 0)
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}
