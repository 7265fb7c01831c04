import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { simulated } from "../support/simulatedTime.js"
import { clientsOf, eventsOf, idsOf, pagesAsked, reportOf, served, theUser } from "./support.js"

/** What 50 clients take at 10 a page: each page contains the last client of those before it, and the last one ends the list. */
const fifty = ["1 of 10", "2 of 9", "3 of 8", "3 of 10", "4 of 9", "6 of 7", "5 of 10", "7 of 8"]

describe("streams of a list that stands still", () => {
  it.effect("give every client once, in the server's order, in all three views", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const user = yield* theUser
      const all = yield* served
      assert.deepStrictEqual(idsOf(yield* Stream.runCollect(service.streamOauthClients(user, { perPage: 7 }))), all)
      const pages = yield* Stream.runCollect(service.streamOauthClientPages(user, { perPage: 7 }))
      assert.deepStrictEqual(Array.from(pages).flatMap((page) => idsOf(page.clients)), all)
      const events = yield* eventsOf({ perPage: 7 })
      assert.deepStrictEqual(clientsOf(events), all)
      assert.deepStrictEqual(reportOf(events), {
        pages: (yield* pagesAsked).length / 3,
        clients: 50,
        rejected: 0,
        retries: 0,
        extraRequests: 0,
        changes: 0,
        duplicatesDropped: 0,
        firstTotal: Option.some(50),
        lastTotal: Option.some(50),
        suspectedMisses: 0,
        unproven: false
      })
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("ask for pages that overlap, each once, and for one more when the last one is full", () =>
    Effect.gen(function*() {
      yield* eventsOf({ perPage: 10, prefetch: 3 })
      assert.deepStrictEqual(yield* pagesAsked, fifty)
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
      assert.deepStrictEqual(yield* pagesAsked, fifty.slice(0, 2))
      const resume = Option.getOrThrow(Chunk.last(head)).cursor
      const rest = yield* Stream.runCollect(service.streamOauthClients(user, { resume }))
      assert.deepStrictEqual(
        [...Array.from(head).flatMap((page) => idsOf(page.clients)), ...idsOf(rest)],
        yield* served
      )
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
      assert.deepStrictEqual(yield* pagesAsked, fifty.slice(0, 1))
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
      assert.deepStrictEqual(yield* pagesAsked, fifty.slice(0, 5))
    }).pipe(Effect.provide(layerTest({ clients: 200 })), Effect.scoped))

  it.effect("tells of retries as they happen, also of pages that are fetched ahead", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.script(
        Fault.onPage(2, Fault.delay("10 seconds")),
        Fault.on({ page: 3, perPage: 8 }, Fault.twice(Fault.resetBefore))
      )
      const events = yield* simulated(eventsOf({ perPage: 10, prefetch: 4 }))
      const told = events.map((event) =>
        event._tag === "PageFetched"
          ? event.page.pagination.currentPage
          : event._tag === "PageRetrying"
          ? `retry ${event.pageNumber}`
          : event._tag
      )
      assert.deepStrictEqual(told, [1, "retry 3", "retry 3", 2, 3, 3, 4, 6, 5, 7, "Completed"])
      assert.strictEqual(reportOf(events)?.retries, 2)
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("pages in flight stay good while the list moves: none is read again", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const before = yield* served
      const moved = Fault.together(Fault.insertClients(1, { at: 3 }), Fault.deleteClients(1, { at: "end" }))
      // Pages 3 and 4 are answered before the list moves, page 2 after it.
      yield* fake.script(
        Fault.onPage(2, Fault.together(Fault.delay("1 second"), moved)),
        Fault.onOperation("findOauthClients", Fault.always(Fault.delay("100 millis")))
      )
      const events = yield* simulated(eventsOf({ perPage: 10, prefetch: 4 }))
      assert.deepStrictEqual(clientsOf(events), before.slice(0, 49))
      assert.deepStrictEqual(yield* pagesAsked, fifty)
      assert.strictEqual(yield* fake.maxInFlight("findOauthClients"), 5)
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("pages in flight are cancelled when the place is lost, and the walk finds it again", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.script(
        Fault.onPage(2, Fault.together(Fault.delay("1 second"), Fault.deleteClients(20, { at: "start" }))),
        Fault.on({ page: 3, perPage: 10 }, Fault.hang)
      )
      const events = yield* simulated(eventsOf({ perPage: 10, prefetch: 4 }))
      assert.includeMembers([...clientsOf(events)], [...yield* served])
      assert.strictEqual(new Set(clientsOf(events)).size, clientsOf(events).length)
      assert.strictEqual(yield* fake.inFlight(), 0)
      const { changes = 0, extraRequests = 0, pages = 0 } = reportOf(events) ?? {}
      assert.isAtLeast(changes, 1)
      assert.strictEqual(pages + extraRequests, (yield* pagesAsked).length)
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("a page that fails is tried again in its place: nothing starts over, nothing comes twice", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.script(
        Fault.onPage(2, Fault.twice(Fault.resetBefore), Fault.tooManyRequests("2 seconds"), Fault.badGateway)
      )
      const events = yield* simulated(eventsOf({ perPage: 10, prefetch: 0 }))
      assert.deepStrictEqual(clientsOf(events), yield* served)
      const [first = "", second = "", ...rest] = fifty
      assert.deepStrictEqual(yield* pagesAsked, [first, second, second, second, second, second, ...rest])
      const failed = events.find((event) => event._tag === "PageFetched" && event.page.pagination.currentPage === 2)
      assert.strictEqual(failed?._tag === "PageFetched" ? failed.attempts : 0, 5)
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
      assert.strictEqual(yield* fake.inFlight("findOauthClients"), 2)
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
