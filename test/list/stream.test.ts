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
