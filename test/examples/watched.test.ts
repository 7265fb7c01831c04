import { assert, describe, it } from "@effect/vitest"
import { assertNoSecrets, FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { ServedFake, serveFake } from "../../examples/support/serveFake.js"
import { attribute, metric } from "../../src/internal/watch/names.js"
import { runExample } from "./programs.js"

const limits = { timeout: 60_000 }

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface Span {
  readonly name: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: ReadonlyArray<Attribute>
}

const valuesOf = (attributes: ReadonlyArray<Attribute>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

/** Receives what OpenTelemetry's protocol sends over HTTP as JSON. */
const startCollector = Effect.acquireRelease(
  Effect.promise(async () => {
    const received: Array<{ readonly path: string; readonly body: string }> = []
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        received.push({ path: request.url ?? "", body })
        response.writeHead(200, { "content-type": "application/json" }).end("{}")
      })
    }).listen(0, "127.0.0.1")
    await once(server, "listening")
    return { server, received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  }),
  ({ server }) => Effect.sync(() => server.close())
).pipe(Effect.map(({ received, url }) => ({
  url,
  received,
  bodiesAt: (path: string) => received.filter((request) => request.path === path).map(({ body }) => JSON.parse(body))
})))

/** Runs the example on a server that fails once. */
const runWatched = (environment: Readonly<Record<string, string>>) =>
  Effect.gen(function*() {
    const fake = yield* FakeProcessMaker
    yield* fake.script(Fault.onPage(2, Fault.badGateway))
    const tenant = (yield* ServedFake).environment
    const ended = yield* runExample("examples/watched.ts", [], { ...tenant, ...environment })
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.strictEqual(ended.stderr, "250 clients\n")
    return ended
  })

const served = serveFake({ users: [{ id: "u-7", clients: 250 }] })

describe("watched.ts", () => {
  it.scopedLive("sends spans and metrics to the collector that the environment names", () =>
    Effect.gen(function*() {
      const collector = yield* startCollector
      const { stdout } = yield* runWatched({ OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/` })
      assert.strictEqual(stdout, "")
      const [traces, metrics] = ["/v1/traces", "/v1/metrics"].map(collector.bodiesAt)

      const resources = (traces ?? []).flatMap(({ resourceSpans }) => resourceSpans)
      for (const { resource } of resources) {
        assert.strictEqual(valuesOf(resource.attributes)["service.name"], "oauth-clients")
      }
      const spans: ReadonlyArray<Span> = resources.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap((scope: { readonly spans: ReadonlyArray<Span> }) => scope.spans)
      )
      assert.sameMembers([...new Set(spans.map(({ name }) => name))], [
        "count clients",
        "OauthClientsService.streamOauthClients",
        "OauthClientsService.findOauthClients",
        "GET /users/{user_id}/clients",
        "POST /oauth/access_token"
      ])
      const byId = new Map(spans.map((span) => [span.spanId, span]))
      const parentOf = ({ parentSpanId = "" }: Span) => byId.get(parentSpanId)?.name
      for (const span of spans) {
        if (span.name !== "count clients") assert.isDefined(parentOf(span), `${span.name} has no parent`)
      }
      const resent = spans.filter(({ attributes }) => valuesOf(attributes)[attribute.resendCount] === 1)
      assert.deepStrictEqual(resent.map(({ name }) => name), ["GET /users/{user_id}/clients"])

      const measured: ReadonlyArray<{ readonly name: string; readonly unit: string }> = (metrics ?? [])
        .flatMap(({ resourceMetrics }) => resourceMetrics)
        .flatMap(({ scopeMetrics }) => scopeMetrics)
        .flatMap((scope) => scope.metrics)
      const units = new Map(measured.map(({ name, unit }) => [name, unit]))
      assert.includeMembers([...units.keys()], [
        metric.requestDuration.name,
        metric.operationDuration.name,
        metric.retries.name,
        metric.tokenRequests.name,
        metric.pages.name,
        metric.clients.name
      ])
      assert.strictEqual(units.get(metric.requestDuration.name), "s")
      assertNoSecrets(collector.received, yield* (yield* FakeProcessMaker).secrets)
    }).pipe(Effect.provide(served)), limits)

  it.scopedLive("prints them without a collector", () =>
    Effect.gen(function*() {
      const { stdout } = yield* runWatched({ OTEL_EXPORTER_OTLP_ENDPOINT: "" })
      for (const name of ["count clients", "GET /users/{user_id}/clients", metric.requestDuration.name]) {
        assert.include(stdout, `name: '${name}'`)
      }
      assertNoSecrets(stdout, yield* (yield* FakeProcessMaker).secrets)
    }).pipe(Effect.provide(served)), limits)
})
