import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import * as Path from "node:path"
import { command } from "../../examples/batch/command.js"
import { readUsers } from "../../examples/batch/users.js"
import { runCommand } from "../../examples/support/commandLine.js"
import { ServedFake, serveFake } from "../../examples/support/serveFake.js"
import { seed, times } from "../support/runs.js"
import type { Ended } from "./programs.js"
import {
  commandOf,
  keysOfFake,
  runCommand as startCommand,
  runExample,
  startExample,
  temporaryDirectory
} from "./programs.js"

const program = "examples/batch/main.ts"
const limits = { timeout: times(120_000, 1_200_000) }

const users = (count: number, clients: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `user-${index}`, clients }))

/** A batch of all users of the served fake, in a directory of its own. */
const batchOfAll = Effect.gen(function*() {
  const { userIds } = yield* FakeProcessMaker
  const { environment } = yield* ServedFake
  const directory = yield* temporaryDirectory
  const file = (name: string) => Path.join(directory, name)
  writeFileSync(file("users.txt"), userIds.join("\n"))
  const args = ["--store", file("batch.db"), "--out", file("out.ndjson"), "--users", file("users.txt")]
  return {
    args,
    environment,
    file,
    run: (overrides: Readonly<Record<string, string>> = {}) =>
      runExample(program, args, { ...environment, ...overrides })
  }
})

const rowsIn = (file: string): ReadonlyArray<{ readonly userId: string; readonly id: string }> =>
  readFileSync(file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))

const keysIn = (file: string) => rowsIn(file).map(({ id, userId }) => `${userId}/${id}`)

/** Each list gains or loses two clients at its second request, in front of what is read. */
const movingLists = (userIds: ReadonlyArray<string>) =>
  userIds.map((userId, index) =>
    Fault.on(
      { userId, nth: 2 },
      index % 2 === 0 ? Fault.insertClients(2, { at: "start" }) : Fault.deleteClients(2, { at: "start" })
    )
  )

const oneLine = (ended: Ended, line: RegExp) => {
  assert.strictEqual(ended.code, 1, ended.stderr)
  assert.match(ended.stderr.trimEnd().split("\n").at(-1) ?? "", line)
  assert.notMatch(ended.stderr, /\n\s+at /)
}

describe("a batch in one process", () => {
  it.scopedLive("with nothing set, exports 200 users of a fake of its own", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const file = (name: string) => Path.join(directory, name)
      const args = ["--store", file("b.db"), "--out", file("b.ndjson"), "--html", file("b.html"), "--concurrency", "20"]
      const { code, stderr, stdout } = yield* runExample(program, args)
      assert.strictEqual(code, 0, stderr)
      assert.match(stderr, /^PROCESSMAKER_BASE_URL is not set: started a fake server/)
      assert.match(stderr, /^200 of 200 users, 7610 clients, \d+\/s$/m)
      // eslint-disable-next-line no-control-regex
      assert.notMatch(stderr + stdout, /[\u001b\r]/)
      assert.match(stdout, /clients +│ 7610/)
      const keys = keysIn(file("b.ndjson"))
      assert.strictEqual(keys.length, 7610)
      assert.strictEqual(new Set(keys).size, 7610)
      assert.hasAllKeys(rowsIn(file("b.ndjson"))[0], [
        "userId",
        "id",
        "name",
        "personalAccessClient",
        "passwordClient",
        "revoked",
        "createdAt",
        "updatedAt"
      ])
      assert.include(readFileSync(file("b.html"), "utf8"), "7,610")
      assert.isFalse(existsSync(file("b.ndjson.partial")))
    }), limits)

  const kills = times(3, 50)
  // Short lists, and some whose place is stored on the way.
  const killed = Array.from({ length: 8 * (kills + 1) }, (_, index) => ({
    id: `user-${index}`,
    clients: index % 8 === 0 ? 600 : 110
  }))
  it.scopedLive(
    `killed ${kills} times while lists move, it has every client once`,
    () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const { args, environment, file, run } = yield* batchOfAll
        const before = yield* keysOfFake
        // In this order: a request has the first fault that it matches.
        yield* fake.script(
          ...movingLists(fake.userIds),
          Fault.on({ operation: "findOauthClients" }, Fault.always(Fault.delay("20 millis")))
        )
        let requests = 0
        for (let kill = 0; kill < kills; kill++) {
          const running = yield* startExample(program, [...args, "--concurrency", "3"], environment)
          const more = yield* Random.nextIntBetween(1, 12)
          yield* Effect.repeat(Effect.delay(fake.requests, "5 millis"), {
            until: (all) => all.length >= requests + more
          })
          yield* Effect.sleep(yield* Random.nextIntBetween(0, 40))
          yield* running.kill("SIGKILL")
          assert.strictEqual((yield* running.ended).signal, "SIGKILL")
          requests = (yield* fake.requests).length
          assert.isFalse(existsSync(file("out.ndjson")))
        }
        const ended = yield* run()
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.deepStrictEqual(yield* fake.pendingFaults, [])
        const exported = keysIn(file("out.ndjson"))
        assert.strictEqual(new Set(exported).size, exported.length)
        const has = new Set(exported)
        const after = new Set(yield* keysOfFake)
        assert.deepStrictEqual(before.filter((key) => after.has(key) && !has.has(key)), [])
        const written = readFileSync(file("batch.db"), "latin1") + readFileSync(file("out.ndjson"), "utf8") +
          ended.stderr
        // Credentials, tokens, and the secrets of some clients: those of all would take longer than the rest.
        for (const secret of Array.from(yield* fake.secrets).slice(0, 500)) {
          assert.isFalse(written.includes(Redacted.value(secret)))
        }
      }).pipe(
        Effect.withRandom(Random.make(seed)),
        Effect.provide(serveFake({ users: killed, keepRequests: 1_000_000 }))
      ),
    limits
  )

  it.scopedLive("records who failed, ends with 2, and tries them alone again", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const { file, run } = yield* batchOfAll
      writeFileSync(file("users.txt"), "user-0\n# on leave\nuser-1\n\nuser-0\nnobody\nuser-2")
      yield* fake.script(Fault.on({ userId: "user-1" }, Fault.respond({ status: 403, body: { error: "Forbidden" } })))
      const first = yield* run()
      assert.strictEqual(first.code, 2, first.stderr)
      assert.match(first.stdout, /ProcessMakerForbidden \(1\) +│ user-1/)
      assert.match(first.stdout, /ProcessMakerNotFound \(1\) +│ nobody/)
      assert.match(first.stdout, /failed users +│ 2/)
      assert.sameMembers([...new Set(rowsIn(file("out.ndjson")).map(({ userId }) => userId))], ["user-0", "user-2"])
      yield* fake.clearRequests
      const second = yield* run()
      assert.strictEqual(second.code, 2, second.stderr)
      assert.strictEqual(keysIn(file("out.ndjson")).length, 60)
      const asked = new Set((yield* fake.requests).map(({ path }) => path.split("/")[4]))
      assert.notInclude([...asked], "user-0")
    }).pipe(Effect.provide(serveFake({ users: users(3, 20) }))), limits)

  it.scopedLive(
    "ends at once with one clear line for a wrong password, and goes on with the right one",
    () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const { file, run } = yield* batchOfAll
        oneLine(yield* run({ PROCESSMAKER_PASSWORD: "not the password" }), /^batch: .* password is wrong/)
        assert.strictEqual((yield* fake.requests).length, 1)
        assert.isFalse(existsSync(file("out.ndjson")))
        const ended = yield* run()
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.sameMembers([...keysIn(file("out.ndjson"))], [...(yield* keysOfFake)])
        // All is done: the file is written again, and nothing asked.
        yield* fake.clearRequests
        const again = yield* run()
        assert.strictEqual(again.code, 0, again.stderr)
        assert.include(again.stderr, "job \"export\" is already done")
        assert.strictEqual((yield* fake.requests).length, 0)
      }).pipe(Effect.provide(serveFake({ users: users(12, 30) }))),
    limits
  )

  for (const [what, blocks] of [["store", 500], ["output", 2000]] as const) {
    it.scopedLive(
      `ends with one clear line when the disk of the ${what} is full, and goes on when it is not`,
      () =>
        Effect.gen(function*() {
          const { args, environment, file, run } = yield* batchOfAll
          // A limit on the size of files, in blocks of 512 bytes, stands in for a full disk.
          const command = commandOf(program, args).join(" ")
          const full = yield* startCommand(
            ["sh", "-c", `trap '' XFSZ; ulimit -f ${blocks}; exec ${command}`],
            environment
          )
          oneLine(full, /^batch: cannot write .*/)
          assert.isFalse(existsSync(file("out.ndjson")))
          assert.isFalse(existsSync(file("out.ndjson.partial")))
          const ended = yield* run()
          assert.strictEqual(ended.code, 0, ended.stderr)
          assert.sameMembers([...keysIn(file("out.ndjson"))], [...(yield* keysOfFake)])
        }).pipe(Effect.provide(serveFake({ users: users(10, what === "store" ? 400 : 100) }))),
      limits
    )
  }

  it.scopedLive("ends with one clear line for an option that there is not", () =>
    Effect.gen(function*() {
      const ended = yield* runExample(program, ["--bogus"])
      oneLine(ended, /^batch: Unknown option '--bogus' \(--help says more\)$/)
      assert.strictEqual(ended.stderr.trimEnd().split("\n").length, 1)
    }), limits)
})

describe("the command line of a batch", () => {
  const run = (...args: ReadonlyArray<string>) => runCommand(command, args).pipe(Effect.provide(NodeContext.layer))

  const refuses = (what: string, message: RegExp, args: ReadonlyArray<string>) =>
    it.scopedLive(`refuses ${what}`, () =>
      Effect.gen(function*() {
        const directory = yield* temporaryDirectory
        const error = yield* Effect.flip(run(...args.map((arg) => arg.replace("DIR", directory))))
        assert.match(error.message, message)
        assert.deepStrictEqual(readdirSync(directory), [])
      }).pipe(Effect.withConfigProvider(ConfigProvider.fromMap(new Map()))))

  refuses("a number out of range", /^--concurrency must be a whole number/, ["--concurrency", "0"])
  refuses("a file of users that is not there", /^cannot read .*ENOENT/, ["--users", "DIR/no"])
  refuses("an output that is a directory", /is a directory$/, ["--out", "DIR"])
  refuses("a runner without a database", /set BATCH_DATABASE_URL/, ["runner"])
  refuses("a sub-command's option that there is not", /^Unknown option '--bogus'$/, ["status", "--bogus"])

  for (const name of [[], ["runner"], ["submit"], ["status"], ["write"]]) {
    it.live(`explains ${["batch", ...name].join(" ")} with --help`, () =>
      Effect.gen(function*() {
        const printed: Array<unknown> = []
        yield* Effect.consoleWith((console) =>
          Effect.withConsole(run(...name, "--help"), {
            ...console,
            log: (...texts) => Effect.sync(() => void printed.push(...texts))
          })
        )
        assert.match(printed.join("\n"), name[0] === "runner" ? /^--port n/m : /^--job name/m)
      }))
  }
})

describe("a file of users", () => {
  const read = (text: string) =>
    Effect.gen(function*() {
      const file = Path.join(yield* temporaryDirectory, "users.txt")
      writeFileSync(file, text)
      return yield* Effect.either(readUsers(file))
    }).pipe(Effect.provide(NodeContext.layer))

  it.scopedLive("may have blanks, comments, doubles, and lines of any system", () =>
    Effect.gen(function*() {
      const text = "\uFEFF a \r\n\r\nb#1\t# the second\n# none\n  # none either\na\r\u00a0c\n"
      assert.deepStrictEqual(yield* read(text), Either.right(["a", "b#1", "c"]))
    }))

  it.scopedLive("is refused, with the line, for what is no id", () =>
    Effect.gen(function*() {
      for (const [text, line] of [["a\nb c", 2], ["..", 1], [`a\n\n${"x".repeat(256)}`, 3], ["a\u0000", 1]] as const) {
        assert.match(
          Either.getOrThrow(Either.flip(yield* read(text))).message,
          new RegExp(`line ${line}: .* is not a user ID$`)
        )
      }
      assert.match(Either.getOrThrow(Either.flip(yield* read("# nobody\n"))).message, /has no user IDs$/)
    }))
})
