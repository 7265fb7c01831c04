import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Command from "@effect/platform/Command"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { bundleOf } from "../support/bundledExamples.js"
import { accessToken, call } from "./callers.js"

const Announcement = Schema.parseJson(Schema.Struct({
  baseUrl: Schema.String,
  tokenUrl: Schema.String,
  userIds: Schema.Array(Schema.String),
  clientId: Schema.String,
  clientSecret: Schema.Redacted(Schema.String),
  username: Schema.String,
  password: Schema.Redacted(Schema.String)
}))

const program = (...flags: ReadonlyArray<string>) =>
  Command.make(process.execPath, bundleOf("examples/fake.ts"), ...flags)

const started = (...flags: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const running = yield* Command.start(program(...flags))
    const line = yield* Stream.runHead(Stream.splitLines(Stream.decodeText(running.stdout)))
    const { clientId, clientSecret, password, username, ...rest } = yield* Schema.decode(Announcement)(
      Option.getOrThrow(line)
    )
    return { running, ...rest, credentials: { clientId, clientSecret, username, password } }
  })

const refused = (...flags: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const running = yield* Command.start(program(...flags))
    const text = (stream: typeof running.stdout) => Stream.mkString(Stream.decodeText(stream))
    const [code, stdout, stderr] = yield* Effect.all([running.exitCode, text(running.stdout), text(running.stderr)], {
      concurrency: "unbounded"
    })
    assert.strictEqual(stdout, "")
    return [Number(code), stderr.trim()] as const
  })

const environment = Layer.merge(NodeContext.layer, NodeHttpClient.layerUndici)

describe("npm run fake", () => {
  it.scopedLive("serves what it was told to, and stops when told to", () =>
    Effect.gen(function*() {
      const fake = yield* started("--port", "0", "--users", "3", "--clients", "250", "--profile", "spec")
      assert.strictEqual(fake.userIds.length, 3)
      assert.isNotEmpty(Redacted.value(fake.credentials.password))
      const token = yield* accessToken(fake)
      const page = yield* call(fake, "GET", `/users/${fake.userIds[2]}/clients?per_page=100&page=3`, { token })
      assert.deepInclude(page.json.meta.pagination, { total: 250, count: 50, current_page: 3 })
      assert.isNumber(page.json.data[0].id)
      yield* fake.running.kill("SIGTERM")
      assert.isFalse(yield* fake.running.isRunning)
    }).pipe(Effect.provide(environment)), 30_000)

  it.scopedLive("says in one line what is wrong with its flags", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* refused("--port", "x"), [
        1,
        "fake: --port must be a whole number from 0 to 65535, not \"x\""
      ])
      assert.deepStrictEqual(yield* refused("--nope"), [1, "fake: Unknown option '--nope'"])
      assert.deepStrictEqual(yield* refused("--clients", "-1"), [
        1,
        "fake: --clients must be a whole number from 0 to 10000000, not \"-1\""
      ])
      const [code, text] = yield* refused("--profile", "laravel99")
      assert.strictEqual(code, 1)
      assert.match(text, /^fake: --profile must be one of default, spec, .*, not "laravel99"$/)
    }).pipe(Effect.provide(environment)), 30_000)

  it.scopedLive("ends with one line when nobody reads where it is", () =>
    Effect.gen(function*() {
      const line = `{ "${process.execPath}" --import tsx examples/fake.ts; echo "code $?" >&2; } | head -c 0`
      const running = yield* Command.start(Command.make("sh", "-c", line))
      const stderr = yield* Stream.mkString(Stream.decodeText(running.stderr))
      assert.strictEqual(stderr, "fake: cannot print the address: write EPIPE\ncode 1\n")
    }).pipe(Effect.provide(environment)), 30_000)

  it.scopedLive("says when the port is taken", () =>
    Effect.gen(function*() {
      const fake = yield* started()
      const { port } = new URL(fake.baseUrl)
      const [code, text] = yield* refused("--port", port)
      assert.strictEqual(code, 1)
      assert.match(text, new RegExp(`^fake: cannot listen on port ${port}: .*EADDRINUSE.*$`))
    }).pipe(Effect.provide(environment)), 30_000)
})
