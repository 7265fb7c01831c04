/** Whole streams over the fake, on lists that move and servers that page as they like. */
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { clientsOf, eventsOf, idsOf, pagesAsked, reportOf, served, theUser } from "./support.js"

const always = (step: Fault.FaultStep) => Fault.onOperation("findOauthClients", Fault.always(step))

const streamed = (fault: Fault.Fault | undefined, options = { perPage: 100 }) =>
  Effect.gen(function*() {
    const fake = yield* FakeProcessMaker
    const before = yield* served
    if (fault !== undefined) yield* fake.script(fault)
    const events = yield* eventsOf(options)
    const after = new Set(yield* served)
    const clients = clientsOf(events)
    const given = new Set(clients)
    const lost = before.filter((id) => after.has(id) && !given.has(id))
    const twice = clients.length - given.size
    return { lost, twice, before, clients, report: reportOf(events), requests: (yield* pagesAsked).length }
  }).pipe(Effect.provide(layerTest({ clients: 333 })))

describe("a stream, whatever the server does with its pages", () => {
  const swaps = Fault.swapClients(1, { from: "start" })
  for (
    const [name, step] of Object.entries({
      "caps of 50": Fault.paging({ most: 50 }),
      "caps of 50, while the list moves at constant length": Fault.together(Fault.paging({ most: 50 }), swaps),
      "a list that moves at constant length": swaps,
      "a list that loses its head": Fault.deleteClients(2, { at: "start" }),
      "pages beyond the end that are the last one": Fault.paging({ clamps: true }),
      "totals as texts": Fault.pagination(({ total, ...said }) => ({ ...said, total: String(total) })),
      "totals that are 7 too low": Fault.pagination(({ total }) => ({ total: Number(total) - 7 })),
      "no numbers": Fault.withoutMeta
    })
  ) {
    it.effect(`${name}: nobody lost, nobody twice, and proven`, () =>
      Effect.gen(function*() {
        const { lost, report, requests, twice } = yield* streamed(always(step))
        assert.deepStrictEqual([lost, twice, report?.unproven, report?.suspectedMisses], [[], 0, false, 0])
        assert.strictEqual((report?.pages ?? 0) + (report?.extraRequests ?? 0), requests)
        assert.isAtMost(requests, 40)
      }))
  }

  it.effect("a single size: all once on a list at rest, and the report says unproven", () =>
    Effect.gen(function*() {
      const { before, clients, report } = yield* streamed(always(Fault.paging({ size: 15 })))
      assert.deepStrictEqual(clients, before)
      assert.deepInclude(report, { unproven: true, suspectedMisses: 0 })
    }))

  it.effect("clients that are hidden after they were counted: the others once, and the report says how many are not shown", () =>
    Effect.gen(function*() {
      const hides = (id: string) => Number(id) % 10 === 0
      const { before, clients, report } = yield* streamed(always(Fault.paging({ hides })))
      assert.deepStrictEqual(clients, before.filter((id) => !hides(id)))
      assert.deepInclude(report, { unproven: true, suspectedMisses: before.filter(hides).length })
    }))

  for (
    const [name, step, reason] of [
      ["one page under every number", Fault.paging({ page: 1 }), "empty"],
      ["a list that grows as fast as it is read", Fault.insertClients(100, { at: "end" }), "endless"]
    ] as const
  ) {
    it.effect(`${name}: stuck, and it says why`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(streamed(always(step)))
        assert.deepInclude(error, { _tag: "ProcessMakerPaginationStuck", reason })
      }))
  }

  it.effect("672 clients that grow by two at every request take 10 requests", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.script(always(Fault.insertClients(2, { at: "end" })))
      yield* eventsOf({ perPage: 98, prefetch: 5 })
      assert.isAtMost((yield* pagesAsked).length, 10)
    }).pipe(Effect.provide(layerTest({ clients: 672 }))))

  it.effect("a loop over `next` of findOauthClients reads each page of its size once, and ends", () =>
    Effect.gen(function*() {
      const { findOauthClients } = yield* OauthClientsService
      const user = yield* theUser
      const ids: Array<string> = []
      let asked = Option.some({ page: 1, perPage: 50 })
      while (Option.isSome(asked)) {
        const { clients, next } = yield* findOauthClients(user, {
          page: asked.value.page,
          perPage: asked.value.perPage
        })
        ids.push(...idsOf(clients))
        asked = next
      }
      assert.deepStrictEqual(ids, [...yield* served])
      assert.deepStrictEqual(yield* pagesAsked, ["1 of 50", "2 of 50", "3 of 50"])
    }).pipe(Effect.provide(layerTest({ clients: 120 }))))
})
