/** Keeps two exports from writing one file. The other one may be what is left of a run whose npm was killed. */
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

/** Takes the lock of a file until the scope closes. Another process that has it is waited for, within reason. */
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
        // Given back in this very moment.
        yield* Effect.catchIf(fileSystem.readFileString(path), failedWith("NotFound"), () => Effect.succeed(""))
      )
      // A container that starts again may give the same number to this process.
      if (holder !== process.pid && (yield* isRunning(holder))) return yield* new Held({ holder })
      yield* fileSystem.remove(path, { force: true })
      yield* takeOnce(path)
    }))

const failedWith = (reason: PlatformError.SystemErrorReason) => (error: PlatformError.PlatformError): boolean =>
  error._tag === "SystemError" && error.reason === reason

// Written aside and then linked, so that a lock is never without its number: fails if there is one already.
const create = (path: string) =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    const aside = `${path}.${process.pid}`
    const text = String(process.pid)
    yield* fileSystem.writeFileString(aside, text).pipe(
      Effect.zipRight(fileSystem.link(aside, path)),
      // Not every file system has links.
      Effect.catchIf(Predicate.not(failedWith("AlreadyExists")), () =>
        fileSystem.writeFileString(path, text, { flag: "wx" })),
      Effect.ensuring(Effect.ignore(fileSystem.remove(aside, { force: true })))
    )
  })

const isRunning = (processId: number) =>
  Effect.gen(function*() {
    // What is no number was not written by this program; 0 and below would ask whole groups of processes.
    if (!Number.isInteger(processId) || processId <= 0 || !isKnown(processId)) return false
    const fileSystem = yield* FileSystem.FileSystem
    // On Linux "17 (node) Z …" is a process that has ended without its parent noticing; its name may hold anything.
    const status = yield* Effect.orElseSucceed(fileSystem.readFileString(`/proc/${processId}/stat`), () => "")
    return !status.slice(status.lastIndexOf(")")).startsWith(") Z")
  })

const isKnown = (processId: number): boolean => {
  try {
    // Signal 0 only asks.
    return process.kill(processId, 0)
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}
