import * as NodeContext from "@effect/platform-node/NodeContext"
import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { spawn } from "node:child_process"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import * as Path from "node:path"
import { lock } from "../../examples/export/lock.js"
import { temporaryDirectory } from "./programs.js"

const output = Effect.map(temporaryDirectory, (directory) => Path.join(directory, "clients.ndjson"))

/** Two processes: one that runs, and a child of its that soon ends and that it does not ask for. */
const parentOfZombie = Effect.acquireRelease(
  Effect.async<{ readonly parent: number; readonly zombie: number; readonly stop: () => void }>((resume) => {
    const shell = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] })
    shell.stdout.once(
      "data",
      (line) =>
        resume(Effect.succeed({ parent: shell.pid ?? 0, zombie: Number(line), stop: () => shell.kill("SIGKILL") }))
    )
  }),
  ({ stop }) => Effect.sync(stop)
)

/** The file system of the machine, with some of its operations changed. */
const changed = (change: (real: FileSystem.FileSystem) => Partial<FileSystem.FileSystem>) =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (real) => ({ ...real, ...change(real) }))
  ).pipe(Layer.provide(NodeContext.layer))

describe("the lock of an export", () => {
  it.scopedLive("is there with the number of its process, and gone afterwards", () =>
    Effect.gen(function*() {
      const out = yield* output
      yield* Effect.scoped(Effect.gen(function*() {
        yield* lock(out)
        assert.strictEqual(readFileSync(`${out}.lock`, "utf8"), String(process.pid))
        assert.deepStrictEqual(readdirSync(Path.dirname(out)), ["clients.ndjson.lock"])
      }))
      assert.deepStrictEqual(readdirSync(Path.dirname(out)), [])
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("is waited for while another process has it", () =>
    Effect.gen(function*() {
      const out = yield* output
      const { parent } = yield* parentOfZombie
      writeFileSync(`${out}.lock`, String(parent))
      const { message } = yield* Effect.flip(lock(out, "300 millis"))
      assert.include(message, `process ${parent} is writing`)
      assert.strictEqual(readFileSync(`${out}.lock`, "utf8"), String(parent))
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive.skipIf(process.platform !== "linux")(
    "is not waited for when its process is a zombie",
    () =>
      Effect.gen(function*() {
        const out = yield* output
        const { zombie } = yield* parentOfZombie
        yield* Effect.repeat(Effect.sync(() => readFileSync(`/proc/${zombie}/stat`, "utf8")), {
          until: (status) => status.includes(") Z "),
          schedule: Schedule.spaced("20 millis")
        })
        // Asked for, it answers.
        assert.isTrue(process.kill(zombie, 0))
        writeFileSync(`${out}.lock`, String(zombie))
        yield* lock(out, "300 millis")
        assert.strictEqual(readFileSync(`${out}.lock`, "utf8"), String(process.pid))
      }).pipe(Effect.provide(NodeContext.layer))
  )

  for (const text of ["", "0", "-1", "1.5", "junk"]) {
    it.scopedLive(`is not waited for when it says "${text}"`, () =>
      Effect.gen(function*() {
        const out = yield* output
        writeFileSync(`${out}.lock`, text)
        yield* lock(out, "300 millis")
        assert.strictEqual(readFileSync(`${out}.lock`, "utf8"), String(process.pid))
      }).pipe(Effect.provide(NodeContext.layer)))
  }

  it.scopedLive("is not there without its number, whenever the process is killed", () =>
    Effect.gen(function*() {
      const out = yield* output
      yield* Effect.exit(lock(out))
      assert.isFalse(existsSync(`${out}.lock`))
    }).pipe(Effect.provide(changed((real) => ({
      // Killed between opening a file and writing to it.
      writeFileString: (path, _, options) =>
        Effect.zipRight(Effect.orDie(real.writeFileString(path, "", options)), Effect.dieMessage("killed"))
    })))))

  it.scopedLive("does without links where there are none", () =>
    Effect.gen(function*() {
      const out = yield* output
      yield* lock(out)
      assert.strictEqual(readFileSync(`${out}.lock`, "utf8"), String(process.pid))
      const { parent } = yield* parentOfZombie
      writeFileSync(`${out}.lock`, String(parent))
      assert.include((yield* Effect.flip(lock(out, "300 millis"))).message, `process ${parent} is writing`)
    }).pipe(Effect.provide(changed(() => ({
      link: () =>
        Effect.fail(new PlatformError.SystemError({ reason: "Unknown", module: "FileSystem", method: "link" }))
    })))))
})
