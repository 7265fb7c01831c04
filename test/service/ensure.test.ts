import { assert, describe, it } from "@effect/vitest"
import {
  EnsuredOauthClient,
  NewOauthClient,
  OauthClient,
  OauthClientId,
  OauthClientsService,
  RetryPolicy
} from "effect-processmaker-oauth"
import type { NewOauthClientInput, OauthClientsServiceShape, RetryPolicyOptions } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { makeEnsure } from "../../src/internal/service/ensure.js"
import { atEveryTurn } from "../support/interruption.js"
import { times } from "../support/runs.js"
import { json, layerOver } from "../support/scripted.js"
import { simulated } from "../support/simulatedTime.js"
import { lateServer } from "./lateServer.js"
import type { LateOptions } from "./lateServer.js"

const name = "Billing bot"
const userId = "u-7"

const ensure = (input: NewOauthClientInput = { name }, options?: { readonly settle?: Duration.DurationInput }) =>
  Effect.flatMap(OauthClientsService, (service) => service.ensureOauthClient(userId, input, options))

/** What a call takes, in simulated seconds. */
const seconds = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const before = yield* Clock.currentTimeMillis
    const value = yield* effect
    return [value, Math.round((yield* Clock.currentTimeMillis) - before) / 1000] as const
  })

const overFake = <A, E>(
  clients: number,
  test: (fake: FakeProcessMaker["Type"], service: OauthClientsServiceShape) => Effect.Effect<A, E, OauthClientsService>
) =>
  Effect.all([FakeProcessMaker, OauthClientsService]).pipe(
    Effect.flatMap(([fake, service]) => test(fake, service)),
    Effect.provide(layerTest({ users: [{ id: userId, clients }] })),
    simulated
  )

const overLate = <A, E>(
  options: LateOptions,
  test: (server: ReturnType<typeof lateServer>) => Effect.Effect<A, E, OauthClientsService>
) => {
  const server = lateServer(options)
  return simulated(Effect.provide(test(server), layerOver(server.client, { retry: {} })))
}

/** Another page than any that is requested. */
const wrongPage = JSON.stringify({
  data: [{ type: "client", id: "1", attributes: { name: "x" } }],
  meta: { pagination: { total: 500, count: 1, per_page: 100, current_page: 7, total_pages: 9 } }
})

const named = (fake: FakeProcessMaker["Type"]) =>
  Effect.map(fake.clients(userId), (clients) => clients.filter((client) => client.name === name))

const posts = (fake: FakeProcessMaker["Type"]) =>
  Effect.map(fake.requests, (all) => all.filter(({ operation }) => operation === "addOauthClient").length)

describe("ensureOauthClient finds", () => {
  it.effect("what it added before, and adds nothing more", () =>
    overFake(250, (fake) =>
      Effect.gen(function*() {
        const first = yield* ensure()
        const second = yield* ensure()
        assert.instanceOf(first, EnsuredOauthClient)
        assert.deepStrictEqual([first.added, second.added], [true, false])
        assert.strictEqual(second.client.id, first.client.id)
        assert.deepStrictEqual([second.others, yield* posts(fake)], [[], 1])
      })))

  it.effect("the first that is as wanted, and names the others", () =>
    overFake(0, (fake) =>
      Effect.gen(function*() {
        yield* fake.insertClients(userId, [
          { id: "1", name, revoked: true },
          { id: "2", name, passwordClient: false },
          { id: "3", name: "billing bot" },
          { id: "4", name: ` ${name}  ` },
          { id: "5", name },
          { id: "6", name: `${name} 2` },
          { id: "7", name, personalAccessClient: true }
        ])
        const found = yield* ensure({ name: `${name} `, passwordClient: true })
        assert.deepStrictEqual(
          [found.client.id, found.added, [...found.others]],
          ["4", false, ["5", "7"]].map(
            (part) => Array.isArray(part) ? part : part
          )
        )
        const plain = yield* ensure({ name, passwordClient: true, personalAccessClient: false })
        assert.deepStrictEqual([plain.client.id, [...plain.others].map(String)], ["4", ["5"]])
        assert.strictEqual((yield* ensure({ name, passwordClient: false })).client.id, "2")
        assert.strictEqual(yield* posts(fake), 0)
      })))

  for (
    const [what, client] of [
      ["revoked", { name, revoked: true }],
      ["of another flag", { name, passwordClient: false }],
      ["in another case", { name: name.toUpperCase() }]
    ] as const
  ) {
    it.effect(`none that is ${what}: then it adds one`, () =>
      overFake(0, (fake) =>
        Effect.gen(function*() {
          yield* fake.insertClients(userId, [client])
          assert.isTrue((yield* ensure({ name, passwordClient: true })).added)
          assert.strictEqual((yield* fake.clients(userId)).length, 2)
        })))
  }

  it.effect("the last of 5,000", () =>
    overFake(5000, (fake) =>
      Effect.gen(function*() {
        yield* fake.insertClients(userId, [{ id: "mine", name }])
        const { added, client } = yield* ensure()
        assert.deepStrictEqual([added, String(client.id)], [false, "mine"])
      })))

  it.effect("its client in a list that moves", () =>
    overFake(350, (fake) =>
      Effect.gen(function*() {
        yield* fake.insertClients(userId, [{ id: "mine", name }], { at: 210 })
        yield* fake.script(
          Fault.onPage(1, Fault.deleteClients(3, { at: "start" })),
          Fault.onPage(2, Fault.deleteClients(20, { at: "start" })),
          Fault.onPage(3, Fault.insertClients(30, { at: "start" }))
        )
        assert.deepStrictEqual([(yield* ensure()).added, yield* posts(fake)], [false, 0])
      })))
})

describe("ensureOauthClient after a lost answer", () => {
  it.effect("finds what was added, without waiting", () =>
    overFake(120, (fake) =>
      Effect.gen(function*() {
        yield* fake.script(Fault.onOperation("addOauthClient", Fault.resetAfter))
        const [{ added, client }, took] = yield* seconds(ensure())
        assert.deepStrictEqual([added, took], [true, 0])
        assert.deepStrictEqual((yield* named(fake)).map(({ id }) => id), [client.id])
        // Once found, it is waited for no more.
        yield* fake.deleteClients(userId, [client.id])
        assert.strictEqual((yield* seconds(ensure()))[1], 0)
      })))

  it.effect("adds again what was not added, once settle has passed", () =>
    overFake(120, (fake) =>
      Effect.gen(function*() {
        yield* fake.script(Fault.onOperation("addOauthClient", Fault.resetBefore))
        const [{ added, client }, took] = yield* seconds(ensure())
        assert.deepStrictEqual([added, took], [true, 5])
        assert.deepStrictEqual((yield* named(fake)).map(({ id }) => id), [client.id])
        yield* fake.deleteClients(userId, [client.id])
        yield* fake.script(Fault.onOperation("addOauthClient", Fault.resetBefore))
        assert.strictEqual((yield* seconds(ensure({ name }, { settle: "1 minute" })))[1], 60)
      })))

  it.effect("counts its additions against maxAttempts, and says that the last may have been carried out", () =>
    overFake(20, (fake) =>
      Effect.gen(function*() {
        yield* fake.script(Fault.onOperation("addOauthClient", Fault.always(Fault.resetBefore)))
        const [error, took] = yield* seconds(Effect.flip(RetryPolicy.with(ensure(), { maxAttempts: 3 })))
        assert.deepInclude(error, {
          _tag: "ProcessMakerTransportError",
          operation: "ensureOauthClient",
          outcome: "unknown"
        })
        assert.deepStrictEqual([took, yield* posts(fake), (yield* named(fake)).length], [15, 3, 0])
      })))

  it.effect("counts the retries of its additions too, in number and in time", () =>
    overFake(20, (fake) =>
      Effect.gen(function*() {
        const busy = Fault.onOperation(
          "addOauthClient",
          Fault.resetBefore,
          Fault.always(Fault.tooManyRequests("1 second"))
        )
        const failing = (policy: RetryPolicyOptions) =>
          Effect.gen(function*() {
            yield* fake.reset
            yield* fake.script(busy)
            const [, took] = yield* seconds(Effect.flip(RetryPolicy.with(ensure(), policy)))
            return { took, posts: yield* posts(fake) }
          })
        assert.strictEqual((yield* failing({ maxAttempts: 3 })).posts, 3)
        // The first call's addition may still settle: for up to 5 seconds the second only looks, then its deadline starts.
        assert.isAtMost((yield* failing({ maxAttempts: 100, totalTimeout: "20 seconds" })).took, 26)
      })))

  it.effect("is bounded by totalTimeout, which runs from the first addition", () =>
    overLate({ latency: 2000, posts: ["lostAndDropped"] }, (server) =>
      Effect.gen(function*() {
        const policy = { totalTimeout: "10 seconds" } as const
        const [error, took] = yield* seconds(
          Effect.flip(RetryPolicy.with(ensure({ name }, { settle: "1 hour" }), policy))
        )
        assert.deepInclude(error, { _tag: "ProcessMakerTransportError", outcome: "unknown" })
        assert.deepStrictEqual([took, server.posts()], [12, 1])
      })))

  for (const showsAfter of [0, 1000, 4900]) {
    it.effect(`finds a client that the server shows ${showsAfter} ms later`, () =>
      overLate({ posts: ["lost"], showsAfter }, (server) =>
        Effect.gen(function*() {
          const { added, client, others } = yield* ensure()
          assert.deepStrictEqual([added, String(client.id), others.length, server.posts()], [true, "100", 0, 1])
        })))
  }

  it.effect("waits as long as it is told for a server that is later still", () =>
    overLate({ posts: ["lost"], showsAfter: 25_000 }, (server) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* ensure({ name }, { settle: "30 seconds" })).added, true)
        assert.strictEqual(server.posts(), 1)
      })))

  it.effect("fails with what a later addition is refused for only if nothing was lost before", () =>
    overLate({ posts: ["lostAndDropped", json({}, 403)] }, () =>
      Effect.gen(function*() {
        assert.deepInclude(yield* Effect.flip(ensure()), { _tag: "ProcessMakerTransportError", outcome: "unknown" })
      })))

  it.effect("waits for a lost client the next time too, where a later addition was refused", () =>
    overLate({ posts: ["lost", json({}, 403)], showsAfter: 8000 }, (server) =>
      Effect.gen(function*() {
        yield* Effect.flip(ensure())
        assert.deepStrictEqual([(yield* ensure()).added, server.posts()], [false, 2])
      })))

  it.effect("says so when the list cannot be read then", () =>
    overFake(20, (fake) =>
      Effect.gen(function*() {
        const broken = Fault.on({ operation: "findOauthClients", nth: 2 }, Fault.always(Fault.respond({ status: 403 })))
        yield* fake.script(Fault.onOperation("addOauthClient", Fault.resetBefore), broken)
        const error = yield* Effect.flip(ensure())
        assert.deepInclude(error, { _tag: "ProcessMakerForbidden", operation: "ensureOauthClient", outcome: "unknown" })
      })))

  for (const lost of [false, true]) {
    it.effect(`says so when the list is stuck${lost ? " then" : ", before anything is added"}`, () =>
      overFake(20, (fake) =>
        Effect.gen(function*() {
          const wrong = Fault.respond({ status: 200, body: wrongPage })
          const from = Fault.on({ operation: "findOauthClients", nth: lost ? 2 : 1 }, Fault.always(wrong))
          yield* fake.script(Fault.onOperation("addOauthClient", Fault.resetBefore), from)
          const error = yield* Effect.flip(ensure())
          assert.deepInclude(error, {
            _tag: "ProcessMakerPaginationStuck",
            operation: "ensureOauthClient",
            outcome: lost ? "unknown" : "notApplied"
          })
          assert.match(error.message, /^ensureOauthClient of user "u-7" stopped at page 1: /)
          assert.strictEqual(error.message.includes("may have been applied"), lost)
          assert.strictEqual(yield* posts(fake), lost ? 1 : 0)
        })))
  }
})

describe("ensureOauthClient fails at once", () => {
  for (const [status, tag] of [[403, "ProcessMakerForbidden"], [422, "ProcessMakerUnprocessable"]] as const) {
    it.effect(`where adding is refused with ${status}`, () =>
      overFake(20, (fake) =>
        Effect.gen(function*() {
          yield* fake.script(Fault.onOperation("addOauthClient", Fault.respond({ status, body: "{}" })))
          const [error, took] = yield* seconds(Effect.flip(ensure()))
          assert.deepInclude(error, { _tag: tag, operation: "ensureOauthClient", outcome: "notApplied" })
          assert.deepStrictEqual([took, yield* posts(fake)], [0, 1])
          // Nothing was added that the next call would have to wait for.
          assert.strictEqual((yield* seconds(ensure()))[1], 0)
        })))

    it.effect(`where reading is refused with ${status}`, () =>
      overFake(20, (fake) =>
        Effect.gen(function*() {
          yield* fake.script(Fault.onOperation("findOauthClients", Fault.respond({ status, body: "{}" })))
          const error = yield* Effect.flip(ensure())
          assert.deepInclude(error, { _tag: tag, operation: "ensureOauthClient", outcome: "notApplied" })
          assert.strictEqual(yield* posts(fake), 0)
        })))
  }

  it.effect("where its input is not valid", () =>
    overFake(0, (fake) =>
      Effect.gen(function*() {
        const bad = yield* Effect.flip(ensure({ name: " " }, { settle: "soon" as Duration.DurationInput }))
        if (bad._tag !== "ProcessMakerInvalidRequest") return assert.fail(bad._tag)
        assert.deepStrictEqual(bad.issues.map(({ path }) => path.join(".")), ["name", "settle"])
        assert.deepStrictEqual(yield* fake.requests, [])
      })))

  it.effect("where the server ignores a flag", () =>
    Effect.gen(function*() {
      const row = { type: "client", id: "9", attributes: { name, password_client: false } }
      const { client } = lateServer({ posts: [json({ data: row }, 201)] })
      const error = yield* Effect.flip(Effect.provide(ensure({ name, passwordClient: true }), layerOver(client)))
      assert.deepInclude(error, { _tag: "ProcessMakerChangeIgnored", outcome: "applied" })
    }))
})

describe("ensureOauthClient never adds two", () => {
  it.effect("for a hundred fibers, however long they wait for each other", () =>
    overLate({ latency: 1000 }, (server) =>
      Effect.gen(function*() {
        const calls = Effect.replicate(ensure({ name: `${name} ` }), 99)
        const all = yield* Effect.all([ensure(), ...calls], { concurrency: "unbounded" }).pipe(
          RetryPolicy.with({ totalTimeout: "5 seconds" })
        )
        assert.strictEqual(all.filter(({ added }) => added).length, 1)
        assert.deepStrictEqual([new Set(all.map(({ client }) => client.id)).size, server.posts()], [1, 1])
      })))

  it.effect("and lets other names and users pass meanwhile", () =>
    overLate({ latency: 1000 }, () =>
      Effect.gen(function*() {
        const names = ["a", "b", "c"].map((name) => ensure({ name }))
        assert.strictEqual((yield* seconds(Effect.all(names, { concurrency: "unbounded" })))[1], 2)
      })))

  it.effect("when it is interrupted at any moment, and the server stores the client seconds later", () =>
    Effect.forEach(
      Array.from({ length: 16 }, (_, index) => index * 125),
      (after) =>
        overLate({ latency: 1000, showsAfter: 3000 }, (server) =>
          Effect.gen(function*() {
            const first = yield* Effect.fork(ensure())
            yield* Effect.sleep(after)
            yield* Fiber.interrupt(first)
            yield* ensure()
            yield* Effect.sleep("10 seconds")
            assert.strictEqual(server.rows.length, 1, `interrupted after ${after} ms`)
          }))
    ))

  it.effect("when it is interrupted at any turn of the run loop, and the next call goes on", () =>
    // The first meets the point between noting that the client may exist from now on, and adding it.
    atEveryTurn([16, ...Array.from({ length: times(0, 30) }, (_, index) => index + 10)], (interrupt, turn) =>
      simulated(Effect.gen(function*() {
        const rows: Array<OauthClient> = []
        const client = new OauthClient({
          id: OauthClientId.make("1"),
          name,
          secret: Option.none(),
          personalAccessClient: false,
          passwordClient: false,
          revoked: false,
          createdAt: Option.none(),
          updatedAt: Option.none()
        })
        const added = makeEnsure({
          list: () =>
            Stream.fromIterable(rows),
          add: () => Effect.sync(() => (rows.push(client), client)),
          policy: Effect.succeed({ maxAttempts: 5, totalTimeout: 10_000 })
        })({ userId, input: new NewOauthClient({ name }), settle: 5_000 })
        const isDone = yield* interrupt(added)
        yield* Effect.timeoutFail(added, { duration: "1 minute", onTimeout: () => `hangs ${turn}` })
        assert.strictEqual(rows.length, 1, turn)
        return isDone
      }))))

  it.effect("when a caller that waits its turn is interrupted, the others go on", () =>
    overLate({ latency: 1000 }, (server) =>
      Effect.gen(function*() {
        const [first, second, third] = yield* Effect.forEach([1, 2, 3], () => Effect.fork(ensure()))
        yield* Effect.sleep("500 millis")
        yield* Fiber.interrupt(second ?? assert.fail())
        yield* Effect.all([first ?? assert.fail(), third ?? assert.fail()])
        assert.strictEqual(server.rows.length, 1)
      })))
})
