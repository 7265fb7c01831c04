/** What exporters of OpenTelemetry's SDK get to see: the contract of docs/observability.md. */
import { assert, describe, it } from "@effect/vitest"
import { SpanKind, SpanStatusCode } from "@opentelemetry/api"
import type { ProcessMakerError } from "effect-processmaker-oauth"
import { OauthClientsService } from "effect-processmaker-oauth"
import { assertNoSecrets, FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { metric } from "../../src/internal/watch/names.js"
import { simulated } from "../support/simulatedTime.js"
import { exported, metricNamed, only, spansNamed, treeOf } from "./exported.js"

const user = "u-7"
const list = "GET /users/{user_id}/clients"
const page = "OauthClientsService.findOauthClients"
const login = "POST /oauth/access_token"

const fakeOf = (clients: number) => layerTest({ users: [{ id: user, clients }] })

const find = Effect.flatMap(OauthClientsService, (oauthClients) => oauthClients.findOauthClients(user))

const pointsOf = (metrics: Parameters<typeof metricNamed>[0], name: string) =>
  metricNamed(metrics, name).dataPoints.map(({ attributes }) => attributes)

describe("a call", () => {
  it.effect("that is good is a span with its login and its request below it", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const { logs, metrics, spans } = yield* exported(Effect.withSpan(find, "the program"))
      assert.deepStrictEqual(treeOf(spans), [{
        name: "the program",
        children: [{ name: page, children: [{ name: login, children: [] }, { name: list, children: [] }] }]
      }])
      const operation = only(spansNamed(spans, page))
      assert.strictEqual(operation.kind, SpanKind.INTERNAL)
      assert.deepStrictEqual(operation.attributes, { "processmaker.user.id": user, "processmaker.page": 1 })
      assert.strictEqual(operation.status.code, SpanStatusCode.OK)

      const request = only(spansNamed(spans, list))
      assert.strictEqual(request.kind, SpanKind.CLIENT)
      assert.deepStrictEqual(request.attributes, {
        "http.request.method": "GET",
        "url.full": `https://fake.processmaker.test/api/v1/users/${user}/clients?page=1&per_page=15`,
        "url.template": "/users/{user_id}/clients",
        "server.address": "fake.processmaker.test",
        "server.port": 443,
        "http.response.status_code": 200
      })
      assert.deepStrictEqual(only(spansNamed(spans, login)).attributes, {
        "http.request.method": "POST",
        "url.full": "https://fake.processmaker.test/oauth/access_token",
        "url.template": "/oauth/access_token",
        "server.address": "fake.processmaker.test",
        "server.port": 443,
        "http.response.status_code": 200,
        "processmaker.grant": "password"
      })

      assert.strictEqual(metricNamed(metrics, "http.client.request.duration").descriptor.unit, "s")
      assert.strictEqual(metricNamed(metrics, "processmaker.operation.duration").descriptor.unit, "s")
      assert.deepStrictEqual(pointsOf(metrics, "http.client.request.duration"), [
        {
          "http.request.method": "POST",
          "url.template": "/oauth/access_token",
          "server.address": "fake.processmaker.test",
          "server.port": "443",
          "http.response.status_code": "200"
        },
        {
          "http.request.method": "GET",
          "url.template": "/users/{user_id}/clients",
          "server.address": "fake.processmaker.test",
          "server.port": "443",
          "http.response.status_code": "200"
        }
      ])
      assert.deepStrictEqual(pointsOf(metrics, "processmaker.operation.duration"), [{ operation: "findOauthClients" }])
      assert.deepStrictEqual(pointsOf(metrics, "processmaker.token.requests"), [{ grant: "password" }])
      assert.deepStrictEqual(logs, [])
      assertNoSecrets({ spans, metrics }, yield* fake.secrets)
    }).pipe(Effect.provide(fakeOf(20)), simulated))

  it.effect("that is retried has an error span for each attempt that failed, an event and a log line, and is good", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.script(
        Fault.on({ operation: "findOauthClientById" }, Fault.resetBefore, Fault.unavailable("2 seconds"))
      )
      const id = (yield* fake.clients(user))[0]?.id ?? ""
      const { logs, metrics, spans } = yield* exported(
        Effect.flatMap(OauthClientsService, (oauthClients) => oauthClients.findOauthClientById(user, id))
      )
      const operation = only(spansNamed(spans, "OauthClientsService.findOauthClientById"))
      assert.strictEqual(operation.status.code, SpanStatusCode.OK)
      assert.deepStrictEqual(operation.attributes, { "processmaker.user.id": user, "processmaker.client.id": id })
      const repeats = operation.events.filter(({ name }) => name === "retry").map(({ attributes }) => attributes)
      assert.deepStrictEqual(repeats.map((how) => how?.["reason"]), ["ECONNRESET", "503"])
      assert.isAtLeast(Number(repeats[1]?.["delay"]), 2)

      const attempts = spansNamed(spans, "GET /users/{user_id}/clients/{client_id}")
      assert.deepStrictEqual(
        attempts.map(({ attributes, status }) => [
          attributes["http.response.status_code"],
          attributes["error.type"],
          attributes["http.request.resend_count"],
          status.code
        ]),
        [
          [undefined, "ECONNRESET", undefined, SpanStatusCode.ERROR],
          [503, "503", 1, SpanStatusCode.ERROR],
          [200, undefined, 2, SpanStatusCode.OK]
        ]
      )
      for (const { events: noted, status } of attempts.slice(0, 2)) {
        assert.match(status.message ?? "", /^[a-z][^{}]+$/)
        // The stack of an exporter's exception is its message; what may follow are names of spans.
        assert.notMatch(String(noted[0]?.attributes?.["exception.stacktrace"]), /\.[jt]s|node:/)
      }
      assert.deepStrictEqual(pointsOf(metrics, "processmaker.retries"), [
        { operation: "findOauthClientById", reason: "ECONNRESET" },
        { operation: "findOauthClientById", reason: "503" }
      ])
      const retries = logs.filter(({ level }) => level === "DEBUG")
      assert.strictEqual(retries.length, 2)
      for (const { annotations } of retries) {
        assert.strictEqual(annotations["operation"], "findOauthClientById")
        assert.strictEqual(annotations["processmaker.user.id"], user)
        assert.strictEqual(annotations["processmaker.client.id"], id)
      }
      const held = only(logs.filter(({ level }) => level === "WARN"))
      assert.strictEqual(held.annotations["http.response.status_code"], 503)
      assert.strictEqual(held.annotations["delay"], 2)
      assertNoSecrets({ spans, metrics, logs }, yield* fake.secrets)
    }).pipe(Effect.provide(fakeOf(5)), simulated))

  it.effect("that fails says with what, on its span and in its metric, and shows no stack of ours", () =>
    Effect.gen(function*() {
      const { metrics, spans } = yield* exported(Effect.flatMap(
        OauthClientsService,
        (oauthClients) => oauthClients.findOauthClientById(user, "nobody")
      ))
      const operation = only(spansNamed(spans, "OauthClientsService.findOauthClientById"))
      assert.strictEqual(operation.status.code, SpanStatusCode.ERROR)
      assert.strictEqual(operation.attributes["error.type"], "ProcessMakerNotFound")
      assert.include(operation.status.message ?? "", "no such user or client (404)")
      for (const { attributes } of spans.flatMap(({ events }) => events)) {
        assert.notMatch(String(attributes?.["exception.stacktrace"]), /\.[jt]s|node:/)
      }
      assert.deepStrictEqual(pointsOf(metrics, "processmaker.operation.duration"), [
        { operation: "findOauthClientById", "error.type": "ProcessMakerNotFound" }
      ])
      const request = pointsOf(metrics, "http.client.request.duration").at(-1)
      assert.strictEqual(request?.["error.type"], "404")
      assert.strictEqual(request?.["http.response.status_code"], "404")
    }).pipe(Effect.provide(fakeOf(5)), simulated))

  it.effect("that nothing was sent for does not show what was no id", () =>
    Effect.gen(function*() {
      const { metrics, spans } = yield* exported(
        Effect.flatMap(OauthClientsService, (oauthClients) => oauthClients.findOauthClientById("..", "c-1"))
      )
      const operation = only(spans)
      assert.deepStrictEqual(operation.attributes, {
        "processmaker.client.id": "c-1",
        "error.type": "ProcessMakerInvalidRequest"
      })
      assert.deepStrictEqual(metrics.map(({ descriptor }) => descriptor.name), ["processmaker.operation.duration"])
    }).pipe(Effect.provide(fakeOf(5)), simulated))

  it.effect("that takes too long ends its request's span as a time-out, not as an interruption", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.script(Fault.on({ operation: "findOauthClients" }, Fault.hang))
      const { metrics, spans } = yield* exported(find)
      const [first, second] = spansNamed(spans, list)
      assert.strictEqual(first?.attributes["error.type"], "timeout")
      assert.strictEqual(first?.status.code, SpanStatusCode.ERROR)
      assert.strictEqual(second?.status.code, SpanStatusCode.OK)
      const slow = pointsOf(metrics, "http.client.request.duration").filter((point) => "error.type" in point)
      assert.deepStrictEqual(slow.map((point) => point["error.type"]), ["timeout"])
    }).pipe(Effect.provide(fakeOf(5)), simulated))

  it.effect("that is interrupted ends all its spans, as interrupted and not as errors", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* find
      yield* fake.script(Fault.on({ operation: "findOauthClients" }, Fault.hang))
      const { metrics, spans } = yield* exported(Effect.timeoutOption(find, "1 second"))
      assert.deepStrictEqual(spans.map(({ name }) => name), [list, page])
      for (const { attributes, status } of spans) {
        assert.strictEqual(attributes["status.interrupted"], true)
        assert.strictEqual(attributes["error.type"], "interrupted")
        assert.strictEqual(status.code, SpanStatusCode.OK)
      }
      assert.strictEqual(pointsOf(metrics, "http.client.request.duration")[0]?.["error.type"], "interrupted")
    }).pipe(Effect.provide(fakeOf(5)), simulated))

  it.effect("that dies of a defect says so, and not what the defect says", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const input = {
        get name(): string {
          throw new Error("hunter2-hunter2")
        }
      }
      const { exit, metrics, spans } = yield* exported(service.addOauthClient(user, input))
      assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
      const operation = only(spans)
      assert.strictEqual(operation.status.code, SpanStatusCode.ERROR)
      assert.strictEqual(operation.attributes["error.type"], "defect")
      assert.deepStrictEqual(pointsOf(metrics, "processmaker.operation.duration"), [
        { operation: "addOauthClient", "error.type": "defect" }
      ])
      assertNoSecrets({ spans, metrics }, [Redacted.make("hunter2-hunter2")])
    }).pipe(Effect.provide(fakeOf(5)), simulated))
})

describe("a login", () => {
  it.effect("is a span under the call that needed it, and linked from the others that waited for it", () =>
    Effect.gen(function*() {
      const { metrics, spans } = yield* exported(Effect.all([find, find, find], { concurrency: 3 }))
      const request = only(spansNamed(spans, login))
      const operations = spansNamed(spans, page)
      const starter = operations.find((span) => span.spanContext().spanId === request.parentSpanContext?.spanId)
      assert.isDefined(starter)
      const waiting = operations.filter((span) => span !== starter)
      assert.strictEqual(waiting.length, 2)
      for (const { links } of waiting) {
        assert.strictEqual(only(links).context.traceId, starter?.spanContext().traceId)
      }
      assert.deepStrictEqual(metricNamed(metrics, "processmaker.token.requests").dataPoints.map(({ value }) => value), [
        1
      ])
    }).pipe(Effect.provide(fakeOf(5)), simulated))

  it.effect("that is retried counts its requests from the first after a token", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.script(Fault.on({ operation: "token" }, Fault.badGateway, Fault.resetBefore))
      const { spans } = yield* exported(Effect.gen(function*() {
        yield* find
        yield* fake.expireTokens
        yield* find
      }))
      const logins = spansNamed(spans, login).map(({ attributes }) => [
        attributes["processmaker.grant"],
        attributes["http.request.resend_count"]
      ])
      assert.deepStrictEqual(logins, [
        ["password", undefined],
        ["password", 1],
        ["password", 2],
        ["refresh_token", undefined]
      ])
    }).pipe(Effect.provide(fakeOf(5)), simulated))

  it.effect("that is refused names neither user nor password, and is an error everywhere", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* fake.script(
        Fault.on({ operation: "token" }, Fault.respond({ status: 400, body: { error: "invalid_grant" } }))
      )
      const { metrics, spans } = yield* exported(find)
      assert.strictEqual(only(spansNamed(spans, login)).attributes["error.type"], "400")
      assert.strictEqual(only(spansNamed(spans, page)).attributes["error.type"], "ProcessMakerLoginFailed")
      assert.deepStrictEqual(pointsOf(metrics, "processmaker.token.requests"), [{
        grant: "password",
        "error.type": "400"
      }])
      assertNoSecrets({ spans, metrics }, yield* fake.secrets)
      assert.notInclude(
        JSON.stringify(spans.map(({ attributes, events }) => [attributes, events])),
        fake.credentials.username
      )
    }).pipe(Effect.provide(fakeOf(5)), simulated))
})

describe("a stream", () => {
  it.effect("is a span with its pages below it, and tells of drift", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* find
      yield* fake.script(
        Fault.onPage(2, Fault.resetBefore),
        Fault.onPage(3, Fault.insertClients([{ id: "9", name: "New" }], { at: "start" }))
      )
      const { logs, metrics, spans } = yield* exported(Effect.flatMap(
        OauthClientsService,
        (oauthClients) => Stream.runCount(oauthClients.streamOauthClients(user, { perPage: 20, prefetch: 3 }))
      ))
      const stream = only(spansNamed(spans, "OauthClientsService.streamOauthClients"))
      assert.strictEqual(stream.kind, SpanKind.INTERNAL)
      assert.strictEqual(stream.status.code, SpanStatusCode.OK)
      assert.strictEqual(stream.attributes["processmaker.user.id"], user)
      assert.strictEqual(stream.attributes["processmaker.clients"], 100)
      assert.strictEqual(stream.attributes["processmaker.retries"], 1)
      const pages = spansNamed(spans, page)
      for (const { parentSpanContext } of pages) {
        assert.strictEqual(parentSpanContext?.spanId, stream.spanContext().spanId)
      }
      assert.strictEqual(treeOf(spans).length, 1)
      assert.strictEqual(metricNamed(metrics, "processmaker.clients").dataPoints[0]?.value, 100)
      assert.strictEqual(
        metricNamed(metrics, "processmaker.pages").dataPoints[0]?.value,
        Number(stream.attributes["processmaker.pages"])
      )
      assert.isNotEmpty(metricNamed(metrics, "processmaker.drift").dataPoints)
      const drift = logs.filter(({ level }) => level === "INFO")
      assert.isNotEmpty(drift)
      for (const { annotations } of drift) {
        assert.strictEqual(annotations["processmaker.user.id"], user)
        assert.isNumber(annotations["processmaker.page"])
        assert.isString(annotations["sign"])
      }
    }).pipe(Effect.provide(fakeOf(100)), simulated))

  it.effect("that ends early, or fails, says what it gave until then", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const service = yield* OauthClientsService
      const taken = yield* exported(
        Stream.runDrain(Stream.take(service.streamOauthClientPages(user, { perPage: 20 }), 2))
      )
      const early = only(spansNamed(taken.spans, "OauthClientsService.streamOauthClients"))
      assert.strictEqual(early.attributes["processmaker.pages"], 2)
      assert.strictEqual(early.status.code, SpanStatusCode.OK)

      yield* fake.script(Fault.onPage(2, Fault.respond({ status: 403 })))
      const failed = yield* exported(Stream.runDrain(service.streamOauthClientEvents(user, { perPage: 20 })))
      const stream = only(spansNamed(failed.spans, "OauthClientsService.streamOauthClients"))
      assert.strictEqual(stream.attributes["error.type"], "ProcessMakerForbidden")
      assert.strictEqual(stream.status.code, SpanStatusCode.ERROR)
      assert.strictEqual(stream.attributes["processmaker.clients"], 20)
    }).pipe(Effect.provide(fakeOf(100)), simulated))
})

describe("a hold", () => {
  it.effect("is a gauge: the wait when it begins, 0 by the first call after it", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      yield* find
      yield* fake.script(Fault.onPage(1, Fault.tooManyRequests("30 seconds")))
      const { description, name } = metric.held
      const held = Metric.value(Metric.tagged(Metric.gauge(name, { description }), "unit", "s"))
      const { metrics } = yield* exported(Effect.gen(function*() {
        const waiting = yield* Effect.fork(find)
        yield* Effect.sleep("10 seconds")
        assert.strictEqual((yield* held).value, 30)
        yield* waiting
      }))
      assert.strictEqual(metricNamed(metrics, "processmaker.held").descriptor.unit, "s")
      assert.deepStrictEqual(metricNamed(metrics, "processmaker.held").dataPoints.map(({ value }) => value), [0])
    }).pipe(Effect.provide(fakeOf(5)), simulated))
})

describe("nothing secret is in spans, metrics, logs and errors, though the server repeats what it was sent", () => {
  const read = (onDrift: "fail" | "recover") =>
    Effect.flatMap(
      OauthClientsService,
      (oauthClients) => Stream.runDrain(oauthClients.streamOauthClients(user, { perPage: 20, onDrift }))
    )
  const moved = Fault.onPage(2, Fault.insertClients(30, { at: "start" }))
  type Situation = readonly [
    program: Effect.Effect<unknown, unknown, OauthClientsService>,
    ends: "Success" | ProcessMakerError["_tag"],
    fault: (secret: string) => Fault.Fault
  ]
  const refused = (status: number) => (secret: string) =>
    Fault.respond({ status, body: { error: "invalid_grant", message: `not ${secret}, nor Bearer ${secret}` } })
  const situations: Readonly<Record<string, Situation>> = {
    "a login that is refused": [
      find,
      "ProcessMakerLoginFailed",
      (secret) => Fault.on({ operation: "token" }, refused(400)(secret))
    ],
    "a login that fails for a moment": [
      find,
      "Success",
      (secret) => Fault.on({ operation: "token" }, refused(503)(secret))
    ],
    "a call that is refused": [find, "ProcessMakerForbidden", (secret) => Fault.onPage(1, refused(403)(secret))],
    "a hold": [find, "Success", () => Fault.onPage(1, Fault.tooManyRequests("30 seconds"))],
    "a list that moves": [read("recover"), "Success", () => moved],
    "a list that is stuck": [read("fail"), "ProcessMakerPaginationStuck", () => moved]
  }
  for (const [name, [program, ends, fault]] of Object.entries(situations)) {
    it.effect(`of ${name}`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeProcessMaker
        const { password } = fake.credentials
        yield* fake.script(fault(Redacted.value(password)))
        const { exit, logs, metrics, spans } = yield* exported(program)
        const how = Exit.match(exit, {
          onSuccess: () => "Success",
          onFailure: (cause) => Object(Cause.squash(cause))._tag
        })
        assert.strictEqual(how, ends)
        assert.deepStrictEqual(yield* fake.pendingFaults, [])
        if (ends === "Success") assert.isNotEmpty(logs)
        assertNoSecrets({ exit, spans, metrics, logs }, yield* fake.secrets)
      }).pipe(Effect.provide(fakeOf(100)), simulated))
  }
})
