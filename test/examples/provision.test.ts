import { assert, describe, it } from "@effect/vitest"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { appendFileSync, chmodSync, readFileSync, statSync, writeFileSync } from "node:fs"
import * as Path from "node:path"
import { ServedFake, serveFake } from "../../examples/support/serveFake.js"
import { runExample, temporaryDirectory } from "./programs.js"

const program = "examples/provision.ts"
const wanted = "examples/provision/wanted.json"
const limits = { timeout: 60_000 }
const userId = "u-7"

const served = serveFake({ users: [{ id: userId, clients: 5 }] })

const provision = (...args: ReadonlyArray<string>) =>
  Effect.flatMap(ServedFake, ({ environment }) => runExample(program, args, environment))

const posts = Effect.gen(function*() {
  const requests = yield* (yield* FakeProcessMaker).requests
  return requests.filter(({ operation }) => operation === "addOauthClient").length
})

/** A file with this text. */
const fileOf = (text: string) =>
  Effect.map(temporaryDirectory, (directory) => {
    const file = Path.join(directory, "clients.json")
    writeFileSync(file, text)
    return file
  })

describe("provision.ts", () => {
  it.scopedLive("on a fake, adds what is wanted, and has nothing to do the second time", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* runExample(program, [wanted])
      assert.strictEqual(code, 0, stderr)
      const [first = "", second = ""] = stdout.split("added 3 of 3")
      for (const name of ["Billing bot", "Nightly import", "Reports"]) {
        assert.match(first, new RegExp(`${name} +. \\d+ +. added `))
        assert.match(second, new RegExp(`${name} +. \\d+ +. was there `))
      }
      assert.include(second, "nothing to do")
    }), limits)

  it.scopedLive(
    "keeps to the tenant that the environment names, and shows and writes no secret unasked",
    () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        yield* fake.script(Fault.onOperation("addOauthClient", Fault.resetAfter))
        const runs = [yield* provision(wanted), yield* provision(wanted)]
        assert.deepStrictEqual(runs.map(({ code }) => code), [0, 0], runs[0]?.stderr)
        assert.deepStrictEqual([yield* posts, (yield* fake.clients(userId)).length], [3, 8])
        assert.match(runs[1]?.stdout ?? "", /nothing to do$/m)
        for (const secret of yield* fake.secrets) {
          for (const { stderr, stdout } of runs) assert.notInclude(stdout + stderr, Redacted.value(secret))
        }
      }).pipe(Effect.provide(served)),
    limits
  )

  it.scopedLive(
    "writes each secret once to the file that it is given, for its owner alone",
    () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const file = Path.join(yield* temporaryDirectory, "secrets.ndjson")
        writeFileSync(file, "{\"id\":\"ha", { mode: 0o600 })
        const first = yield* provision(wanted, "--secrets-to", file)
        const written = readFileSync(file, "utf8")
        const second = yield* provision(wanted, "--secrets-to", file)
        assert.deepStrictEqual([first.code, second.code], [0, 0], first.stderr + second.stderr)
        assert.strictEqual(readFileSync(file, "utf8"), written)
        const lines = written.trimEnd().split("\n").slice(1).map((line) => JSON.parse(line))
        const clients = (yield* fake.clients(userId)).slice(5)
        assert.deepStrictEqual(
          lines,
          clients.map(({ id, name, secret }) => ({ id, name, secret: Redacted.value(secret) }))
        )
        for (const { secret } of lines) assert.notInclude(first.stdout + first.stderr, secret)
        const fresh = `${file}.new`
        yield* provision(wanted, "--secrets-to", fresh)
        assert.strictEqual(statSync(fresh).mode & 0o777, 0o600)
      }).pipe(Effect.provide(served)),
    limits
  )

  it.scopedLive("prints and keeps what it did before it failed", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.script(Fault.onOperation("addOauthClient", Fault.pass, Fault.respond({ status: 403, body: "{}" })))
      const file = Path.join(yield* temporaryDirectory, "secrets.ndjson")
      const { code, stderr, stdout } = yield* provision(wanted, "--secrets-to", file)
      assert.strictEqual(code, 1)
      assert.match(stderr, /^provision: .*403.*\n$/)
      assert.match(stdout, /Billing bot[^]*added 1 of 1$/m)
      assert.strictEqual(JSON.parse(readFileSync(file, "utf8")).name, "Billing bot")
    }).pipe(Effect.provide(served)), limits)
})

describe("provision.ts ends with one clear line, and adds nothing", () => {
  const refuses = (
    what: string,
    line: RegExp,
    setUp: Effect.Effect<
      {
        readonly args: ReadonlyArray<string>
        readonly environment?: Readonly<Record<string, string>>
      },
      never,
      Scope.Scope
    >
  ) =>
    it.scopedLive(what, () =>
      Effect.gen(function*() {
        const { args, environment = {} } = yield* setUp
        const served = yield* ServedFake
        const { code, stderr, stdout } = yield* runExample(program, args, { ...served.environment, ...environment })
        assert.deepStrictEqual([code, stdout], [1, ""])
        assert.match(stderr, line)
        assert.strictEqual(stderr.trimEnd().split("\n").length, 1, stderr)
        assert.strictEqual(yield* posts, 0)
      }).pipe(Effect.provide(served)), limits)

  refuses("told of no file", /wanted/, Effect.succeed({ args: [] }))
  refuses("told of a file that there is not", /cannot read nowhere\.json/, Effect.succeed({ args: ["nowhere.json"] }))
  refuses(
    "told of no user",
    /set PROCESSMAKER_USER_ID /,
    Effect.succeed({ args: [wanted], environment: { PROCESSMAKER_USER_ID: "" } })
  )
  refuses(
    "told of a user that there is not",
    /nobody.*404/,
    Effect.succeed({ args: [wanted], environment: { PROCESSMAKER_USER_ID: "nobody" } })
  )
  for (
    const [text, line] of [
      ["[", /clients\.json is invalid: .*JSON/],
      ["[]", /clients\.json is invalid/],
      ["[{\"name\":\"a\"},{\"name\":\" \"}]", /1\.name: /],
      ["[{\"name\":\"a\",\"passwordclient\":true}]", /0\.passwordclient: /]
    ] as const
  ) {
    refuses(`given ${text}`, line, Effect.map(fileOf(text), (file) => ({ args: [file] })))
  }
  refuses(
    "given a file for secrets that others may read",
    /secrets\.ndjson is accessible to other users/,
    Effect.map(temporaryDirectory, (directory) => {
      const file = Path.join(directory, "secrets.ndjson")
      appendFileSync(file, "")
      chmodSync(file, 0o640)
      return { args: [wanted, "--secrets-to", file] }
    })
  )
  refuses(
    "given a directory for secrets",
    /cannot write .*secrets/,
    Effect.map(temporaryDirectory, (directory) => ({ args: [wanted, "--secrets-to", `${directory}/no/secrets`] }))
  )
})
