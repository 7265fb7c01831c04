import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import { assertNoSecrets, FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { parseHTML } from "linkedom"
import { existsSync, readFileSync } from "node:fs"
import * as Path from "node:path"
import { adviceFor } from "../../examples/report/advice.js"
import { render } from "../../examples/report/render.js"
import type { Run } from "../../examples/report/Run.js"
import { makeCollector } from "../../examples/report/Run.js"
import { ServedFake, serveFake } from "../../examples/support/serveFake.js"
import { simulated } from "../support/simulatedTime.js"
import { runExample, startExample, temporaryDirectory, until } from "./programs.js"

const user = "u-7"

const textOf = (page: string): string =>
  (parseHTML(page).document.querySelector("main")?.textContent ?? "").replaceAll(/\s+/g, " ")

const nothing: Run = {
  title: "Export",
  source: "the fake server",
  startedAt: 0,
  elapsed: 0,
  outcome: "completed",
  users: 1,
  pages: [],
  latencies: [],
  retries: [],
  drifts: [],
  rejected: [],
  failures: [],
  duplicatesDropped: 0,
  suspectedMisses: 0,
  extraRequests: 0,
  unproven: 0
}

describe("the report of a run", () => {
  it.effect("tells pages, times, retries and changes of a stream, and no secret", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const oauthClients = yield* OauthClientsService
      yield* fake.script(
        Fault.onPage(2, Fault.twice(Fault.resetBefore)),
        Fault.onPage(3, Fault.insertClients([{ id: "9", name: "New" }], { at: "start" })),
        Fault.onPage(4, Fault.tooManyRequests("3 seconds"))
      )
      const collector = yield* makeCollector({ title: "Export", source: "the fake server" })
      yield* collector.measure(Stream.runForEach(
        oauthClients.streamOauthClientEvents(user, { perPage: 10, prefetch: 0 }),
        (event) => collector.tell(user, event)
      ))
      const run = yield* collector.run("completed")
      assert.strictEqual(run.users, 1)
      assert.strictEqual(run.pages.reduce((sum, { clients }) => sum + clients, 0), 50)
      assert.deepStrictEqual(run.retries.map(({ page, tag }) => [page, tag]), [
        [2, "ProcessMakerTransportError"],
        [2, "ProcessMakerTransportError"],
        [4, "ProcessMakerRateLimited"]
      ])
      // A page is measured with its waits: the one that was held back took three seconds and more.
      assert.isAtLeast(run.latencies.length, run.pages.length)
      assert.strictEqual(run.latencies.filter((latency) => latency >= 3000 && latency < 10_000).length, 1)
      assert.isNotEmpty(run.drifts)
      assert.isAtLeast(run.elapsed, 3000)
      assert.strictEqual(
        (yield* fake.requests).filter(({ operation }) => operation === "findOauthClients").length,
        run.pages.length + run.extraRequests + run.retries.length
      )

      const page = render(run)
      const text = textOf(page)
      assert.include(text, "Completed in 3.")
      assert.include(text, "3 requests failed and went out again")
      assert.include(text, `extra requests${run.extraRequests}`)
      assert.include(text, "was read exactly once")
      assert.match(text, /RateLimited/)
      assertNoSecrets(page, yield* fake.secrets)
    }).pipe(Effect.provide(layerTest({ users: [{ id: user, clients: 50 }] })), simulated))

  it("shows text as it is, whoever chose it, and holds no script and nothing from elsewhere", () => {
    const hostile = `</title><script>alert("1")</script><img src=x onerror='alert(2)'>`
    const page = render({
      ...nothing,
      title: hostile,
      source: hostile,
      users: 2,
      outcome: "failed",
      pages: [{ userId: hostile, at: 5, clients: 3 }],
      latencies: [12],
      retries: [{ userId: hostile, at: 1, page: 1, delay: 3, tag: hostile }],
      drifts: [{ userId: hostile, at: 1, page: 1, totalBefore: 1, totalNow: null, repeated: 2 }],
      rejected: [{ userId: hostile, at: 1, page: 1, row: 1, issue: hostile }],
      failures: [1, 2].map((at) => ({ userId: hostile, at, tag: hostile, message: hostile }))
    })
    const { document } = parseHTML(page)
    for (const element of ["script", "img", "link", "iframe", "object"]) {
      assert.isNull(document.querySelector(element), element)
    }
    for (const element of document.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        assert.notMatch(name, /^(on.*|src|href|xlink:href)$/)
        assert.notMatch(value, /url\(/)
      }
    }
    assert.notMatch(page, /@import|url\(/)
    assert.strictEqual(document.querySelector("h1")?.textContent, hostile)
    assert.strictEqual(document.querySelectorAll(".failure").length, 1)
  })

  it("says what there was none of", () => {
    const text = textOf(render(nothing))
    for (
      const sentence of ["No page was read.", "Nothing was measured.", "No request was retried.", "No change was seen"]
    ) {
      assert.include(text, sentence)
    }
    assert.notInclude(text, "Failures")
  })

  it("groups failures by their tags, most frequent first, and says for each what to do", () => {
    const failures = Array.from({ length: 14 }, (_, index) => ({
      userId: `gone-${index}`,
      at: 0,
      tag: "ProcessMakerNotFound",
      message: `no such user gone-${index}`
    }))
    const forbidden = { userId: "u-1", at: 0, tag: "ProcessMakerForbidden", message: "not allowed" }
    const { document } = parseHTML(render({ ...nothing, failures: [forbidden, ...failures] }))
    const [first, second] = Array.from(document.querySelectorAll(".failure"), ({ textContent }) => textContent ?? "")
    assert.include(first, "ProcessMakerNotFound, 14 users")
    assert.include(first, adviceFor("ProcessMakerNotFound"))
    assert.include(first, "gone-9, and 4 more")
    assert.include(second, "not allowed")
  })

  it("says where a client may be missing", () => {
    const one = textOf(render({ ...nothing, unproven: 1, suspectedMisses: 2 }))
    assert.include(one, "The server's pages could not overlap")
    assert.include(one, "suspected misses2")
    assert.include(one, "Suspected misses are clients that")
    assert.notInclude(one, "exactly once")
    const many = textOf(render({ ...nothing, users: 9, unproven: 3 }))
    assert.include(many, "The pages of 3 users could not overlap")
    assert.notInclude(many, "Suspected misses are")
    const failed = textOf(render({ ...nothing, outcome: "failed" }))
    assert.notInclude(failed, "exactly once")
  })

  it.effect("counts the users whose pages could not overlap", () =>
    Effect.gen(function*() {
      const oauthClients = yield* OauthClientsService
      const collector = yield* makeCollector({ title: "Export", source: "the fake server" })
      yield* Stream.runForEach(
        oauthClients.streamOauthClientEvents(user, { onDrift: "ignore" }),
        (event) => collector.tell(user, event)
      )
      assert.strictEqual((yield* collector.run("completed")).unproven, 1)
    }).pipe(Effect.provide(layerTest({ users: [{ id: user, clients: 150 }] })), simulated))

  it("stays small and cuts long tables, however long the run was", () => {
    const many = <A extends object>(make: (index: number) => A) =>
      Array.from({ length: 20_000 }, (_, index) => ({ userId: `u-${index}`, at: index * 60, page: 1, ...make(index) }))
    const page = render({
      ...nothing,
      elapsed: 1_200_000,
      users: 20_000,
      pages: many(() => ({ clients: 50 })),
      latencies: many((index) => ({ took: 10 + index % 977 })).map(({ took }) => took),
      retries: many(() => ({ delay: 200, tag: "ProcessMakerTimeout" })),
      drifts: many(() => ({ totalBefore: 1, totalNow: 2, repeated: 0 }))
    })
    assert.isBelow(page.length, 1_000_000)
    assert.include(textOf(page), "And 19,980 more.")
  })
})

describe("npm start -- --html", () => {
  it.scopedLive("writes the report of its run", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const file = Path.join(directory, "report.html")
      const ended = yield* runExample("examples/export-clients.ts", [
        "--out",
        Path.join(directory, "clients.ndjson"),
        "--html",
        file
      ])
      assert.strictEqual(ended.code, 0, ended.stderr)
      const text = textOf(readFileSync(file, "utf8"))
      assert.include(text, "Export of the OAuth clients of demo-user Completed in")
      assert.match(text, /clients25\d/)
      assert.include(text, "4 requests failed and went out again")
    }))

  it.scopedLive("writes it too when the run failed or was stopped, and refuses to write over the export", () =>
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const { environment } = yield* ServedFake
      const directory = yield* temporaryDirectory
      const [out, file] = [Path.join(directory, "clients.ndjson"), Path.join(directory, "report.html")]
      const args = ["--out", out, "--no-add", "--html", file]

      yield* fake.script(
        Fault.on(
          { operation: "findOauthClients" },
          Fault.respond({ status: 403 }),
          Fault.always(Fault.delay("200 millis"))
        )
      )
      const failed = yield* runExample("examples/export-clients.ts", args, environment)
      assert.strictEqual(failed.code, 1)
      const text = textOf(readFileSync(file, "utf8"))
      assert.include(text, "Failed in")
      assert.include(text, adviceFor("ProcessMakerForbidden"))
      const secrets = yield* fake.secrets
      for (const secret of secrets) assert.notInclude(readFileSync(file, "utf8"), Redacted.value(secret))

      const running = yield* startExample("examples/export-clients.ts", [...args, "--per-page", "5"], environment)
      yield* until(() =>
        existsSync(`${out}.checkpoint`) && readFileSync(`${out}.checkpoint`, "utf8").includes("cursor\":{")
      )
      yield* running.kill("SIGTERM")
      assert.strictEqual((yield* running.ended).code, 143)
      assert.include(textOf(readFileSync(file, "utf8")), "Stopped early in")

      const refused = yield* runExample("examples/export-clients.ts", ["--out", out, "--html", out])
      assert.strictEqual(refused.code, 2)
      assert.include(refused.stderr, "--html and --out must name different files")
    }).pipe(Effect.provide(serveFake({ users: [{ id: user, clients: 50 }] }))))
})
