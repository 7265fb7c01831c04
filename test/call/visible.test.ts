import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy } from "effect-processmaker-oauth"
import { Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { simulated } from "../support/simulatedTime.js"
import { ready } from "./calls.js"

interface Line {
  readonly level: string
  readonly message: unknown
  readonly facts: Readonly<Record<string, unknown>>
}

interface Event {
  readonly span: string
  readonly name: string
  readonly facts: Readonly<Record<string, unknown>>
}

const recorder = Effect.map(Effect.tracer, (native) => {
  const lines: Array<Line> = []
  const events: Array<Event> = []
  const spans: Array<Tracer.Span> = []
  const logger = Logger.make(({ annotations, logLevel, message }) => {
    lines.push({ level: logLevel.label, message, facts: Object.fromEntries(HashMap.toEntries(annotations)) })
  })
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind, options) => {
      const span = native.span(name, parent, context, links, startTime, kind, options)
      const event = span.event.bind(span)
      span.event = (eventName, time, attributes = {}) => {
        events.push({ span: name, name: eventName, facts: attributes })
        event(eventName, time, attributes)
      }
      spans.push(span)
      return span
    },
    context: (f) => f()
  })
  const record = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    effect.pipe(
      Effect.withTracer(tracer),
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Logger.withMinimumLogLevel(LogLevel.Debug)
    )
  return { lines, events, spans, record }
})

describe("every repeat is visible", () => {
  it.effect("as one debug line and one span event, with attempt, delay and reason", () =>
    Effect.gen(function*() {
      const { events, lines, record } = yield* recorder
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation(
        "findOauthClients",
        Fault.resetBefore,
        Fault.tooManyRequests("2 seconds"),
        Fault.revokeTokens,
        Fault.hang
      ))
      yield* record(service.findOauthClients(userId))
      const warnings = lines.filter(({ level }) => level === "WARN")
      assert.deepStrictEqual(warnings.map(({ facts }) => facts["delay"]), [2])
      const retries = {
        lines: lines.filter(({ level }) => level === "DEBUG"),
        events: events.filter(({ name }) => name === "retry")
      }
      for (const facts of [retries.lines.map((line) => line.facts), retries.events.map((event) => event.facts)]) {
        assert.deepStrictEqual(facts.map((fact) => fact["http.request.resend_count"]), [1, 2, 3, 4])
        assert.deepStrictEqual(facts.map(({ reason }) => reason), [
          "ECONNRESET",
          "429",
          "401",
          "timeout"
        ])
        const [, told = 0, replay = 1] = facts.map(({ delay }) => Number(delay))
        assert.isAtLeast(told, 2)
        assert.strictEqual(replay, 0)
      }
      assert.strictEqual(retries.lines.length + warnings.length, lines.length)
      assert.isTrue(retries.events.every(({ span }) => span === "OauthClientsService.findOauthClients"))
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("within a stream too, although nobody opened a span around it", () =>
    Effect.gen(function*() {
      const { events, lines, record } = yield* recorder
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onPage(2, Fault.twice(Fault.badGateway)))
      yield* record(Stream.runDrain(service.streamOauthClients(userId, { perPage: 5 })))
      assert.deepStrictEqual(lines.map(({ facts }) => facts["reason"]), ["502", "502"])
      assert.deepStrictEqual(events.map(({ facts }) => facts["reason"]), ["502", "502"])
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("and where there is none there is nothing to see", () =>
    Effect.gen(function*() {
      const { events, lines, record } = yield* recorder
      const { fake, service, userId } = yield* ready
      yield* record(service.findOauthClients(userId))
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.badGateway))
      yield* Effect.ignore(record(RetryPolicy.with(service.findOauthClients(userId), RetryPolicy.none)))
      assert.deepStrictEqual([lines, events], [[], []])
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("each attempt has a span of its own, under that of the operation", () =>
    Effect.gen(function*() {
      const { record, spans } = yield* recorder
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.twice(Fault.badGateway)))
      yield* record(service.findOauthClients(userId))
      const attempts = spans.filter(({ name }) => name === "GET /users/{user_id}/clients")
      assert.deepStrictEqual(attempts.map(({ attributes }) => attributes.get("http.response.status_code")), [
        502,
        502,
        200
      ])
      for (const { parent } of attempts) {
        const above = Option.getOrUndefined(parent)
        assert(above?._tag === "Span")
        assert.strictEqual(above.name, "OauthClientsService.findOauthClients")
      }
    }).pipe(Effect.provide(layerTest()), simulated))
})

describe("trace context", () => {
  it.effect("goes out with each attempt, and names that attempt's span", () =>
    Effect.gen(function*() {
      const { record, spans } = yield* recorder
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.badGateway))
      yield* record(Effect.withSpan(service.findOauthClients(userId), "caller"))
      const attempts = spans.filter(({ name }) => name === "GET /users/{user_id}/clients")
      const headers = (yield* fake.requests).map(({ headers }) => headers["traceparent"])
      assert.deepStrictEqual(headers, attempts.map(({ spanId, traceId }) => `00-${traceId}-${spanId}-01`))
      assert.strictEqual(new Set(spans.map(({ traceId }) => traceId)).size, 1)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("stays at home when it is told to", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      const call = service.findOauthClients(userId)
      yield* Effect.locally(call, HttpClient.currentTracerPropagation, false)
      yield* Effect.withTracerEnabled(call, false)
      for (const { headers } of yield* fake.requests) assert.notProperty(headers, "traceparent")
    }).pipe(Effect.provide(layerTest()), simulated))
})
