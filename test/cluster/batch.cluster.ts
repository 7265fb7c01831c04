import { assert, describe, it } from "@effect/vitest"
import type { RecordedRequest } from "effect-processmaker-oauth/testing"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { readFileSync, writeFileSync } from "node:fs"
import * as Path from "node:path"
import { ServedFake, serveFake } from "../../examples/support/serveFake.js"
import { keysOfFake, runExample, startExample, temporaryDirectory, until } from "../examples/programs.js"
import { freePort, startPostgres } from "./postgres.js"

const program = "examples/batch/main.ts"

const users = (count: number, clients: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `user-${index}`, clients }))

const within = (time: `${number} seconds`, what: string) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.timeoutFail(effect, { duration: time, onTimeout: () => new Error(`waited ${time} for ${what}`) })

/** A database, a fake, and how to run the commands of a batch on them. */
const cluster = Effect.gen(function*() {
  const postgres = yield* startPostgres
  const fake = yield* FakeProcessMaker
  const { environment } = yield* ServedFake
  const directory = yield* temporaryDirectory
  const file = (name: string) => Path.join(directory, name)
  writeFileSync(file("users.txt"), fake.userIds.join("\n"))
  const variables = { ...environment, BATCH_DATABASE_URL: postgres.url }
  const start = (args: ReadonlyArray<string>, environment: Readonly<Record<string, string>>) =>
    Effect.map(
      startExample(program, args, environment),
      (running) => ({ ...running, ended: within("180 seconds", `the end of ${args[0]}`)(running.ended) })
    )
  return {
    postgres,
    fake,
    file,
    /** A runner that is ready for work. */
    startRunner: (options: ReadonlyArray<string> = [], overrides: Readonly<Record<string, string>> = {}) =>
      Effect.gen(function*() {
        const port = String(yield* freePort)
        const runner = yield* start(["runner", "--port", port, ...options], { ...variables, ...overrides })
        yield* until(() => runner.said().includes(`running at 127.0.0.1:${port}`))
        return runner
      }),
    // Only runners know the tenant.
    submit: start(["submit", "--job", "j", "--users", file("users.txt")], { BATCH_DATABASE_URL: postgres.url }),
    run: (...args: ReadonlyArray<string>) => runExample(program, args, { BATCH_DATABASE_URL: postgres.url }),
    /** Waits for so many more requests at the fake. */
    requests: (more: number) =>
      Effect.flatMap(fake.requests, ({ length }) =>
        Effect.delay(fake.requests, "10 millis").pipe(
          Effect.repeat({ until: (all) => all.length >= length + more }),
          within("120 seconds", `${more} requests after ${length}`)
        ))
  }
})

/** The clients in a file: each once, and without its secret. */
const keysIn = (file: string): ReadonlySet<string> => {
  const keys = new Set<string>()
  for (const line of readFileSync(file, "utf8").trimEnd().split("\n")) {
    const row = JSON.parse(line)
    assert.notProperty(row, "secret")
    const key = `${row.userId}/${row.id}`
    assert.isFalse(keys.has(key), `${key} twice`)
    keys.add(key)
  }
  return keys
}

const authorizationOf = (request: RecordedRequest | undefined) =>
  request?.authorization === undefined ? undefined : Redacted.value(request.authorization)

const timeOf = (request: RecordedRequest) => Number(request.at.epochMillis)

describe("a batch on PostgreSQL", () => {
  it.scopedLive("has every client once, whatever of it is killed while lists move", () =>
    Effect.gen(function*() {
      const { fake, file, postgres, requests, run, startRunner, submit } = yield* cluster
      const before = yield* keysOfFake
      // In this order: a request has the first fault that it matches.
      yield* fake.script(
        ...fake.userIds.map((userId, index) =>
          Fault.on(
            { userId, nth: 2 },
            index % 2 === 0 ? Fault.insertClients(2, { at: "start" }) : Fault.deleteClients(2, { at: "start" })
          )
        ),
        Fault.on({ operation: "findOauthClients" }, Fault.always(Fault.delay("30 millis")))
      )
      const runners = yield* Effect.all([startRunner(), startRunner(), startRunner()], { concurrency: 3 })
      const first = yield* submit
      yield* requests(20)
      yield* runners[0].kill("SIGKILL")
      yield* first.kill("SIGKILL")
      yield* requests(20)
      yield* postgres.restart(2000)
      yield* requests(20)
      yield* runners[1].kill("SIGKILL")
      // One that joins while the job runs, and the same job handed in again.
      yield* startRunner()
      const ended = yield* (yield* submit).ended
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.include(runners[2].said(), "waiting for the database")
      assert.deepStrictEqual(yield* fake.pendingFaults, [])

      const written = yield* run("write", "--job", "j", "--out", file("out.ndjson"))
      assert.strictEqual(written.code, 0, written.stderr)
      const exported = keysIn(file("out.ndjson"))
      const after = new Set(yield* keysOfFake)
      assert.deepStrictEqual(before.filter((key) => after.has(key) && !exported.has(key)), [])
      const { stdout } = yield* run("status", "--job", "j", "--json")
      assert.deepInclude(JSON.parse(stdout), { done: true, clients: exported.size, failures: [] })
      const { clientSecret, password } = fake.credentials
      for (const secret of [clientSecret, password]) {
        assert.notInclude(ended.stderr + written.stdout + runners[2].said(), Redacted.value(secret))
      }
      assert.isAtMost(yield* fake.tokensIssued, 4)
    }).pipe(Effect.provide(serveFake({ users: users(120, 250), keepRequests: 1_000_000 }))))

  // A process that is stopped keeps its connections, as a machine does that has lost its network.
  for (const [what, signal] of [["killed", "SIGKILL"], ["lost", "SIGSTOP"]] as const) {
    it.scopedLive(`goes on with the work of a runner that is ${what}, within 15 seconds`, () =>
      Effect.gen(function*() {
        const { fake, requests, startRunner, submit } = yield* cluster
        yield* fake.script(Fault.on({ operation: "findOauthClients" }, Fault.always(Fault.delay("1 second"))))
        const lost = yield* startRunner()
        const submitted = yield* submit
        yield* requests(4)
        const token = authorizationOf((yield* fake.requests).at(-1))
        // It joins while the job runs.
        yield* startRunner()
        yield* requests(8)
        const lostAt = yield* Clock.currentTimeMillis
        yield* lost.kill(signal)
        const ended = yield* submitted.ended
        assert.strictEqual(ended.code, 0, ended.stderr)

        const requested = yield* fake.requests
        const pauses = fake.userIds.flatMap((userId) => {
          const ofUser = requested.filter((request) => request.userId === userId)
          // What the lost runner had sent may arrive after its end.
          const last = ofUser.map(authorizationOf).lastIndexOf(token)
          const [stopped, next] = [ofUser[last], ofUser[last + 1]]
          return stopped === undefined || next === undefined || timeOf(next) < lostAt
            ? []
            : [timeOf(next) - timeOf(stopped)]
        })
        yield* Console.log(`users of the ${what} runner waited ${pauses.join(", ")} ms`)
        assert.isNotEmpty(pauses)
        assert.isBelow(Math.max(...pauses), 15_000)
      }).pipe(Effect.provide(serveFake({ users: users(8, 2000) }))))
  }

  it.scopedLive("ends on all its processes, with one clear line, for wrong credentials", () =>
    Effect.gen(function*() {
      const { fake, requests, startRunner, submit } = yield* cluster
      // However long the next runner takes to join: the job is not done before.
      yield* fake.script(Fault.on({ operation: "findOauthClients" }, Fault.always(Fault.delay("20 seconds"))))
      const good = yield* startRunner()
      const submitted = yield* submit
      yield* requests(4)
      const bad = yield* startRunner([], { PROCESSMAKER_PASSWORD: "not the password" })
      for (const ended of yield* Effect.all([good.ended, submitted.ended, bad.ended])) {
        assert.strictEqual(ended.code, 1, ended.stderr)
        assert.match(ended.stderr.trimEnd().split("\n").at(-1) ?? "", /^batch: .* password is wrong/)
      }
      // The next ones go on.
      yield* fake.clearFaults
      yield* startRunner()
      const ended = yield* (yield* submit).ended
      assert.strictEqual(ended.code, 0, ended.stderr)
    }).pipe(Effect.provide(serveFake({ users: users(60, 250) }))))

  it.scopedLive("stays under one rate with all its runners, and all wait when one is told to", () =>
    Effect.gen(function*() {
      const { fake, startRunner, submit } = yield* cluster
      // Slow enough for a busy machine: only a request that leaves half a second late comes together with the next.
      const rate = 2
      const wait = 4000
      yield* fake.script(Fault.on({ operation: "findOauthClients", nth: 15 }, Fault.tooManyRequests(`${wait} millis`)))
      yield* Effect.all([1, 2, 3].map(() => startRunner(["--rate", `${rate}/s`])), { concurrency: 3 })
      const ended = yield* (yield* submit).ended
      assert.strictEqual(ended.code, 0, ended.stderr)

      const requests = yield* fake.requests
      const times = requests.map(timeOf)
      const between = (from: number, to: number) => times.filter((at) => at >= from && at < to).length
      assert.isAtMost(Math.max(...times.map((from) => between(from, from + 1000))), rate + 1)
      const told = times[requests.findIndex(({ status }) => status === 429)] ?? Number.NaN
      // A request of each runner may have its turn already.
      assert.isAtMost(between(told + 1, told + wait), 3)
      assert.isAbove(between(told + wait, told + wait + 3000), 3)
      assert.strictEqual(yield* fake.tokensIssued, 3)
    }).pipe(Effect.provide(serveFake({ users: users(24, 80) }))))
})
