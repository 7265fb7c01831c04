import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, PageCursor } from "effect-processmaker-oauth"
import { FakeProcessMaker, layerTest } from "effect-processmaker-oauth/testing"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { idsOf, served, theUser } from "./support.js"

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
      assert.deepStrictEqual(
        idsOf(yield* Stream.runCollect(service.streamOauthClients(user, { resume: decoded }))),
        rest
      )
      assert.deepStrictEqual(
        idsOf(yield* Stream.runCollect(service.streamOauthClients(user, { resume: JSON.parse(json) }))),
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
      const refuse = (userId: string, resume: unknown) =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(
            Stream.runDrain(service.streamOauthClients(userId, { resume: resume as PageCursor }))
          )
          assert.strictEqual(error._tag, "ProcessMakerInvalidRequest")
        })
      yield* refuse(other, cursor)
      yield* refuse(user, { ...cursor, page: 4 })
      yield* refuse(user, { ...cursor, ids: [] })
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
      const resumed = idsOf(yield* Stream.runCollect(service.streamOauthClients(user, { resume })))
      assert.deepStrictEqual(resumed.slice(0, rest.length), rest)
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("of another version say so, and to start again", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const resume = { ...yield* firstCursor, version: 1 }
      const error = yield* Effect.flip(
        Stream.runDrain(service.streamOauthClients(yield* theUser, { resume: resume as unknown as PageCursor }))
      )
      assert.strictEqual(error._tag, "ProcessMakerInvalidRequest")
      assert.include(error.message, "resume.version")
      assert.include(error.message, "start again")
    }).pipe(Effect.provide(layerTest({ clients: 50 }))))

  it.effect("of every page of a list, the last one and an empty list's too, resume to exactly the rest", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const fake = yield* FakeProcessMaker
      for (const user of fake.userIds) {
        const pages = yield* Stream.runCollect(service.streamOauthClientPages(user, { perPage: 10 }))
        const all = idsOf(yield* fake.clients(user))
        let read = 0
        for (const { clients, cursor, next } of pages) {
          read += clients.length
          const isLast = read === all.length
          assert.deepStrictEqual(next, isLast ? Option.none() : Option.some(cursor))
          const resume = JSON.parse(JSON.stringify(cursor))
          const rest = yield* Stream.runCollect(service.streamOauthClients(user, { resume, perPage: 7 }))
          assert.deepStrictEqual(idsOf(rest), all.slice(read))
        }
        yield* fake.insertClients(user, 3, { at: "end" })
        const last = Option.getOrThrow(Chunk.last(pages)).cursor
        const added = idsOf(yield* Stream.runCollect(service.streamOauthClients(user, { resume: last })))
        assert.deepStrictEqual(added, idsOf(yield* fake.clients(user)).slice(all.length))
      }
    }).pipe(Effect.provide(layerTest({ users: [{ clients: 55 }, { clients: 1 }, { clients: 0 }] }))))

  it.effect("of a list that is empty by now lead nowhere, and say so", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const fake = yield* FakeProcessMaker
      const user = fake.userIds[1] ?? ""
      const pages = yield* Stream.runCollect(service.streamOauthClientPages(user, { perPage: 10, maxPages: 4 }))
      const resume = Option.getOrThrow(Chunk.last(pages)).cursor
      yield* fake.deleteClients(user, idsOf(yield* fake.clients(user)))
      const error = yield* Effect.flip(Stream.runDrain(service.streamOauthClients(user, { resume })))
      assert.deepInclude(error, { _tag: "ProcessMakerPaginationStuck", reason: "lostPlace" })
    }).pipe(Effect.provide(layerTest({ clients: 50, users: 2 }))))

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
