import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { OauthClientsServiceShape } from "effect-processmaker-oauth"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import type { RequestListener } from "node:http"
import { pageText } from "../bench/pageText.js"
import { serve } from "../support/servers.js"

/** Steps of Effect's run loop, and the fibers that take them, while the effect runs: exact, whatever else goes on. */
const counted = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    // The live tracer itself: with another one, somebody would be watching.
    const tracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)
    const { context } = tracer
    const fibers = new Set<unknown>()
    let steps = 0
    yield* Effect.acquireUseRelease(
      Effect.sync(() => {
        Object.assign(tracer, {
          context: (step: () => unknown, fiber: unknown) => {
            steps += 1
            fibers.add(fiber)
            return step()
          }
        })
      }),
      () => effect,
      () => Effect.sync(() => Object.assign(tracer, { context }))
    )
    return { steps, fibers: fibers.size }
  })

const pages = 40
const clients = pages * 100

const answering = (chunked: boolean): RequestListener => (request, response) => {
  const query = new URL(request.url ?? "/", "http://localhost").searchParams
  const body = pageText(clients, Number(query.get("page")), Number(query.get("per_page")))
  response.writeHead(200, {
    "content-type": "application/vnd.api+json",
    ...(chunked ? {} : { "content-length": Buffer.byteLength(body) })
  })
  for (let from = 0; from < body.length; from += 8192) response.write(body.slice(from, from + 8192))
  response.end()
}

const withService = <A>(
  chunked: boolean,
  use: (service: OauthClientsServiceShape) => Effect.Effect<A, unknown>
) =>
  Effect.gen(function*() {
    const { origin, seen } = yield* serve(answering(chunked))
    const value = yield* Effect.flatMap(OauthClientsService, use).pipe(
      Effect.provide(
        OauthClientsService.layer({
          baseUrl: `${origin}/api/v1`,
          credentials: { accessToken: Redacted.make("token") }
        }).pipe(Layer.provide(NodeHttpClient.layerUndici))
      )
    )
    return { value, requests: seen.length }
  })

for (const [body, chunked] of [["announced", false], ["chunked", true]] as const) {
  describe(`with nobody watching, ${body} bodies`, () => {
    it.scopedLive("a find takes at most 110 steps and one fiber of its own", () =>
      Effect.gen(function*() {
        const { value } = yield* withService(chunked, (service) => {
          const find = service.findOauthClients("u-7", { perPage: 100 })
          return Effect.zipRight(find, counted(find))
        })
        // What counts takes a few steps itself.
        const idle = yield* counted(Effect.void)
        assert.isAtMost(value.steps - idle.steps, 110)
        assert.isAtMost(value.fibers - idle.fibers, 1)
      }))

    for (const prefetch of [0, 1, 15]) {
      it.scopedLive(`a page of a stream takes at most 150 steps and two fibers, prefetch ${prefetch}`, () =>
        Effect.gen(function*() {
          const stream = (many: number) =>
            withService(
              chunked,
              (service) => counted(Stream.runDrain(service.streamOauthClientPages("u-7", { prefetch, maxPages: many })))
            )
          const few = yield* stream(10)
          const many = yield* stream(30)
          const requests = many.requests - few.requests
          assert.isAtMost((many.value.steps - few.value.steps) / requests, 150)
          assert.isAtMost((many.value.fibers - few.value.fibers) / requests, 2)
        }))
    }
  })
}
