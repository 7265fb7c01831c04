import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { PageStreamOptions } from "effect-processmaker-oauth"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { clientsOf, reportOf } from "./support.js"

interface Page {
  readonly ids: ReadonlyArray<number>
  /** Over the truth; `null` leaves the numbers out. */
  readonly meta?: Readonly<Record<string, unknown>> | null
  readonly links?: unknown
}

type Answer = (page: number, request: number) => Page

const numbers = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)
const slice = (length: number, page: number, size: number) =>
  numbers(Math.min(length, (page - 1) * size), Math.min(length, page * size))

/** Streams from a server that answers as it is told. */
const stream = (length: number, size: number, answer: Answer, options: PageStreamOptions = {}) =>
  Effect.gen(function*() {
    const urls: Array<URL> = []
    const client = HttpClient.make((request, url) =>
      Effect.sync(() => {
        urls.push(url)
        const page = Number(url.searchParams.get("page"))
        const { ids, links, meta = {} } = answer(page, urls.length)
        const pagination = {
          total: length,
          count: ids.length,
          per_page: size,
          current_page: page,
          total_pages: Math.ceil(length / size),
          ...meta
        }
        const data = ids.map((id) => ({ type: "client", id: String(id), attributes: { name: `n${id}` } }))
        const body = JSON.stringify({ data, links, ...(meta === null ? {} : { meta: { pagination } }) })
        return HttpClientResponse.fromWeb(request, new Response(body))
      })
    )
    const service = yield* Effect.provide(
      OauthClientsService,
      OauthClientsService.layer({
        baseUrl: "https://t.example.test/api/v1",
        credentials: { accessToken: Redacted.make("t") }
      }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, client)))
    )
    const result = yield* service.streamOauthClientEvents("u", { perPage: size, ...options }).pipe(
      Stream.runCollect,
      Effect.map(Chunk.toReadonlyArray),
      Effect.either
    )
    const events = result._tag === "Right" ? result.right : []
    const error = result._tag === "Left" ? result.left : undefined
    return {
      urls,
      clients: clientsOf(events).map(Number),
      report: reportOf(events),
      stuck: error?._tag === "ProcessMakerPaginationStuck" ? error.reason : error?._tag
    }
  })

const honest = (length: number, size: number): Answer => (page) => ({ ids: slice(length, page, size) })

const endsRight = (
  name: string,
  length: number,
  size: number,
  answer: Answer,
  most: number,
  options?: PageStreamOptions
) =>
  it.effect(`${name}: every client once`, () =>
    Effect.gen(function*() {
      const { clients, stuck, urls } = yield* stream(length, size, answer, options)
      assert.strictEqual(stuck, undefined)
      assert.deepStrictEqual(clients, numbers(0, length))
      assert.isAtMost(urls.length, most)
    }))

const endsStuck = (name: string, length: number, size: number, answer: Answer, reason: string, most: number) =>
  it.effect(`${name}: ${reason}`, () =>
    Effect.gen(function*() {
      const { stuck, urls } = yield* stream(length, size, answer)
      assert.strictEqual(stuck, reason)
      assert.isAtMost(urls.length, most)
    }))

describe("servers that lie", () => {
  endsRight("the truth", 50, 10, honest(50, 10), 5)
  endsStuck(
    "current_page that never moves",
    50,
    10,
    () => ({ ids: slice(50, 1, 10), meta: { current_page: 1 } }),
    "wrongPage",
    5
  )
  endsStuck("the same page under every number", 50, 10, () => ({ ids: slice(50, 1, 10) }), "repeated", 16)
  endsRight(
    "total_pages too large",
    50,
    10,
    (page) => ({ ids: slice(50, page, 10), meta: { total_pages: 9_999_999 } }),
    13
  )
  endsStuck(
    "total and total_pages too large",
    50,
    10,
    (page) => ({
      ids: slice(50, page, 10),
      meta: { total: 1_000_000, total_pages: 100_000 }
    }),
    "empty",
    20
  )
  endsRight("total_pages too small", 50, 10, (page) => ({ ids: slice(50, page, 10), meta: { total_pages: 1 } }), 5)
  endsRight("zero with data", 55, 10, (page) => ({ ids: slice(55, page, 10), meta: { total: 0, total_pages: 0 } }), 6)
  endsRight("a total that grows with every answer", 50, 10, (page, request) => ({
    ids: slice(50, page, 10),
    meta: { total: 50 + request }
  }), 200)
  endsStuck(
    "no end, and a total that keeps ahead of it",
    50,
    10,
    (page) => ({
      ids: numbers((page - 1) * 10, page * 10),
      meta: { total: page * 10 + 10, total_pages: page + 1 }
    }),
    "endless",
    2000
  )
  endsRight("no meta", 55, 10, (page) => ({ ids: slice(55, page, 10), meta: null }), 6)
  endsRight("no meta, and a full last page", 50, 10, (page) => ({ ids: slice(50, page, 10), meta: null }), 6)
  endsRight(
    "no meta, and smaller pages than asked for",
    55,
    10,
    (page) => ({ ids: slice(55, page, 10), meta: null }),
    6,
    {
      perPage: 100
    }
  )
  endsRight("no meta, and no pages at all", 7, 10, () => ({ ids: numbers(0, 7), meta: null }), 2)
  endsStuck(
    "no meta, and the same page under every number",
    50,
    10,
    () => ({ ids: slice(50, 1, 10), meta: null }),
    "repeated",
    13
  )
  endsRight("smaller pages than asked for", 55, 10, honest(55, 10), 6, { perPage: 100 })
  const clamps: ReadonlyArray<readonly [length: number, real: number, said: number, totalPages: number]> = [
    [250, 50, 100, 5],
    [250, 50, 100, 3],
    [50, 10, 15, 5],
    [50, 5, 10, 5]
  ]
  for (const [length, real, said, total_pages] of clamps) {
    endsRight(
      `pages of ${real} that say they are of ${said}, ${total_pages} of them`,
      length,
      said,
      (page) => ({ ids: slice(length, page, real), meta: { per_page: said, total_pages } }),
      16
    )
  }
  endsRight("larger pages than asked for", 55, 10, honest(55, 10), 6, { perPage: 5 })
  endsStuck(
    "a page size that changes on the way",
    50,
    10,
    (page) => ({
      ids: slice(50, page, page > 2 ? 5 : 10),
      meta: { per_page: page > 2 ? 5 : 10 }
    }),
    "pageSize",
    4
  )
  endsRight(
    "a page that comes twice, once",
    50,
    10,
    (page, request) => ({ ids: slice(50, request === 3 ? 2 : page, 10) }),
    7
  )
  endsRight("an empty page in the middle, once", 50, 10, (page, request) => ({
    ids: request === 3 ? [] : slice(50, page, 10)
  }), 7)
  endsRight("a cut page in the middle, once", 50, 10, (page, request) => ({
    ids: slice(50, page, 10).slice(0, request === 3 ? 4 : 10)
  }), 7)

  it.effect("an empty page in the middle for good: the others come, and the report says how many do not", () =>
    Effect.gen(function*() {
      const { clients, report } = yield* stream(50, 10, (page) => ({ ids: page === 3 ? [] : slice(50, page, 10) }))
      assert.deepStrictEqual(clients, numbers(0, 50).filter((id) => id < 20 || id >= 30))
      assert.strictEqual(report?.suspectedMisses, 10)
    }))

  it.effect("clients that the server counts but hides: the report says how many", () =>
    Effect.gen(function*() {
      const { clients, report, urls } = yield* stream(100, 10, (page) => ({
        ids: slice(100, page, 10).filter((id) => id % 10 < 8)
      }))
      assert.strictEqual(clients.length, 80)
      assert.strictEqual(report?.suspectedMisses, 20)
      assert.isAtMost(urls.length, 15)
    }))

  it.effect("the same client twice on a page: once, and the report counts the other", () =>
    Effect.gen(function*() {
      const { clients, report } = yield* stream(
        9,
        10,
        () => ({ ids: [0, 1, 2, 2, 3, 4, 5, 6, 7, 8], meta: { total: 10 } })
      )
      assert.deepStrictEqual(clients, numbers(0, 9))
      assert.deepInclude(report, { duplicatesDropped: 1, suspectedMisses: 1 })
    }))

  it.effect("a list without numbers that grows at its start: every client once", () =>
    Effect.gen(function*() {
      const { clients } = yield* stream(50, 10, (page, request) => ({
        ids: slice(60, page - (request === 1 ? 0 : 1), 10),
        meta: null
      }))
      assert.deepStrictEqual(clients, numbers(0, 50).concat(numbers(50, 60)))
    }))

  it.effect("a total that is too small, and a page with clients that are hidden: the pages announced are read", () =>
    Effect.gen(function*() {
      const { clients } = yield* stream(50, 10, (page) => ({
        ids: slice(50, page, 10).slice(0, page === 3 ? 8 : 10),
        meta: { total: 25 }
      }))
      assert.deepStrictEqual(clients, numbers(0, 50).filter((id) => id !== 28 && id !== 29))
    }))

  it.effect("links are never followed", () =>
    Effect.gen(function*() {
      const link = "https://evil.example.test/users/u/clients?page=2"
      const { clients, urls } = yield* stream(20, 10, (page) => ({
        ids: slice(20, page, 10),
        links: { next: link, prev: { href: link } },
        meta: { links: { next: link } }
      }))
      assert.strictEqual(clients.length, 20)
      assert.deepStrictEqual([...new Set(urls.map(({ host }) => host))], ["t.example.test"])
    }))

  it.effect("with onDrift \"ignore\", a page that repeats for ever still ends", () =>
    Effect.gen(function*() {
      const { stuck, urls } = yield* stream(50, 10, () => ({ ids: slice(50, 1, 10) }), { onDrift: "ignore" })
      assert.strictEqual(stuck, "repeated")
      assert.isAtMost(urls.length, 15)
    }))

  it.effect("with onDrift \"fail\", a list that grows ends the stream", () =>
    Effect.gen(function*() {
      const grown = (_page: number, request: number) => ({
        ids: slice(50, _page, 10),
        meta: { total: 50 + (request > 2 ? 1 : 0) }
      })
      assert.strictEqual((yield* stream(50, 10, grown, { onDrift: "fail" })).stuck, "drift")
      assert.strictEqual((yield* stream(50, 10, honest(50, 10), { onDrift: "fail" })).stuck, undefined)
    }))
})
