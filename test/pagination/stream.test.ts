import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, PageCursor, RetryPolicy } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { simulated } from "../support/simulatedTime.js"
import { clientsOf, eventsOf, pagesAsked, reportOf, theUser } from "./support.js"

const ids = (clients: Iterable<{ readonly id: string }>) => Array.from(clients, ({ id }) => id)

const served = Effect.flatMap(
  Effect.all([FakeProcessMaker, theUser]),
  ([fake, user]) => Effect.map(fake.clients(user), ids)
)

describe("streams of a list that stands still", () => {
  it.effect("give every client once, in the server's order, in all three views", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const user = yield* theUser
      const all = yield* served
      assert.deepStrictEqual(ids(yield* Stream.runCollect(service.streamOauthClients(user, { perPage: 7 }))), all)
      const pages = yield* Stream.runCollect(service.streamOauthClientPages(user, { perPage: 7 }))
      assert.deepStrictEqual(Array.from(pages).flatMap((page) => ids(page.clients)), all)
      const events = yield* eventsOf({ perPage: 7 })
      assert.deepStrictEqual(clientsOf(events), all)
      assert.deepStrictEqual(reportOf(events), {
        pages: 8,
        clients: 50,
        rejected: 0,
        retries: 0,
        duplicatesDropped: 0,
        firstTotal: Option.some(50),
        lastTotal: Option.some(50),
        suspectedMisses: 0
      })
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("ask for each page once, also when the list ends with a full page", () =>
    Effect.gen(function*() {
      yield* eventsOf({ perPage: 10, prefetch: 3 })
      assert.deepStrictEqual(yield* pagesAsked, [1, 2, 3, 4, 5])
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("end at once for a user without clients", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const fake = yield* FakeProcessMaker
      const user = fake.userIds[1] ?? ""
      const events = yield* Stream.runCollect(service.streamOauthClientEvents(user))
      assert.deepStrictEqual(Array.from(events, ({ _tag }) => _tag), ["PageFetched", "Completed"])
    }).pipe(Effect.provide(layerTest({ users: [{ clients: 5 }, { clients: 0 }] }))))

  it.effect("stop after maxPages, and go on from there", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const user = yield* theUser
      const head = yield* Stream.runCollect(
        service.streamOauthClientPages(user, { perPage: 10, maxPages: 2, prefetch: 5 })
      )
      assert.deepStrictEqual(yield* pagesAsked, [1, 2])
      const resume = Option.getOrThrow(Option.flatMap(Chunk.last(head), ({ next }) => next))
      const rest = yield* Stream.runCollect(service.streamOauthClients(user, { resume }))
      assert.deepStrictEqual([...Array.from(head).flatMap((page) => ids(page.clients)), ...ids(rest)], yield* served)
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))
})

describe("prefetch", () => {
  const slow = layerTest({ clients: 2000 })
  const delayPages = Effect.flatMap(
    FakeProcessMaker,
    (fake) => fake.script(Fault.onOperation("findOauthClients", Fault.always(Fault.delay("20 millis"))))
  )

  const timed = (prefetch: number) =>
    Effect.gen(function*() {
      yield* delayPages
      const events = yield* eventsOf({ perPage: 10, prefetch })
      assert.deepStrictEqual(clientsOf(events), yield* served)
      const fake = yield* FakeProcessMaker
      return { took: yield* Clock.currentTimeMillis, most: yield* fake.maxInFlight("findOauthClients") }
    }).pipe(Effect.provide(slow), simulated)

  it.effect("keeps so many pages in flight ahead of the consumer, in order, in a fraction of the time", () =>
    Effect.gen(function*() {
      const sequential = yield* timed(0)
      const ahead = yield* timed(15)
      assert.strictEqual(sequential.most, 1)
      assert.strictEqual(ahead.most, 16)
      assert.isAtLeast(sequential.took, 4000)
      assert.isAtMost(ahead.took, sequential.took / 16 + 60)
    }))

  it.effect("0 asks for a page only when it is needed", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      yield* Stream.runDrain(Stream.take(service.streamOauthClients(yield* theUser, { perPage: 10, prefetch: 0 }), 1))
      assert.deepStrictEqual(yield* pagesAsked, [1])
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("never has more pages waiting than asked for while the consumer is slow", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const user = yield* theUser
      const taken: Array<number> = []
      yield* Effect.forkScoped(Stream.runForEach(
        service.streamOauthClientPages(user, { perPage: 10, prefetch: 3 }),
        (page) => Effect.delay(Effect.sync(() => taken.push(page.pagination.currentPage)), "1 hour")
      ))
      yield* TestClock.adjust("90 minutes")
      assert.deepStrictEqual(taken, [1])
      // The consumer holds page 2; three more wait for it.
      assert.deepStrictEqual(yield* pagesAsked, [1, 2, 3, 4, 5])
    }).pipe(Effect.provide(layerTest({ clients: 200 })), Effect.scoped))

  it.effect("tells of retries as they happen, also of pages that are fetched ahead", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.script(
        Fault.onPage(2, Fault.delay("10 seconds")),
        Fault.onPage(3, Fault.twice(Fault.resetBefore))
      )
      const events = yield* simulated(eventsOf({ perPage: 10, prefetch: 4 }))
      const told = events.map((event) =>
        event._tag === "PageFetched"
          ? event.page.pagination.currentPage
          : event._tag === "PageRetrying"
          ? `retry ${event.pageNumber}`
          : event._tag
      )
      assert.deepStrictEqual(told, [1, "retry 3", "retry 3", 2, 3, 4, 5, "Completed"])
      assert.strictEqual(reportOf(events)?.retries, 2)
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("pages that were read ahead of a change, or are still being read, are dropped and read again", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.script(
        Fault.onPage(2, Fault.together(Fault.delay("1 second"), Fault.insertClients(1))),
        Fault.onPage(3, Fault.pass),
        Fault.onPage(4, Fault.hang),
        Fault.onOperation("findOauthClients", Fault.always(Fault.delay("10 seconds")))
      )
      const events = yield* simulated(eventsOf({ perPage: 10, prefetch: 4 }))
      assert.deepStrictEqual(clientsOf(events), yield* served)
      // Page 1 shows that the place has not moved.
      assert.deepStrictEqual(yield* pagesAsked, [1, 2, 3, 4, 5, 1, 3, 4, 5, 6])
      assert.strictEqual(yield* fake.maxInFlight("findOauthClients"), 4)
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("a change that shows in ids alone drops what was read ahead of it, too", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const all = yield* served
      const moved = Fault.together(Fault.insertClients(1, { at: "start" }), Fault.deleteClients(1, { at: "end" }))
      // Page 3 is answered before the list moves, page 2 after it.
      yield* fake.script(Fault.onPage(2, Fault.badGateway, moved))
      const events = yield* simulated(eventsOf({ perPage: 10 }))
      assert.deepStrictEqual(clientsOf(events), all.slice(0, -1))
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("a page that fails is tried again in its place: nothing starts over, nothing comes twice", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.script(
        Fault.onPage(3, Fault.twice(Fault.resetBefore), Fault.tooManyRequests("2 seconds"), Fault.badGateway)
      )
      const events = yield* simulated(eventsOf({ perPage: 10, prefetch: 0 }))
      assert.deepStrictEqual(clientsOf(events), yield* served)
      assert.deepStrictEqual(yield* pagesAsked, [1, 2, 3, 3, 3, 3, 3, 4, 5])
      const third = events.find((event) => event._tag === "PageFetched" && event.page.pagination.currentPage === 3)
      assert.strictEqual(third?._tag === "PageFetched" ? third.attempts : 0, 5)
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("a page ahead that fails for good ends the stream in its turn, after the pages before it", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const fake = yield* FakeProcessMaker
      yield* fake.script(Fault.onPage(3, Fault.always(Fault.badGateway)))
      const pages: Array<number> = []
      const error = yield* service.streamOauthClientPages(yield* theUser, { perPage: 10, prefetch: 4 }).pipe(
        Stream.runForEach((page) => Effect.sync(() => pages.push(page.pagination.currentPage))),
        Effect.flip,
        simulated
      )
      assert.deepStrictEqual(pages, [1, 2])
      assert.strictEqual(error._tag, "ProcessMakerServerError")
      assert.include(error.message, "page 3")
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))
})

describe("an early end", () => {
  const hanging = Effect.flatMap(FakeProcessMaker, (fake) => fake.script(Fault.onPage(3, Fault.always(Fault.hang))))

  it.effect("cancels what is in flight when the consumer has enough", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const fake = yield* FakeProcessMaker
      yield* hanging
      yield* Stream.runDrain(Stream.take(service.streamOauthClients(yield* theUser, { perPage: 10, prefetch: 4 }), 15))
      yield* Effect.yieldNow()
      assert.strictEqual(yield* fake.inFlight(), 0)
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("cancels what is in flight when it is interrupted, and nothing runs on", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const fake = yield* FakeProcessMaker
      yield* hanging
      const fiber = yield* Effect.fork(
        Stream.runDrain(service.streamOauthClients(yield* theUser, { perPage: 10, prefetch: 4 }))
      )
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* fake.inFlight("findOauthClients"), 1)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* fake.inFlight(), 0)
      const before = (yield* pagesAsked).length
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* pagesAsked).length, before)
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("reads the retry policy of whoever runs the stream", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const fake = yield* FakeProcessMaker
      yield* fake.script(Fault.onPage(2, Fault.badGateway))
      const stream = service.streamOauthClients(yield* theUser, { perPage: 10 })
      const error = yield* Effect.flip(simulated(Stream.runDrain(RetryPolicy.with(stream, RetryPolicy.none))))
      assert.strictEqual(error._tag, "ProcessMakerServerError")
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))
})

describe("cursors", () => {
  const firstCursor = Effect.gen(function*() {
    const service = yield* OauthClientsService
    const page = yield* service.findOauthClients(yield* theUser, { perPage: 10 })
    return Option.getOrThrow(page.next)
  })

  it.effect("survive JSON, and are taken in both forms", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const user = yield* theUser
      const cursor = yield* firstCursor
      const json = JSON.stringify(yield* Schema.encode(PageCursor)(cursor))
      const decoded = yield* Schema.decode(Schema.parseJson(PageCursor))(json)
      assert.deepStrictEqual(decoded, cursor)
      const rest = (yield* served).slice(10)
      assert.deepStrictEqual(ids(yield* Stream.runCollect(service.streamOauthClients(user, { resume: decoded }))), rest)
      assert.deepStrictEqual(
        ids(yield* Stream.runCollect(service.streamOauthClients(user, { resume: JSON.parse(json) }))),
        rest
      )
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("that are foreign, edited or made up are refused before any request", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const fake = yield* FakeProcessMaker
      const cursor = { ...yield* firstCursor }
      yield* fake.clearRequests
      const [user = "", other = ""] = fake.userIds
      const refuse = (userId: string, resume: unknown, perPage?: number) =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(
            Stream.runDrain(service.streamOauthClients(userId, { resume: resume as PageCursor, perPage }))
          )
          assert.strictEqual(error._tag, "ProcessMakerInvalidRequest")
        })
      yield* refuse(other, cursor)
      yield* refuse(user, cursor, 20)
      yield* refuse(user, { ...cursor, page: 4 })
      yield* refuse(user, { ...cursor, anchors: [] })
      yield* refuse(user, { ...cursor, userId: other })
      yield* refuse(user, { page: 2 })
      yield* refuse(user, "page 2")
      yield* refuse(user, null)
      assert.deepStrictEqual(yield* fake.requests, [])
    }).pipe(Effect.provide(layerTest({ clients: 50, users: 2 }))))

  it.effect("show a change between two runs that leaves the length as it was", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const fake = yield* FakeProcessMaker
      const user = yield* theUser
      const resume = yield* firstCursor
      const rest = (yield* served).slice(10)
      yield* fake.deleteClients(user, [(yield* served)[4] ?? ""])
      yield* fake.insertClients(user, 1, { at: "end" })
      const resumed = ids(yield* Stream.runCollect(service.streamOauthClients(user, { resume })))
      assert.deepStrictEqual(resumed.slice(0, rest.length), rest)
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("of a list that is empty by now end at once", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const fake = yield* FakeProcessMaker
      const user = yield* theUser
      const pages = yield* Stream.runCollect(service.streamOauthClientPages(user, { perPage: 10, maxPages: 4 }))
      const resume = Option.getOrThrow(Option.flatMap(Chunk.last(pages), ({ next }) => next))
      const pagination = { total: 0, count: 0, per_page: 10, current_page: 4, total_pages: 0 }
      const empty = Fault.respond({ status: 200, body: { data: [], meta: { pagination } } })
      yield* fake.script(Fault.onPage(4, Fault.always(empty)))
      const events = yield* eventsOf({ resume })
      assert.deepStrictEqual(clientsOf(events), [])
      assert.strictEqual(reportOf(events)?.suspectedMisses, 0)
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("options that make no sense are refused before any request", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const fake = yield* FakeProcessMaker
      for (const options of [{ perPage: 0 }, { perPage: 101 }, { prefetch: -1 }, { prefetch: 1.5 }, { maxPages: 0 }]) {
        const error = yield* Effect.flip(Stream.runDrain(service.streamOauthClients("u", options)))
        assert.strictEqual(error._tag, "ProcessMakerInvalidRequest")
      }
      assert.deepStrictEqual(yield* fake.requests, [])
    }).pipe(Effect.provide(layerTest())))
})

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
