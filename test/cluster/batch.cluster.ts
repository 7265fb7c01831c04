import { assert, describe, it } from "@effect/vitest"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import * as Path from "node:path"
import { ServedFake, serveFake } from "../../examples/support/serveFake.js"
import { startExample, temporaryDirectory } from "../examples/programs.js"
import { freePort, startPostgres } from "./postgres.js"

const program = "examples/batch/main.ts"

const users = (count: number, clients: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `user-${index}`, clients }))

/** A database, a fake, and how to run the commands of a batch on them. */
const cluster = Effect.gen(function*() {
  const postgres = yield* startPostgres
  const fake = yield* FakeProcessMaker
  const { environment } = yield* ServedFake
  const directory = yield* temporaryDirectory
  const file = (name: string) => Path.join(directory, name)
  writeFileSync(file("users.txt"), fake.userIds.join("\n"))
  const variables = { ...environment, BATCH_DATABASE_URL: postgres.url }
  return {
    fake,
    startRunner: (options: ReadonlyArray<string> = [], overrides: Readonly<Record<string, string>> = {}) =>
      Effect.flatMap(
        freePort,
        (port) =>
          startExample(program, ["runner", "--port", String(port), "--concurrency", "4", ...options], {
            ...variables,
            ...overrides
          })
      ),
    // Only runners know the tenant.
    submit: (...options: ReadonlyArray<string>) =>
      startExample(program, ["submit", "--job", "j", "--users", file("users.txt"), ...options], {
        BATCH_DATABASE_URL: postgres.url
      })
  }
})

describe("a batch on PostgreSQL", () => {
  it.scopedLive("ends on all its processes, with one clear line, for wrong credentials", () =>
    Effect.gen(function*() {
      const { fake, startRunner, submit } = yield* cluster
      yield* fake.script(Fault.on({ operation: "findOauthClients" }, Fault.always(Fault.delay("100 millis"))))
      const good = yield* startRunner()
      const submitted = yield* submit()
      yield* Effect.repeat(Effect.delay(fake.requests, "10 millis"), { until: ({ length }) => length > 3 })
      const bad = yield* startRunner([], { PROCESSMAKER_PASSWORD: "not the password" })
      for (const ended of yield* Effect.all([good.ended, submitted.ended, bad.ended])) {
        assert.strictEqual(ended.code, 1, ended.stderr)
        assert.match(ended.stderr.trimEnd().split("\n").at(-1) ?? "", /^batch: .* password is wrong/)
      }
      // The next ones go on.
      yield* startRunner()
      const ended = yield* (yield* submit()).ended
      assert.strictEqual(ended.code, 0, ended.stderr)
    }).pipe(Effect.provide(serveFake({ users: users(60, 250) }))))
})
