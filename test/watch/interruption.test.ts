/** A span that was started is ended, wherever the fiber is interrupted. */
import { assert, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { OauthClientsServiceShape } from "effect-processmaker-oauth"
import { layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { times } from "../support/runs.js"

/**
 * The fiber yields after so many operations, and can be interrupted then. No scheduler allows fewer than ten. The first
 * two values meet the start of each span, and that of a request's fiber.
 */
const intervals = [31, 39, ...Array.from({ length: times(0, 46) }, (_, index) => index + 10)]

/** Keeps the spans that are not ended. */
const tracing = (open: Set<Tracer.Span>) =>
  Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const span: Tracer.Span = {
        _tag: "Span",
        name,
        parent,
        context,
        links,
        kind,
        spanId: name,
        traceId: "trace",
        sampled: true,
        status: { _tag: "Started", startTime },
        attributes: new Map(),
        attribute: () => undefined,
        event: () => undefined,
        addLinks: () => undefined,
        end: () => void open.delete(span)
      }
      open.add(span)
      return span
    },
    context: (run) => run()
  })

const operations: Record<string, (oauthClients: OauthClientsServiceShape) => Effect.Effect<unknown, unknown>> = {
  "a call with its login": (oauthClients) => oauthClients.findOauthClients("u-7"),
  "a stream": (oauthClients) => Stream.runDrain(oauthClients.streamOauthClients("u-7")),
  "ensureOauthClient": (oauthClients) => oauthClients.ensureOauthClient("u-7", { name: "new" })
}

for (const [name, run] of Object.entries(operations)) {
  it.effect(`${name}, interrupted at every turn`, () =>
    Effect.gen(function*() {
      for (const interval of intervals) {
        let isDone = false
        for (let turns = 0; !isDone; turns++) {
          const open = new Set<Tracer.Span>()
          const attempt = Effect.flatMap(OauthClientsService, run).pipe(
            Effect.withTracer(tracing(open)),
            Effect.withMaxOpsBeforeYield(interval),
            Effect.fork,
            Effect.tap(() => Effect.repeatN(Effect.yieldNow(), turns)),
            Effect.flatMap((fiber) => Effect.zipLeft(Fiber.poll(fiber), Fiber.interrupt(fiber)))
          )
          isDone = Option.isSome(yield* Effect.provide(attempt, layerTest({ users: [{ id: "u-7", clients: 3 }] })))
          assert.deepStrictEqual(Array.from(open, ({ name }) => name), [], `after ${turns} turns of ${interval}`)
        }
      }
    }), 300_000)
}
