import { assert, describe, it } from "@effect/vitest"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { spawnSync } from "node:child_process"
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import * as Path from "node:path"
import { ServedFake, serveFake } from "../../examples/support/serveFake.js"
import type { Running } from "./programs.js"
import { commandOf, runCommand, runExample, startExample, temporaryDirectory, until } from "./programs.js"

const program = "examples/export-clients.ts"
const userId = "u-7"
const limits = { timeout: 90_000 }

const idsIn = (file: string): ReadonlyArray<string> =>
  readFileSync(file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line).id)

const readJson = (file: string) => {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch {
    return undefined
  }
}

/** Waits until the checkpoint says that this page comes next. */
const untilPage = (out: string, page: number) => until(() => (readJson(`${out}.checkpoint`)?.cursor?.page ?? 0) >= page)

const killAtPage = (running: Running, out: string, page: number) =>
  Effect.gen(function*() {
    yield* untilPage(out, page)
    yield* running.kill("SIGKILL")
    return yield* running.ended
  })

const slowFake = serveFake({ users: [{ id: userId, clients: 250 }] })
const slow = Fault.on({ operation: "findOauthClients" }, Fault.always(Fault.delay("100 millis")))

describe("the export", () => {
  it.scopedLive(
    "killed and started again, it writes each client exactly once, and no secret",
    () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const { environment } = yield* ServedFake
        yield* fake.script(slow)
        const out = Path.join(yield* temporaryDirectory, "clients.ndjson")
        const args = ["--add", "--out", out, "--per-page", "25"]

        const killed = yield* killAtPage(yield* startExample(program, args, environment), out, 4)
        assert.strictEqual(killed.signal, "SIGKILL")
        assert.isFalse(existsSync(out))
        // A page that was being written, with a line that is only half there.
        appendFileSync(`${out}.partial`, "{\"id\":\"behind the checkpoint\"}\n{\"id\":\"ha")
        yield* fake.clearRequests

        const ended = yield* runExample(program, args, environment)
        assert.strictEqual(ended.code, 0, ended.stderr)
        const clients = yield* fake.clients(userId)
        assert.deepStrictEqual(idsIn(out), clients.map(({ id }) => id))
        assert.strictEqual(clients.filter(({ name }) => name.startsWith("Export of ")).length, 1)
        const pages = (yield* fake.requests).map(({ page }) => page)
        assert.notInclude(pages, 1)
        assert.notInclude(pages, 2)
        assert.deepStrictEqual(readdirSync(Path.dirname(out)), ["clients.ndjson"])

        const written = readFileSync(out, "utf8") + ended.stdout + ended.stderr + killed.stderr
        for (const secret of yield* fake.secrets) assert.notInclude(written, Redacted.value(secret))
      }).pipe(Effect.provide(slowFake)),
    limits
  )

  it.scopedLive("the same with a fake of its own, which starts anew with each run", () =>
    Effect.gen(function*() {
      const out = Path.join(yield* temporaryDirectory, "clients.ndjson")
      for (const page of [3, 7]) {
        const killed = yield* killAtPage(yield* startExample(program, ["--out", out]), out, page)
        assert.include(killed.stderr, "PROCESSMAKER_BASE_URL is not set: started a fake server")
      }
      const ended = yield* runExample(program, ["--out", out])
      assert.strictEqual(ended.code, 0, ended.stderr)
      // Three that were there at first were deleted behind the place, and three others added.
      assert.strictEqual(new Set(idsIn(out)).size, 253)
      assert.strictEqual(idsIn(out).length, 253)
      assert.notInclude(ended.stderr, "added client")
    }), limits)

  it.scopedLive("elsewhere than on a terminal it writes plain lines", () =>
    Effect.gen(function*() {
      const out = Path.join(yield* temporaryDirectory, "clients.ndjson")
      const { code, stderr, stdout } = yield* runExample(program, ["--out", out])
      assert.strictEqual(code, 0, stderr)
      assert.match(stderr, /^page 1: 25 of 250 clients$/m)
      assert.match(stderr, /^page 6: ProcessMakerRateLimited, again in 1s/m)
      assert.match(stderr, /^253 clients written$/m)
      assert.match(stdout, /clients +│ 253/)
      assert.match(stdout, /changes of the list +│ [1-9]/)
      assert.match(stdout, /total, first and last +│ 250, 250/)
      assert.include(stdout, "is in the file exactly once")
      // eslint-disable-next-line no-control-regex
      assert.notMatch(stderr + stdout, /[\u001b\r]/)
    }), limits)

  it.scopedLive.skipIf(spawnSync("script", ["--version"]).status !== 0)(
    "on a terminal it draws a bar",
    () =>
      Effect.gen(function*() {
        const out = Path.join(yield* temporaryDirectory, "clients.ndjson")
        const command = commandOf(program, ["--out", out]).join(" ")
        const { code, stdout } = yield* runCommand(["script", "-qec", command, "/dev/null"], { TERM: "xterm" })
        assert.strictEqual(code, 0, stdout)
        assert.match(stdout, /=+ 253\/253 clients/)
        assert.match(stdout, / 0\/0 clients/)
        assert.notMatch(stdout, /= 0\/0 clients/)
        assert.notMatch(stdout, /page 1: 25 of 250 clients/)
      }),
    limits
  )

  const unread: Readonly<Record<string, (command: string) => string>> = {
    "its summary": (command) => `{ ${command}; echo "code $?" >&2; } | head -c 0`,
    "anything of it": (command) => `{ { ${command}; } 2>&1; echo "code $?" >&3; } 3>&2 | head -n 1`
  }
  for (const [what, piped] of Object.entries(unread)) {
    it.scopedLive(`it goes on when nobody reads ${what}`, () =>
      Effect.gen(function*() {
        const out = Path.join(yield* temporaryDirectory, "clients.ndjson")
        const command = commandOf(program, ["--out", out]).join(" ")
        const { stderr } = yield* runCommand(["sh", "-c", piped(command)])
        assert.match(stderr, /^code 0$/m)
        assert.notInclude(stderr, "EPIPE")
        assert.strictEqual(idsIn(out).length, 253)
        assert.deepStrictEqual(readdirSync(Path.dirname(out)), ["clients.ndjson"])
      }), limits)
  }

  it.scopedLive("asked to stop, it says that the next run goes on, and that one does", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const { environment } = yield* ServedFake
      yield* fake.script(slow)
      const out = Path.join(yield* temporaryDirectory, "clients.ndjson")
      const args = ["--out", out, "--per-page", "25"]
      const running = yield* startExample(program, args, environment)
      yield* untilPage(out, 3)
      yield* running.kill("SIGTERM")
      const stopped = yield* running.ended
      assert.strictEqual(stopped.code, 143)
      assert.include(stopped.stderr, "stopped; the next run resumes from")
      const ended = yield* runExample(program, args, environment)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.include(ended.stderr, "resuming: ")
      // On a tenant it adds no client unless it is told to.
      assert.notInclude((yield* fake.requests).map(({ operation }) => operation), "addOauthClient")
      assert.deepStrictEqual(idsIn(out), (yield* fake.clients(userId)).map(({ id }) => id))
    }).pipe(Effect.provide(slowFake)), limits)

  it.scopedLive("killed between adding a client and noting it, it adds no second one", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const { baseUrl, environment } = yield* ServedFake
      const name = "Export of 2026-01-01T00:00:00.000Z"
      const [added] = yield* fake.insertClients(userId, [{ name }])
      const out = Path.join(yield* temporaryDirectory, "clients.ndjson")
      const checkpoint = { version: 1, source: baseUrl, userId, secrets: false, added: { name, id: null } }
      const nothingRead = { cursor: null, bytes: 0, clients: 0, complete: false }
      writeFileSync(`${out}.checkpoint`, JSON.stringify({ ...checkpoint, ...nothingRead }))
      const ended = yield* runExample(program, ["--out", out], environment)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.include(ended.stdout, added?.id ?? "none")
      assert.strictEqual((yield* fake.requests).filter(({ operation }) => operation === "addOauthClient").length, 0)
    }).pipe(Effect.provide(slowFake)), limits)

  it.scopedLive("a checkpoint that is torn counts as none", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const { environment } = yield* ServedFake
      yield* fake.script(slow)
      const out = Path.join(yield* temporaryDirectory, "clients.ndjson")
      const args = ["--out", out, "--per-page", "25"]
      const running = yield* startExample(program, args, environment)
      yield* untilPage(out, 3)
      yield* running.kill("SIGKILL")
      yield* running.ended
      const text = readFileSync(`${out}.checkpoint`, "utf8")
      writeFileSync(`${out}.checkpoint`, text.slice(0, text.length / 2))
      const ended = yield* runExample(program, args, environment)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(idsIn(out), (yield* fake.clients(userId)).map(({ id }) => id))
    }).pipe(Effect.provide(slowFake)), limits)

  it.scopedLive("killed before the last rename, it has only that left to do", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* ServedFake
      const out = Path.join(yield* temporaryDirectory, "clients.ndjson")
      const checkpoint = { version: 1, source: baseUrl, userId, secrets: false, added: null, cursor: null }
      writeFileSync(`${out}.checkpoint`, JSON.stringify({ ...checkpoint, bytes: 11, clients: 1, complete: true }))
      writeFileSync(`${out}.partial`, "{\"id\":\"1\"}\n")
      const { environment } = yield* ServedFake
      const ended = yield* runExample(program, ["--out", out], environment)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(idsIn(out), ["1"])
      assert.deepStrictEqual(readdirSync(Path.dirname(out)), ["clients.ndjson"])
      assert.strictEqual((yield* (yield* FakeProcessMaker).requests).length, 0)
    }).pipe(Effect.provide(slowFake)), limits)
})

describe("the export ends with one clear line", () => {
  const fails = (
    what: string,
    expected: { readonly code: number; readonly line: RegExp; readonly requests: number },
    args: (directory: string) => ReadonlyArray<string>,
    overrides: Readonly<Record<string, string>> = {}
  ) =>
    it.scopedLive(what, () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const { environment } = yield* ServedFake
        const directory = yield* temporaryDirectory
        mkdirSync(Path.join(directory, "taken"))
        const ended = yield* runExample(program, args(directory), { ...environment, ...overrides })
        assert.strictEqual(ended.code, expected.code, ended.stderr)
        assert.match(ended.stderr, expected.line)
        assert.strictEqual(ended.stderr.trimEnd().split("\n").length, 1, ended.stderr)
        assert.strictEqual(ended.stdout, "")
        assert.strictEqual((yield* fake.requests).length, expected.requests)
        assert.deepStrictEqual(readdirSync(directory), ["taken"])
        for (const secret of yield* fake.secrets) assert.notInclude(ended.stderr, Redacted.value(secret))
      }).pipe(Effect.provide(slowFake)), limits)

  const to = (...path: ReadonlyArray<string>) => (directory: string) => ["--out", Path.join(directory, ...path)]

  fails("for a wrong password", { code: 1, line: /the user name or the password is wrong/, requests: 1 }, to("a"), {
    PROCESSMAKER_PASSWORD: "not the password"
  })
  fails(
    "for a base URL that is none",
    { code: 1, line: /PROCESSMAKER_BASE_URL must start with https/, requests: 0 },
    to("a"),
    {
      PROCESSMAKER_BASE_URL: "http://example.com/api/v1"
    }
  )
  fails("for a user that is missing", { code: 2, line: /--user or PROCESSMAKER_USER_ID/, requests: 0 }, to("a"), {
    PROCESSMAKER_USER_ID: ""
  })
  fails("for an output that cannot be written", { code: 1, line: /cannot write .*ENOENT/, requests: 0 }, to("no", "a"))
  fails("for an output that is a directory", { code: 1, line: /taken is a directory/, requests: 0 }, to("taken"))
  fails("for a flag that there is not", { code: 2, line: /Unknown option '--bogus'/, requests: 0 }, () => ["--bogus"])
  fails(
    "for a flag without its value",
    { code: 2, line: /Option '--out' needs one value/, requests: 0 },
    () => ["--out"]
  )
  fails("for a number out of range", { code: 2, line: /--per-page must be .* not "101"/, requests: 0 }, () => [
    "--per-page",
    "101"
  ])
})
