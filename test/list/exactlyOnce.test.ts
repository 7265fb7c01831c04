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

/** Changes of up to so many clients at once. */
const moves = (most: number): fc.Arbitrary<Fault.FaultStep> => {
  const count = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: most }))
  return fc.oneof(
    fc.tuple(count, at, at).map(([count, from, to]) => Fault.swapClients(count, { from, to })),
    fc.tuple(count, at).map(([count, at]) => Fault.insertClients(count, { at })),
    fc.tuple(count, at).map(([count, at]) => Fault.deleteClients(count, { at }))
  )
}

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

/** After so many requests the list is at rest. */
const most = 20

/** What happens to each request: a change, and failures of any kind, also of the same request. */
const steps = fc.array(
  // All insertions together are hardly more than the clients that a cursor remembers.
  fc.tuple(fc.option(moves(8), { nil: Fault.pass }), failures).map(([move, failure]) => Fault.together(move, failure)),
  { maxLength: most }
)

const list = {
  length: fc.nat(300),
  perPage: fc.integer({ min: 10, max: 60 }),
  prefetch: fc.nat(8),
  numbers: fc.constantFrom(
    Fault.pass,
    Fault.pass,
    Fault.withoutMeta,
    Fault.pagination({ total: undefined }),
    Fault.pagination(({ total }) => ({ total: Math.floor(Number(total) / 2), total_pages: 1 }))
  )
}

const job = fc.record({
  ...list,
  steps,
  /** How many milliseconds each run has before it is killed. */
  kills: fc.array(fc.integer({ min: 1, max: 800 }), { maxLength: 6 })
})

const json = Schema.parseJson(PageCursor)

const start = (numbers: Fault.FaultStep, steps: ReadonlyArray<Fault.FaultStep>) =>
  Effect.gen(function*() {
    const fake = yield* FakeProcessMaker
    const all = Fault.together(slow, numbers)
    const [first = all, ...others] = [...steps.map((step) => Fault.together(all, step)), Fault.always(all)]
    yield* fake.script(Fault.onOperation("findOauthClients", first, ...others))
    return yield* served
  })

/** Whoever stays came exactly once, in order, and nobody came twice. */
const check = (before: ReadonlyArray<string>, ids: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const after = new Set(yield* served)
    const stayed = before.filter((id) => after.has(id))
    assert.strictEqual(ids.length, new Set(ids).size, "somebody came twice")
    assert.deepStrictEqual(ids.filter((id) => after.has(id) && before.includes(id)), stayed)
  })

const checkRequests = (length: number, perPage: number, more: number) =>
  Effect.gen(function*() {
    const requests = (yield* (yield* FakeProcessMaker).requests).filter(({ operation }) =>
      operation === "findOauthClients"
    )
    assert.isAtMost(requests.length, 1.6 * Math.ceil(length / perPage) + 5 + more)
  })

it.effect.prop(
  "a stream of a list that moves emits those that stay exactly once, in few requests",
  { ...list, steps: fc.array(moves(120), { maxLength: most }) },
  ({ length, numbers, perPage, prefetch, steps }) =>
    Effect.gen(function*() {
      const before = yield* start(numbers, steps)
      const { streamOauthClients } = yield* OauthClientsService
      const clients = yield* Stream.runCollect(streamOauthClients(yield* theUser, { perPage, prefetch }))
      yield* check(before, idsOf(clients))
      yield* checkRequests(length, perPage, prefetch + steps.length * (8 + 2 * prefetch + 360 / perPage))
    }).pipe(Effect.provide(layerTest({ clients: length })), simulated),
  { fastCheck: runs(12, 150), timeout: 300_000 }
)

it.effect.prop(
  "a job that is killed and resumed at any time gets those that stay exactly once",
  { job },
  ({ job: { kills, length, numbers, perPage, prefetch, steps } }) =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const { streamOauthClientPages } = yield* OauthClientsService
      const user = yield* theUser
      const before = yield* start(numbers, steps)
      const ids: Array<string> = []
      let checkpoint: string | undefined
      let end = "killed"
      // Whoever fails is resumed, like one that was killed; the changes and failures are over some time.
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
      yield* checkRequests(length, perPage, 12 * most + (kills.length + 1) * (prefetch + 4))
    }).pipe(Effect.provide(layerTest({ clients: length })), simulated),
  { fastCheck: runs(15, 150), timeout: 300_000 }
)
