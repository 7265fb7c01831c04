/** Child processes that end with the scope they were started in. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import type { SpawnOptions } from "node:child_process"
import type { Readable } from "node:stream"

export class Trouble extends Data.TaggedError("Trouble")<{ readonly message: string }> {}

export interface Child {
  readonly streams: ReadonlyArray<Readable | null | undefined>
  /** What it printed so far, and to both: warnings and errors too. */
  readonly printed: () => string
  readonly said: () => string
  readonly end: Effect.Effect<number | string>
}

export const started = (
  command: string,
  args: ReadonlyArray<string>,
  options: SpawnOptions = {}
): Effect.Effect<Child, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options })
        const texts = { printed: "", said: "" }
        child.on("error", (error) => texts.said += error.message)
        child.stdout?.on("data", (chunk) => {
          texts.printed += chunk
          texts.said += chunk
        })
        child.stderr?.on("data", (chunk) => texts.said += chunk)
        const closed = new Promise<number | string>((resolve) => {
          child.once("close", (code, signal) => resolve(code ?? signal ?? "no code"))
        })
        return { child, texts, end: Effect.promise(() => closed) }
      }),
      ({ child, end }) =>
        Effect.gen(function*() {
          for (const signal of ["SIGTERM", "SIGKILL"] as const) {
            if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
              child.kill(signal)
              yield* Effect.timeoutOption(end, "5 seconds")
            }
          }
        })
    ),
    ({ child, end, texts }) => ({
      streams: child.stdio as ReadonlyArray<Readable | null | undefined>,
      printed: () => texts.printed,
      said: () => texts.said.trim(),
      end
    })
  )

/** Runs a command to its end: what it printed, or why it failed. */
export const run = (
  command: string,
  args: ReadonlyArray<string>,
  options: SpawnOptions = {}
): Effect.Effect<string, Trouble> =>
  Effect.gen(function*() {
    const child = yield* started(command, args, options)
    const code = yield* child.end
    if (code === 0) return child.printed()
    return yield* Effect.fail(new Trouble({ message: `${command} ended with ${code}: ${child.said()}` }))
  }).pipe(Effect.scoped)
