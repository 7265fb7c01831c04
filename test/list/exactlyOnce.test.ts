/** The client over a fake whose list changes, while requests fail, tokens expire, and jobs are killed and resumed. */
import { assert, it } from "@effect/vitest"
import { OauthClientsService, PageCursor } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { runs } from "../support/runs.js"
import { simulated } from "../support/simulatedTime.js"
import { idsOf, served, theUser } from "./support.js"

const at = fc.oneof(fc.constantFrom("start" as const, "end" as const), fc.nat(400))
/** All insertions together are fewer than the clients that a cursor remembers. */
const few = fc.integer({ min: 1, max: 8 })

const moves: fc.Arbitrary<Fault.FaultStep> = fc.oneof(
  fc.tuple(few, at, at).map(([count, from, to]) => Fault.swapClients(count, { from, to })),
  fc.tuple(few, at).map(([count, at]) => Fault.insertClients(count, { at })),
  fc.tuple(few, at).map(([count, at]) => Fault.deleteClients(count, { at }))
)

const failures = fc.constantFrom(
  Fault.pass,
  Fault.resetBefore,
  Fault.resetAfter,
  Fault.truncate,
  Fault.badGateway,
  Fault.tooManyRequests("1 second"),
  Fault.expireTokens,
  Fault.revokeTokens
)

const slow = Fault.delay("50 millis")

/** What happens to each request: up to 12 changes, and failures of any kind, also of the same request. */
const steps = fc.array(
  fc.tuple(fc.option(moves, { nil: Fault.pass }), failures).map(([move, failure]) =>
    Fault.together(slow, move, failure)
  ),
  { maxLength: 12 }
)

const list = {
  length: fc.nat(300),
  perPage: fc.integer({ min: 10, max: 100 }),
  prefetch: fc.nat(8)
}

const job = fc.record({
  ...list,
  steps,
  /** How many milliseconds each run has before it is killed. */
  kills: fc.array(fc.integer({ min: 1, max: 2000 }), { maxLength: 6 })
})

const json = Schema.parseJson(PageCursor)

/** After so many requests the list is at rest. */
const most = 12

const start = (steps: ReadonlyArray<Fault.FaultStep>) =>
  Effect.gen(function*() {
    const fake = yield* FakeProcessMaker
    const [first = Fault.pass, ...others] = steps
    yield* fake.script(Fault.onOperation("findOauthClients", first, ...others, Fault.always(slow)))
    return yield* served
  })

/** Whoever stays came exactly once, in order, and nobody came twice. */
const check = (before: ReadonlyArray<string>, ids: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const after = new Set(yield* served)
    const given = new Set(ids)
    assert.strictEqual(ids.length, given.size, "somebody came twice")
    assert.deepStrictEqual(before.filter((id) => after.has(id) && !given.has(id)), [], "somebody is lost")
    assert.deepStrictEqual(ids.filter((id) => after.has(id)), [...after].filter((id) => given.has(id)))
  })

const checkRequests = (length: number, perPage: number, more: number) =>
  Effect.gen(function*() {
    const requests = (yield* (yield* FakeProcessMaker).requests).filter(({ operation }) =>
      operation === "findOauthClients"
    )
    // A change moves the place by less than a page; a failed request is repeated four times at most.
    assert.isAtMost(requests.length, 1.6 * Math.ceil((length + 8 * most) / perPage) + 3 * most + more)
  })

it.effect.prop(
  "a stream of a list that moves emits those that stay exactly once, in few requests",
  { ...list, steps: fc.array(moves, { maxLength: most }) },
  ({ length, perPage, prefetch, steps }) =>
    Effect.gen(function*() {
      const before = yield* start(steps)
      const { streamOauthClients } = yield* OauthClientsService
      const clients = yield* Stream.runCollect(streamOauthClients(yield* theUser, { perPage, prefetch }))
      yield* check(before, idsOf(clients))
      yield* checkRequests(length, perPage, 2 * prefetch)
    }).pipe(Effect.provide(layerTest({ clients: length })), simulated),
  { fastCheck: runs(15, 300), timeout: 300_000 }
)

it.effect.prop(
  "a job that is killed and resumed at any time gets those that stay exactly once",
  { job },
  ({ job: { kills, length, perPage, prefetch, steps } }) =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const { streamOauthClientPages } = yield* OauthClientsService
      const user = yield* theUser
      const before = yield* start(steps)
      const ids: Array<string> = []
      let checkpoint: string | undefined
      let end = "killed"
      // Whoever fails is resumed, like one that was killed; the changes and failures are over after 12 requests.
      for (let run = 0; end !== "ended" && end !== "ProcessMakerPaginationStuck"; run++) {
        assert.isBelow(run, 20)
        const resume = checkpoint === undefined ? undefined : yield* Schema.decode(json)(checkpoint)
        end = yield* streamOauthClientPages(user, resume === undefined ? { perPage, prefetch } : { prefetch, resume })
          .pipe(
            Stream.runForEach(({ clients, cursor }) =>
              Effect.map(Schema.encode(json)(cursor), (text) => {
                ids.push(...idsOf(clients))
                checkpoint = text
              })
            ),
            Effect.timeoutTo({ duration: kills[run] ?? "1 day", onSuccess: () => "ended", onTimeout: () => "killed" }),
            Effect.catchAll((error) => Effect.succeed(error._tag))
          )
        assert.strictEqual(yield* fake.inFlight(), 0)
        // A token that was refused when it was new is not renewed at once.
        yield* Effect.sleep("1 minute")
      }
      if (end === "ended") yield* check(before, ids)
      else assert.strictEqual(ids.length, new Set(ids).size, "somebody came twice")
      yield* checkRequests(length, perPage, 4 * most + (kills.length + 1) * (prefetch + 4))
    }).pipe(Effect.provide(layerTest({ clients: length })), simulated),
  { fastCheck: runs(8, 300), timeout: 300_000 }
)
