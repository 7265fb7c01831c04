import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy } from "effect-processmaker-oauth"
import { Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { parseHttpDate, parseReset, parseRetryAfter } from "../../src/internal/http/retryAfter.js"
import { isDone, ready, timesOf } from "../call/calls.js"
import { pass, simulated } from "../support/simulatedTime.js"

const now = Date.UTC(2026, 2, 5, 8, 49, 37)

describe("reading Retry-After", () => {
  const cases: ReadonlyArray<readonly [value: string | undefined, expected: number | undefined]> = [
    ["0", 0],
    ["1", 1000],
    ["120", 120_000],
    [" 7 ", 7000],
    ["007", 7000],
    ["Thu, 05 Mar 2026 08:50:37 GMT", 60_000],
    ["Thursday, 05-Mar-26 08:50:37 GMT", 60_000],
    ["Thu Mar  5 08:50:37 2026", 60_000],
    ["Fri Mar  6 08:49:37 2026", 24 * 3_600_000],
    ["86400", 24 * 3_600_000],
    // Rounded up; of several, the longest.
    ["1.7", 2000],
    ["0.2", 1000],
    ["2, 2", 2000],
    ["2,30 , 7", 30_000],
    ["5, Thu, 05 Mar 2026 08:50:37 GMT, 7", 60_000],
    ["Thursday, 05-Mar-26 08:50:37 GMT, 90", 90_000],
    ["soon, 3", 3000],
    // More than a day is not believed.
    ["86401", undefined],
    ["99999999999999999999", undefined],
    ["Sat Mar 14 08:49:37 2026", undefined],
    ["Tue, 29 Feb 2028 00:00:00 GMT", undefined],
    ["86401, 5", 5000],
    // Past, and junk, says nothing.
    ["Thu, 05 Mar 2026 08:49:37 GMT", undefined],
    ["Sun, 06 Nov 1994 08:49:37 GMT", undefined],
    ["Sunday, 06-Nov-94 08:49:37 GMT", undefined],
    ["Sun Nov  6 08:49:37 1994", undefined],
    [undefined, undefined],
    ["", undefined],
    ["-1", undefined],
    ["+5", undefined],
    ["1.", undefined],
    [".5", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    ["5s", undefined],
    ["soon", undefined],
    ["Infinity", undefined],
    ["2026-03-05T08:50:37Z", undefined],
    ["05 Mar 2026 08:50:37", undefined],
    ["Thu, 05 Mar 2026 08:50:37 UTC", undefined],
    ["Thu, 05 Mar 2026 08:50:37 +0100", undefined],
    ["Thu, 32 Mar 2026 08:50:37 GMT", undefined],
    ["Mon, 30 Feb 2026 08:50:37 GMT", undefined],
    ["Thu, 05 Mai 2026 08:50:37 GMT", undefined],
    ["Thu, 05 Mar 2026 25:50:37 GMT", undefined],
    ["Thu, 05 Mar 2026 08:61:37 GMT", undefined]
  ]
  for (const [value, expected] of cases) {
    it.effect(`${value}: ${expected}`, () =>
      Effect.sync(() => assert.strictEqual(parseRetryAfter(value, now), expected)))
  }

  it.effect("two digits of a year mean the next fifty years, or else the past", () =>
    Effect.sync(() => {
      const yearOf = (text: string, at: number) =>
        Option.getOrUndefined(Option.map(parseHttpDate(text, at), (epoch) => new Date(epoch).getUTCFullYear()))
      assert.strictEqual(yearOf("Thursday, 05-Mar-76 08:50:37 GMT", now), 2076)
      assert.strictEqual(yearOf("Saturday, 05-Mar-77 08:50:37 GMT", now), 1977)
      assert.strictEqual(yearOf("Saturday, 01-Jan-00 00:00:00 GMT", Date.UTC(2099, 11, 31)), 2100)
    }))

  it.effect("every date comes back from each of its three forms", () =>
    Effect.sync(() => {
      const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
      FastCheck.assert(FastCheck.property(FastCheck.integer({ min: 1, max: 86_400 }), (ahead) => {
        const date = new Date(now + ahead * 1000)
        const [weekday = "", day = "", month = "", year = "", time = ""] = date.toUTCString().split(/,? /)
        const long = days[date.getUTCDay()]
        const forms = [
          date.toUTCString(),
          `${long}, ${day}-${month}-${year.slice(2)} ${time} GMT`,
          `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`
        ]
        for (const form of forms) assert.strictEqual(parseRetryAfter(form, now), ahead * 1000, form)
      }))
    }))

  it.effect("any text at all is a wait or nothing", () =>
    Effect.sync(() => {
      FastCheck.assert(FastCheck.property(FastCheck.string(), (text) => {
        const wait = parseRetryAfter(text, now)
        assert.isTrue(wait === undefined || wait >= 0)
      }))
    }))
})

describe("reading the headers of a rate limit", () => {
  const seconds = now / 1000
  const cases: ReadonlyArray<readonly [headers: Record<string, string>, expected: number | undefined]> = [
    [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(seconds + 30) }, 30_000],
    [{ "x-rate-limit-remaining": "0", "x-rate-limit-reset": String(seconds + 30) }, 30_000],
    [{ "x-rate-limit-remaining": "0", "x-ratelimit-reset": String(seconds + 30) }, 30_000],
    [{ "x-ratelimit-remaining": "1", "x-ratelimit-reset": String(seconds + 30) }, undefined],
    [{ "x-ratelimit-remaining": "0" }, undefined],
    [{ "x-ratelimit-reset": String(seconds + 30) }, 30_000],
    [{ "x-ratelimit-reset": String(now + 30_500) }, 30_500],
    [{ "ratelimit-reset": "2" }, 2000],
    [{ "ratelimit-reset": "2, 5" }, 5000],
    [{ "ratelimit-remaining": "0", "ratelimit-reset": "1.5" }, 1500],
    [{ "ratelimit-remaining": "3", "ratelimit-reset": "2" }, undefined],
    [{ "x-ratelimit-reset": "1764176400000" }, undefined],
    [{ "x-ratelimit-reset": String(seconds + 86_401) }, undefined],
    [{ "x-ratelimit-reset": "86401" }, undefined],
    [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(seconds) }, undefined],
    [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon" }, undefined],
    [{ "x-ratelimit-remaining": "none", "x-ratelimit-reset": String(seconds + 30) }, undefined],
    [{}, undefined]
  ]
  for (const [headers, expected] of cases) {
    it.effect(`${JSON.stringify(headers)}: ${expected}`, () =>
      Effect.sync(() => assert.strictEqual(parseReset(headers, now), expected)))
  }
})

describe("obeying Retry-After", () => {
  const date = (text: string) => Fault.respond({ status: 503, headers: { "retry-after": text } })
  const forms = {
    "seconds": Fault.tooManyRequests("20 seconds"),
    "IMF-fixdate": date("Thu, 01 Jan 1970 00:00:20 GMT"),
    "RFC 850": date("Thursday, 01-Jan-70 00:00:20 GMT"),
    "asctime": date("Thu Jan  1 00:00:20 1970"),
    "a fraction": date("19.2"),
    "a list": date("3, 20"),
    "seconds until the reset of a 429": Fault.respond({ status: 429, headers: { "ratelimit-reset": "20" } }),
    "the reset of a 429": Fault.respond({
      status: 429,
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "20" }
    })
  }
  for (const [name, step] of Object.entries(forms)) {
    it.effect(`${name}: not before, and soon after`, () =>
      Effect.gen(function*() {
        const { fake, service, userId } = yield* ready
        yield* fake.script(Fault.onOperation("findOauthClients", step))
        yield* service.findOauthClients(userId)
        const [first = 0, second = 0] = yield* timesOf("findOauthClients")
        assert.isAtLeast(second - first, 20_000)
        assert.isAtMost(second - first, 20_300)
      }).pipe(Effect.provide(layerTest()), simulated))
  }

  it.effect("jitter is above it, never below", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      const waits = new Set<number>()
      for (let nth = 0; nth < 6; nth++) {
        yield* fake.clearRequests
        yield* fake.script(Fault.onOperation("findOauthClients", Fault.tooManyRequests("1 seconds")))
        yield* service.findOauthClients(userId)
        const [first = 0, second = 0] = yield* timesOf("findOauthClients")
        assert.isAtLeast(second - first, 1000)
        assert.isAtMost(second - first, 1400)
        waits.add(second - first)
      }
      assert.isAbove(waits.size, 1)
    }).pipe(Effect.provide(layerTest()), simulated))

  it.effect("junk is ignored: back-off as if there were none", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation(
        "findOauthClients",
        Fault.respond({ status: 429, headers: { "retry-after": "later" } }),
        Fault.respond({ status: 503, headers: { "retry-after": "-5" } }),
        Fault.respond({ status: 503, headers: { "retry-after": "Wed, 31 Dec 1969 23:59:59 GMT" } })
      ))
      yield* service.findOauthClients(userId)
      const times = yield* timesOf("findOauthClients")
      assert.strictEqual(times.length, 4)
      assert.isBelow((times[3] ?? 0) - (times[0] ?? 0), 2500)
    }).pipe(Effect.provide(layerTest()), simulated))

  const over = {
    ProcessMakerRateLimited: Fault.tooManyRequests("61 seconds"),
    ProcessMakerServerError: Fault.unavailable("61 seconds")
  }
  for (const [tag, step] of Object.entries(over)) {
    it.effect(`over the cap, ${tag} at once`, () =>
      Effect.gen(function*() {
        const { fake, service, userId } = yield* ready
        yield* fake.script(Fault.onOperation("findOauthClients", step))
        const fiber = yield* Effect.fork(Effect.flip(service.findOauthClients(userId)))
        assert.isTrue(yield* isDone(fiber))
        const error = yield* Fiber.join(fiber)
        assert(error._tag === "ProcessMakerRateLimited" || error._tag === "ProcessMakerServerError")
        assert.strictEqual(error._tag, tag)
        assert.deepStrictEqual(error.retryAfter, Option.some(Duration.seconds(61)))
      }).pipe(Effect.provide(layerTest()), simulated))
  }

  it.effect("the cap can be lifted", () =>
    Effect.gen(function*() {
      const { fake, service, userId } = yield* ready
      yield* fake.script(Fault.onOperation("findOauthClients", Fault.tooManyRequests("50 minutes")))
      const fiber = yield* Effect.fork(RetryPolicy.with(service.findOauthClients(userId), RetryPolicy.patient))
      yield* pass("49 minutes")
      assert.isFalse(yield* isDone(fiber))
      yield* pass("2 minutes")
      assert.isTrue(yield* isDone(fiber))
      yield* Fiber.join(fiber)
    }).pipe(Effect.provide(layerTest({ accessTokenLife: "1 days" })), simulated))
})
