import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { PageCursor } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { json, layerOver, scripted } from "../support/scripted.js"
import { clientsOf, eventsOf, idsOf, reportOf } from "./support.js"

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

  // At every place where two pages of 3 may meet.
  const rows = [9001, undefined, undefined, 9004, "bad", 9006, undefined, "bad", 9009]

  const pageOf = (ids: typeof rows, url: URL) => {
    const [page = 0, size = 0] = ["page", "per_page"].map((name) => Number(url.searchParams.get(name)))
    const data = ids.map((id, index) =>
      id === "bad" ? { type: "client", id: index, attributes: {} } : { type: "client", id, attributes: { name: "n" } }
    ).slice((page - 1) * size, page * size)
    const pagination = {
      total: 9,
      count: data.length,
      per_page: size,
      current_page: page,
      total_pages: Math.ceil(9 / size)
    }
    return { data, meta: { pagination } }
  }

  it.effect("without an id, or on the overlap of two pages, are rejected once, page by page too", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const whole = Chunk.toReadonlyArray(
        yield* Stream.runCollect(service.streamOauthClientEvents("u", { perPage: 3, onInvalidItem: "skip" }))
      )
      assert.deepStrictEqual(clientsOf(whole), ["9001", "9004", "9006", "9009"])
      assert.deepInclude(reportOf(whole), { rejected: 5, clients: 4 })
      const clients: Array<string> = []
      let rejected = 0
      let resume: PageCursor | undefined
      for (let run = 0; run < 9; run++) {
        const options = {
          maxPages: 1,
          onInvalidItem: "skip",
          ...(resume === undefined ? { perPage: 3 } : { resume })
        } as const
        yield* Stream.runForEach(service.streamOauthClientEvents("u", options), (event) =>
          Effect.sync(() => {
            if (event._tag === "ItemRejected") rejected += 1
            if (event._tag !== "PageFetched") return
            clients.push(...idsOf(event.page.clients))
            resume = event.page.cursor
          }))
      }
      assert.deepStrictEqual([clients, rejected], [["9001", "9004", "9006", "9009"], 5])
    }).pipe(Effect.provide(layerOver(scripted(({ url }) => json(pageOf(rows, url))).client))))

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
