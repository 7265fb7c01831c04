import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { PageCursor } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { clientsOf, eventsOf, reportOf, theUser } from "./support.js"

describe("rows that cannot be decoded", () => {
  const bad = Effect.flatMap(FakeProcessMaker, (fake) =>
    fake.script(Fault.onPage(
      2,
      Fault.respond({
        status: 200,
        headers: { "content-type": "application/vnd.api+json" },
        body: JSON.stringify({
          data: [
            { type: "client", id: "9001", attributes: { name: "good" } },
            { type: "client", id: "9002", attributes: { name: "bad", secret: ["hunter2-secret"] } },
            { type: "client", id: "9003", attributes: { name: "good too" } }
          ],
          meta: { pagination: { total: 6, count: 3, per_page: 3, current_page: 2, total_pages: 2 } }
        })
      })
    )))

  it.effect("are put aside with \"skip\", with page, index and path, and without their values", () =>
    Effect.gen(function*() {
      yield* bad
      const events = yield* eventsOf({ perPage: 3, onInvalidItem: "skip" })
      const rejected = events.find((event) => event._tag === "ItemRejected")
      assert.deepInclude(rejected, { pageNumber: 2, index: 1 })
      assert.deepStrictEqual(rejected?.issue.path, ["data", 1, "attributes", "secret"])
      assert.notInclude(JSON.stringify(events), "hunter2")
      assert.deepStrictEqual(clientsOf(events).slice(3), ["9001", "9003"])
      assert.deepInclude(reportOf(events), { clients: 5, rejected: 1, suspectedMisses: 0 })
    }).pipe(Effect.provide(layerTest({ clients: 6 }))))

  it.effect("without an id are told once, and passed by page by page", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const fake = yield* FakeProcessMaker
      const user = yield* theUser
      const data = [9001, 9002, undefined].map((id) => ({ type: "client", id, attributes: { name: "n" } }))
      const pagination = { total: 9, count: 3, per_page: 3, current_page: 2, total_pages: 3 }
      yield* fake.script(
        Fault.onPage(2, Fault.always(Fault.respond({ status: 200, body: { data, meta: { pagination } } })))
      )
      const pages: Array<number> = []
      let rejected = 0
      let resume: PageCursor | undefined
      for (let run = 0; run < 3; run++) {
        const options = { perPage: 3, maxPages: 1, onInvalidItem: "skip", resume } as const
        yield* Stream.runForEach(service.streamOauthClientEvents(user, options), (event) =>
          Effect.sync(() => {
            if (event._tag === "ItemRejected") rejected += 1
            if (event._tag !== "PageFetched") return
            pages.push(event.page.pagination.currentPage)
            resume = Option.getOrUndefined(event.page.next)
          }))
      }
      assert.deepStrictEqual(pages, [1, 2, 3])
      assert.strictEqual(rejected, 1)
    }).pipe(Effect.provide(layerTest({ clients: 9 }))))

  it.effect("end the stream with \"fail\", naming page and index", () =>
    Effect.gen(function*() {
      yield* bad
      const error = yield* Effect.flip(eventsOf({ perPage: 3 }))
      assert.strictEqual(error._tag, "ProcessMakerInvalidResponse")
      assert.include(error.message, "page 2")
      assert.include(error.message, "data.1.attributes.secret")
      assert.notInclude(error.message, "hunter2")
    }).pipe(Effect.provide(layerTest({ clients: 6 }))))
})
