/**
 * Draws the trace of a call that is retried, as an exporter gets it, for docs/observability.md:
 *
 *     tsx scripts/draw-trace.ts docs/images/trace.svg
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Plot from "@observablehq/plot"
import { SpanStatusCode } from "@opentelemetry/api"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import { OauthClientsService } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import { parseHTML } from "linkedom"
import { writeFileSync } from "node:fs"
import { exported } from "../test/watch/exported.js"

const call = Effect.gen(function*() {
  const fake = yield* FakeProcessMaker
  yield* fake.script(
    Fault.on({}, Fault.delay("90 millis")),
    Fault.on(
      { operation: "findOauthClients" },
      Fault.together(Fault.delay("120 millis"), Fault.unavailable("1 second"))
    ),
    Fault.on({ operation: "findOauthClients" }, Fault.delay("150 millis"))
  )
  const oauthClients = yield* OauthClientsService
  return yield* exported(oauthClients.findOauthClients("u-7"))
}).pipe(Effect.provide(layerTest({ users: [{ id: "u-7", clients: 20 }] })))

const style = `
svg { color: #1c2330; --ours: #2f6fdb; --bad: #c02b2b; --event: #ad4f00; background: #ffffff; }
@media (prefers-color-scheme: dark) {
  svg { color: #e6eaf1; --ours: #6ea2ff; --bad: #ff7b72; --event: #ffa657; background: #12161d; }
}
`

const millis = ([seconds, nanos]: readonly [number, number]): number => seconds * 1000 + nanos / 1e6

const draw = (spans: ReadonlyArray<ReadableSpan>): string => {
  const { document } = parseHTML("<!doctype html><html><body></body></html>")
  const ordered = [...spans].sort((left, right) => millis(left.startTime) - millis(right.startTime))
  const origin = millis(ordered[0]?.startTime ?? [0, 0])
  const rows = ordered.map((span, index) => ({
    index,
    from: millis(span.startTime) - origin,
    to: millis(span.endTime) - origin,
    fill: span.status.code === SpanStatusCode.ERROR ? "var(--bad)" : "var(--ours)",
    label: [
      span.name,
      ...["http.response.status_code", "error.type", "http.request.resend_count"].flatMap((name) => {
        const value = span.attributes[name]
        return value === undefined ? [] : [`${name}=${value}`]
      })
    ].join("  ")
  }))
  const events = ordered.flatMap((span, index) =>
    span.events.filter(({ name }) => name === "retry").map(({ attributes, time }) => ({
      index,
      at: millis(time) - origin,
      label: `retry: reason=${attributes?.["reason"]}, delay=${Number(attributes?.["delay"]).toFixed(2)}`
    }))
  )
  const svg = Plot.plot({
    document,
    className: "plot",
    width: 880,
    height: 40 + 46 * rows.length,
    marginTop: 8,
    marginLeft: 16,
    marginRight: 24,
    marginBottom: 36,
    style: { fontSize: "12px" },
    x: { label: "milliseconds", labelArrow: "none", grid: true },
    y: { domain: [0, rows.length], reverse: true, axis: null },
    marks: [
      Plot.rect(rows, {
        x1: "from",
        x2: "to",
        y1: ({ index }) => index + 0.5,
        y2: ({ index }) => index + 0.85,
        fill: "fill"
      }),
      Plot.text(rows, { x: 0, y: ({ index }) => index + 0.28, text: "label", textAnchor: "start" }),
      Plot.dot(events, {
        x: "at",
        y: ({ index }) => index + 0.675,
        fill: "var(--event)",
        r: 5,
        stroke: "currentColor"
      }),
      Plot.text(events, {
        x: "at",
        y: ({ index }) => index + 0.28,
        text: "label",
        textAnchor: "start",
        dx: 56,
        fill: "var(--event)"
      })
    ]
  })
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg")
  return svg.outerHTML.replace("<style>", `<style>${style}`)
}

NodeRuntime.runMain(Effect.map(call, ({ spans }) => writeFileSync(process.argv[2] ?? "trace.svg", draw(spans))))
