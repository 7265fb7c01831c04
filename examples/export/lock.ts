/** Keeps two exports from writing one file. The other one may be what is left of a run whose npm was killed. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { ExportError } from "./exportFiles.js"
import { cannot, fail } from "./exportFiles.js"
import { say } from "./progress.js"

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

const takeOnce = (path: string) =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    const write = fileSystem.writeFileString(path, String(process.pid), { flag: "wx" })
    yield* Effect.catchTag(write, "SystemError", (error) =>
      error.reason === "AlreadyExists"
        ? Effect.gen(function*() {
          const holder = Number(yield* fileSystem.readFileString(path))
          // A container that starts again may give the same number to this process.
          if (holder !== process.pid && isRunning(holder)) return yield* new Held({ holder })
          yield* fileSystem.remove(path, { force: true })
          yield* write
        })
        : Effect.fail(error))
  })

const isRunning = (processId: number): boolean => {
  try {
    // Signal 0 only asks.
    return process.kill(processId, 0)
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}
