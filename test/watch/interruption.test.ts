/** A span that was started is ended, wherever the fiber is interrupted. */
import { assert, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { OauthClientsServiceShape } from "effect-processmaker-oauth"
import { layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { atEveryTurn } from "../support/interruption.js"
import { times } from "../support/runs.js"

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

// The first two meet the start of each span, and that of a request's fiber.
const intervals = [31, 39, ...Array.from({ length: times(0, 46) }, (_, index) => index + 10)]

for (const [name, run] of Object.entries(operations)) {
  it.effect(
    `${name}, interrupted at every turn`,
    () =>
      atEveryTurn(intervals, (interrupt, turn) =>
        Effect.gen(function*() {
          const open = new Set<Tracer.Span>()
          const isDone = yield* Effect.flatMap(OauthClientsService, run).pipe(
            Effect.withTracer(tracing(open)),
            interrupt,
            Effect.provide(layerTest({ users: [{ id: "u-7", clients: 3 }] }))
          )
          assert.deepStrictEqual(Array.from(open, ({ name }) => name), [], turn)
          return isDone
        })),
    300_000
  )
}
