/**
 * Sends spans and metrics to the OpenTelemetry collector at OTEL_EXPORTER_OTLP_ENDPOINT (a local one is usually
 * `http://localhost:4318`), or prints them if it is not set:
 *
 *     npx tsx examples/watched.ts
 */
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http"
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http"
import { ConsoleMetricExporter, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics"
import { BatchSpanProcessor, ConsoleSpanExporter } from "@opentelemetry/sdk-trace-base"
import { OauthClientsService } from "effect-processmaker-oauth"
import { Fault } from "effect-processmaker-oauth/testing"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { runExample } from "./support/runExample.js"
import { layerTenantOrFake, userIdOr } from "./support/tenantOrFake.js"

const exporters = Effect.map(
  Config.option(Config.nonEmptyString("OTEL_EXPORTER_OTLP_ENDPOINT")),
  Option.match({
    onNone: () => ({ spans: new ConsoleSpanExporter(), metrics: new ConsoleMetricExporter() }),
    // The exporters read this variable and related ones, such as OTEL_EXPORTER_OTLP_HEADERS, themselves.
    onSome: () => ({ spans: new OTLPTraceExporter(), metrics: new OTLPMetricExporter() })
  })
)

const telemetry = NodeSdk.layer(Effect.map(exporters, ({ metrics, spans }) => ({
  resource: { serviceName: "oauth-clients" },
  spanProcessor: new BatchSpanProcessor(spans),
  metricReader: new PeriodicExportingMetricReader({ exporter: metrics })
})))

const program = Effect.gen(function*() {
  const userId = yield* userIdOr("u-7")
  const oauthClients = yield* OauthClientsService
  const count = yield* Stream.runCount(oauthClients.streamOauthClients(userId, { perPage: 100 }))
  yield* Console.error(`${count} clients`)
}).pipe(Effect.withSpan("count clients"))

runExample(program.pipe(
  Effect.provide(layerTenantOrFake(
    { users: [{ id: "u-7", clients: 250 }] },
    // The trace shows the retry.
    Fault.onPage(2, Fault.unavailable("1 second"))
  )),
  Effect.provide(telemetry)
))
