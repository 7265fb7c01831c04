/** A PostgreSQL server in a temporary folder, on the loopback interface, for as long as a test needs it. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ChildProcess } from "node:child_process"
import { execFileSync, spawn } from "node:child_process"
import { chownSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import * as Path from "node:path"

export interface Postgres {
  readonly url: string
  /** Ends the server as a crash would, and starts it again. */
  readonly restart: (away: number) => Effect.Effect<void>
}

// Debian keeps its programs out of the PATH.
const programs = (): string => {
  const root = "/usr/lib/postgresql"
  const [latest] = readdirSync(root).sort((a, b) => Number(b) - Number(a))
  return Path.join(root, latest ?? "", "bin")
}

/** PostgreSQL refuses to run as root. */
const account = () =>
  process.getuid?.() === 0
    ? { uid: Number(execFileSync("id", ["-u", "postgres"])), gid: Number(execFileSync("id", ["-g", "postgres"])) }
    : {}

export const freePort: Effect.Effect<number> = Effect.async((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0)))
  })
})

export const startPostgres: Effect.Effect<Postgres, never, Scope.Scope> = Effect.gen(function*() {
  const port = yield* freePort
  const bin = programs()
  const user = account()
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(Path.join(tmpdir(), "postgres-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
  const data = Path.join(folder, "data")
  execFileSync(Path.join(bin, "initdb"), ["-D", data, "-U", "batch", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"], {
    ...user,
    cwd: folder,
    stdio: "ignore"
  })
  let server: ChildProcess | undefined
  const start = Effect.sync(() => {
    const flags = ["-h", "127.0.0.1", "-k", folder, "-c", "fsync=off", "-c", "max_connections=100"]
    server = spawn(Path.join(bin, "postgres"), ["-D", data, "-p", String(port), ...flags], {
      ...user,
      cwd: folder,
      stdio: "ignore"
    })
  })
  // SIGQUIT: it ends at once, and recovers when it starts.
  const stop = Effect.async<void>((resume) => {
    if (server === undefined || server.exitCode !== null) return resume(Effect.void)
    server.once("exit", () => resume(Effect.void))
    server.kill("SIGQUIT")
  })
  yield* Effect.acquireRelease(start, () => stop)
  const ready = Effect.sync(() => {
    execFileSync(Path.join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)], { stdio: "ignore" })
  })
  const isReady = ready.pipe(Effect.sandbox, Effect.delay("100 millis"), Effect.eventually)
  yield* isReady
  return {
    url: `postgres://batch@127.0.0.1:${port}/postgres`,
    restart: (away) => stop.pipe(Effect.zipRight(Effect.sleep(away)), Effect.zipRight(start), Effect.zipRight(isReady))
  }
})
