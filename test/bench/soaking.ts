import { OauthClientsService } from "effect-processmaker-oauth"
import { FakeProcessMaker, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

export interface HeapAt {
  readonly page: number
  readonly megabytes: number
}

/** What is alive, not what has not been collected yet, in megabytes. */
export const heapInUse = Effect.sync(() => {
  setFlagsFromString("--expose-gc")
  const collect: unknown = runInNewContext("gc")
  if (typeof collect === "function") { for (let turn = 0; turn < 3; turn++) collect() }
  return process.memoryUsage().heapUsed / 1e6
})

/** Streams so many pages of 100 clients, and takes the heap after the first 100 pages and at ten places behind them. */
export const soak = (pages: number) =>
  Effect.gen(function*() {
    const service = yield* OauthClientsService
    const fake = yield* FakeProcessMaker
    const heaps: Array<HeapAt> = []
    const every = Math.max(100, Math.floor(pages / 10))
    let page = 0
    let clients = 0
    yield* Stream.runForEach(service.streamOauthClientPages(fake.userIds[0] ?? "", { prefetch: 4 }), (found) =>
      Effect.gen(function*() {
        page += 1
        clients += found.clients.length
        if (page === 100 || page % every === 0) {
          heaps.push({ page, megabytes: yield* heapInUse })
        }
      }))
    return { clients, heaps }
  }).pipe(Effect.provide(layerTest({ clients: pages * 100, keepRequests: 100 })))
