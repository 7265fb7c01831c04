/** What a supervisor does: it knows npm, and not what npm starts. */
import { assert, describe, it } from "@effect/vitest"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import { readdirSync } from "node:fs"
import * as Path from "node:path"
import { ServedFake, serveFake } from "../../examples/support/serveFake.js"
import { runExample, startCommand, temporaryDirectory, until } from "./programs.js"

const limits = { timeout: 60_000 }

describe("--help", () => {
  const options: Readonly<Record<string, ReadonlyArray<string>>> = {
    "examples/export-clients.ts": ["--user", "--out", "--secrets", "--per-page", "--prefetch", "--add", "--restart"],
    "examples/fake.ts": ["--port", "--users", "--clients", "--profile"]
  }
  for (const [program, names] of Object.entries(options)) {
    it.live(`of ${program} explains every option, without color where nobody sees it`, () =>
      Effect.gen(function*() {
        const { code, stderr, stdout } = yield* runExample(program, ["--help"])
        assert.strictEqual(code, 0)
        assert.strictEqual(stderr, "")
        for (const name of names) assert.match(stdout, new RegExp(`^${name}\\b`, "m"))
        assert.notInclude(stdout, "\u001b")
      }), limits)
  }
})

describe("npm, told to end, ends what it runs", () => {
  it.scopedLive("npm start, which says how to go on", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const { environment } = yield* ServedFake
      yield* fake.script(Fault.on({ operation: "findOauthClients" }, Fault.always(Fault.delay("1 second"))))
      const directory = yield* temporaryDirectory
      const args = ["--out", Path.join(directory, "clients.ndjson"), "--per-page", "10"]
      const running = yield* startCommand(["npm", "start", "--", ...args], environment)
      yield* until(() => readdirSync(directory).includes("clients.ndjson.checkpoint"))
      yield* running.kill("SIGTERM")
      const { stderr } = yield* running.ended
      assert.match(stderr, /^stopped; the next run resumes from/m)
      assert.sameMembers(readdirSync(directory), ["clients.ndjson.checkpoint", "clients.ndjson.partial"])
    }).pipe(Effect.provide(serveFake({ users: [{ id: "u-7", clients: 250 }] }))), limits)

  it.scopedLive("npm run fake", () =>
    Effect.gen(function*() {
      const running = yield* startCommand(["npm", "run", "--silent", "fake"])
      yield* until(() => running.printed().includes("\n"))
      const { baseUrl } = JSON.parse(running.printed())
      const answers = Effect.match(Effect.tryPromise(() => fetch(baseUrl)), {
        onFailure: () => false,
        onSuccess: () => true
      })
      assert.isTrue(yield* answers)
      yield* running.kill("SIGTERM")
      yield* Effect.timeoutFail(running.ended, {
        duration: "30 seconds",
        onTimeout: () => new Error("it is still there")
      })
      assert.isFalse(yield* answers)
    }), limits)
})
