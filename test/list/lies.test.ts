import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { PageEvent, PageStreamOptions } from "effect-processmaker-oauth"
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

/** What a server answers, for which page of which size; `request` counts from 1. */
type Answer = (page: number, size: number, request: number) => Page

const numbers = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)
const slice = (length: number, page: number, size: number) =>
  numbers(Math.min(length, (page - 1) * size), Math.min(length, page * size))

/** Streams from a server that answers as it is told. */
const stream = (length: number, answer: Answer, options: PageStreamOptions = { perPage: 10 }) =>
  Effect.gen(function*() {
    const urls: Array<URL> = []
    const client = HttpClient.make((request, url) =>
      Effect.sync(() => {
        urls.push(url)
        const page = Number(url.searchParams.get("page"))
        const size = Number(url.searchParams.get("per_page"))
        const { ids, links, meta = {} } = answer(page, size, urls.length)
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
    const events: Array<PageEvent> = []
    const error = yield* service.streamOauthClientEvents("u", options).pipe(
      Stream.runForEach((event) => Effect.sync(() => events.push(event))),
      Effect.match({ onFailure: (error) => error, onSuccess: () => undefined })
    )
    return {
      urls,
      clients: clientsOf(events).map(Number),
      report: reportOf(events),
      stuck: error?._tag === "ProcessMakerPaginationStuck" ? error.reason : error?._tag
    }
  })

const honest = (length: number): Answer => (page, size) => ({ ids: slice(length, page, size) })

/** A server that gives pages of one size, whatever is asked for. */
const fixed = (length: number, size: number, meta: Record<string, unknown> = {}): Answer => (page) => ({
  ids: slice(length, page, size),
  meta: { per_page: size, total_pages: Math.ceil(length / size), ...meta }
})

const endsRight = (name: string, length: number, answer: Answer, most: number, options?: PageStreamOptions) =>
  it.effect(`${name}: every client once`, () =>
    Effect.gen(function*() {
      const { clients, stuck, urls } = yield* stream(length, answer, options)
      assert.strictEqual(stuck, undefined)
      assert.deepStrictEqual(clients, numbers(0, length))
      assert.isAtMost(urls.length, most)
    }))

const endsStuck = (name: string, answer: Answer, reason: string, most: number) =>
  it.effect(`${name}: ${reason}`, () =>
    Effect.gen(function*() {
      const { stuck, urls } = yield* stream(50, answer)
      assert.strictEqual(stuck, reason)
      assert.isAtMost(urls.length, most)
    }))

describe("servers that lie", () => {
  const all = honest(50)
  const saying = (length: number, meta: Page["meta"]): Answer => (page, size) => ({
    ids: slice(length, page, size),
    ...(meta === undefined ? {} : { meta })
  })
  endsRight("the truth", 50, all, 8)
  for (const total of [null, undefined, 2, 43, 0, "0", "1", "50"]) {
    endsRight(`a total of ${JSON.stringify(total)}`, 50, saying(50, { total, total_pages: undefined }), 9)
  }
  endsRight("one client whose total is a text", 1, saying(1, { total: "1" }), 1)
  endsRight("numbers that are all texts", 50, (page, size) => ({
    ids: slice(50, page, size),
    meta: { total: "50", per_page: `${size}`, current_page: `${page}`, total_pages: `${Math.ceil(50 / size)}` }
  }), 8)
  endsRight("one client whose total says 2", 1, saying(1, { total: 2 }), 2)
  endsRight("zero with data", 55, saying(55, { total: 0, total_pages: 0 }), 9)
  endsRight("total_pages too small", 50, saying(50, { total_pages: 1 }), 9)
  endsRight("total_pages too large", 50, saying(50, { total_pages: 9_999_999 }), 9)
  endsRight("no meta", 55, saying(55, null), 10)
  endsRight("no meta, and a full last page", 50, saying(50, null), 10)
  endsRight("no meta, and no pages at all", 7, () => ({ ids: numbers(0, 7), meta: null }), 2)
  endsRight(
    "no meta, and a cap on pages",
    55,
    (page, size) => ({ ids: slice(55, page, Math.min(10, size)), meta: null }),
    16,
    {
      perPage: 100
    }
  )
  endsRight(
    "a cap on pages",
    55,
    (page, size) => ({ ids: slice(55, page, Math.min(20, size)), meta: { per_page: Math.min(20, size) } }),
    5,
    { perPage: 100 }
  )
  endsRight("a total that grows with every answer", 50, (page, size, request) => ({
    ids: slice(50, page, size),
    meta: { total: 50 + request }
  }), 10)
  for (const perPage of [5, 10, 100]) {
    endsRight(`pages of 10 for ${perPage}`, 55, fixed(55, 10), 12, { perPage })
  }
  endsRight("pages of 10 that say they are of 15", 50, fixed(50, 10, { per_page: 15 }), 12)
  endsRight("a page that comes twice, once", 50, (page, size, request) => ({
    ids: slice(50, request === 3 ? 2 : page, size)
  }), 12)
  endsRight("an empty page in the middle, once", 50, (page, size, request) => ({
    ids: request === 3 ? [] : slice(50, page, size)
  }), 12)
  endsRight("a page beyond the end that is the last one", 50, (page, size) => {
    const last = Math.min(page, Math.ceil(50 / size))
    return { ids: slice(50, last, size), meta: { current_page: last } }
  }, 9)

  const first = slice(50, 1, 10)
  endsStuck("page 1 under every number, and it says so", () => ({ ids: first, meta: { current_page: 1 } }), "empty", 9)
  endsStuck("page 1 under every number, and it does not say so", () => ({ ids: first }), "repeated", 110)
  endsStuck("page 1 under every number, without numbers", () => ({ ids: first, meta: null }), "repeated", 110)
  endsStuck(
    "a higher page than asked for",
    (page, size) => ({
      ids: slice(50, page + 1, size),
      meta: { current_page: page + 1 }
    }),
    "wrongPage",
    1
  )
  endsStuck("total and total_pages too large", saying(50, { total: 1_000_000, total_pages: 100_000 }), "empty", 10)
  endsStuck(
    "no end, and a total that keeps ahead of it",
    (page, size) => ({
      ids: numbers((page - 1) * size, page * size),
      meta: { total: page * size + 10, total_pages: page + 1 }
    }),
    "endless",
    240
  )
  endsStuck(
    "a list that grows as fast as it is read",
    (page, size, request) => ({
      ids: slice(50 + request * size, page, size),
      meta: { total: 50 + request * size, total_pages: undefined }
    }),
    "endless",
    240
  )

  it.effect("one size whatever is asked for: the report says unproven, and how many may be missing", () =>
    Effect.gen(function*() {
      const ids = numbers(0, 40)
      // Between the second request and the third, 3 is deleted and 40 appended.
      const moved = [...ids.filter((id) => id !== 3), 40]
      const { clients, report } = yield* stream(40, (page, _, request) => ({
        ids: (request > 2 ? moved : ids).slice((page - 1) * 10, page * 10),
        meta: { per_page: 10, total_pages: 4 }
      }), { perPage: 100 })
      assert.notInclude(clients, 20)
      assert.deepInclude(report, { unproven: true, suspectedMisses: 0 + 40 - clients.length })
    }))

  it.effect("clients that the server counts but hides: the others come, and the report says how many do not", () =>
    Effect.gen(function*() {
      const { clients, report, urls } = yield* stream(100, (page, size) => ({
        ids: slice(100, page, size).filter((id) => id % 10 < 8)
      }))
      assert.deepStrictEqual(clients, numbers(0, 100).filter((id) => id % 10 < 8))
      assert.deepInclude(report, { suspectedMisses: 20, unproven: true })
      assert.isAtMost(urls.length, 15)
    }))

  it.effect("a page that is cut once, though no number changes: taken as it is, and the report says how many may be missing", () =>
    Effect.gen(function*() {
      const { clients, report } = yield* stream(50, (page, size, request) => ({
        ids: slice(50, page, size).slice(0, request === 3 ? 4 : size)
      }))
      assert.deepInclude(report, { suspectedMisses: 50 - clients.length, unproven: true })
      assert.isBelow(clients.length, 50)
    }))

  it.effect("the same client twice on a page: once, and the report counts the other", () =>
    Effect.gen(function*() {
      const { clients, report } = yield* stream(
        9,
        () => ({ ids: [0, 1, 2, 2, 3, 4, 5, 6, 7, 8], meta: { total: 10 } }),
        {
          perPage: 100
        }
      )
      assert.deepStrictEqual(clients, numbers(0, 9))
      assert.deepInclude(report, { duplicatesDropped: 1, suspectedMisses: 0 })
    }))

  it.effect("links are never followed", () =>
    Effect.gen(function*() {
      const link = "https://evil.example.test/users/u/clients?page=2"
      const { clients, urls } = yield* stream(20, (page, size) => ({
        ids: slice(20, page, size),
        links: { next: link, prev: { href: link } },
        meta: { links: { next: link } }
      }))
      assert.strictEqual(clients.length, 20)
      assert.deepStrictEqual([...new Set(urls.map(({ host }) => host))], ["t.example.test"])
    }))

  it.effect("with onDrift \"ignore\", a page that repeats for ever still ends", () =>
    Effect.gen(function*() {
      const { urls } = yield* stream(50, () => ({ ids: first }), { perPage: 10, onDrift: "ignore" })
      assert.isAtMost(urls.length, 110)
    }))

  it.effect("with onDrift \"fail\", a list that grows ends the stream", () =>
    Effect.gen(function*() {
      const grown: Answer = (page, size, request) => ({
        ids: slice(50, page, size),
        meta: { total: 50 + (request > 2 ? 1 : 0) }
      })
      assert.strictEqual((yield* stream(50, grown, { perPage: 10, onDrift: "fail" })).stuck, "drift")
      assert.strictEqual((yield* stream(50, all, { perPage: 10, onDrift: "fail" })).stuck, undefined)
    }))
})
