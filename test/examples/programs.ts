/** Runs the examples as their users do: each in a process of its own. */
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { bundleOf } from "../support/bundledExamples.js"

const root = fileURLToPath(new URL("../../", import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  /** What it has printed so far. */
  readonly printed: () => string
  /** What it has printed to stderr so far. */
  readonly said: () => string
  /** Signals this process alone, not those that it has started. */
  readonly kill: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** Once its output is closed, by all who have it. */
  readonly ended: Effect.Effect<Ended>
}

type Environment = Readonly<Record<string, string>>

// What the machine's own environment says of a tenant must not reach a test.
const environmentOf = (environment: Environment) => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PROCESSMAKER_"))),
  ...environment
})

/** The command that runs an example, in one process: a signal reaches it and not a runner above it. */
export const commandOf = (file: string, args: ReadonlyArray<string>): ReadonlyArray<string> => [
  process.execPath,
  file.startsWith("examples/") ? bundleOf(file) : file,
  ...args
]

/** The command's processes have a group of their own, and end with the scope. */
export const startCommand = (
  [command = "", ...args]: ReadonlyArray<string>,
  environment: Environment = {}
): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(command, args, {
        cwd: root,
        env: environmentOf(environment),
        detached: true,
        stdio: ["ignore", "pipe", "pipe"]
      })
      let stdout = ""
      let stderr = ""
      child.stdout.on("data", (chunk) => stdout += chunk)
      child.stderr.on("data", (chunk) => stderr += chunk)
      const ended = new Promise<Ended>((resolve, reject) => {
        child.on("error", reject)
        child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }))
      })
      return { child, ended, printed: () => stdout, said: () => stderr }
    }),
    // Fails where all have ended.
    ({ child }) => Effect.ignore(Effect.try(() => process.kill(-(child.pid ?? Number.NaN), "SIGKILL")))
  ).pipe(
    Effect.map(({ child, ended, printed, said }) => ({
      printed,
      said,
      kill: (signal) => Effect.sync(() => void child.kill(signal)),
      ended: Effect.promise(() => ended)
    }))
  )

export const startExample = (
  file: string,
  args: ReadonlyArray<string> = [],
  environment: Environment = {}
): Effect.Effect<Running, never, Scope.Scope> => startCommand(commandOf(file, args), environment)

export const runExample = (
  file: string,
  args: ReadonlyArray<string> = [],
  environment: Environment = {}
): Effect.Effect<Ended> => Effect.scoped(Effect.flatMap(startExample(file, args, environment), ({ ended }) => ended))

export const runCommand = (command: ReadonlyArray<string>, environment: Environment = {}): Effect.Effect<Ended> =>
  Effect.scoped(Effect.flatMap(startCommand(command, environment), ({ ended }) => ended))

/** Looks again and again. */
export const until = (holds: () => boolean): Effect.Effect<void, Error> =>
  Effect.sync(holds).pipe(
    Effect.zipLeft(Effect.sleep("5 millis")),
    Effect.repeat({ until: (held) => held }),
    Effect.asVoid,
    Effect.timeoutFail({ duration: "40 seconds", onTimeout: () => new Error(`never: ${holds}`) })
  )

/** A directory that is gone after the test. */
export const temporaryDirectory: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(Path.join(tmpdir(), "oauth-clients-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

/** The clients of all users of the fake, as a batch's file has them. */
export const keysOfFake = Effect.gen(function*() {
  const fake = yield* FakeProcessMaker
  const keys = yield* Effect.forEach(
    fake.userIds,
    (userId) => Effect.map(fake.clients(userId), (clients) => clients.map(({ id }) => `${userId}/${id}`))
  )
  return keys.flat()
})
