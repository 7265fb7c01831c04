import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { decide } from "../../src/internal/call/decision.js"
import type { Method, Situation } from "../../src/internal/call/decision.js"
import { resolvePolicy } from "../../src/internal/config/policy.js"
import { mayHaveBeenApplied } from "../../src/internal/failure/failure.js"
import type { Failure } from "../../src/internal/failure/failure.js"
import { ProcessMakerTimeout } from "../../src/ProcessMakerError.js"
import { runs } from "../support/runs.js"

const methods: ReadonlyArray<Method> = ["GET", "PUT", "DELETE", "POST"]

const status = (code: number, more: { readonly retryAfter?: number } = {}): Failure => ({
  _tag: "RefusedStatus",
  status: code,
  errors: [],
  ...more
})

const noAnswer = (reason: "dns" | "connect" | "tls" | "reset" | "truncated" | "other", code?: string): Failure => ({
  _tag: "NoAnswer",
  reason,
  code,
  sent: reason === "reset" || reason === "truncated" || reason === "other"
})

const timedOut = (deadline: "attempt" | "total"): Failure => ({ _tag: "TimedOut", deadline, limit: 1000 })

const defaultPolicy = Either.getOrThrow(resolvePolicy())

const situation: Situation = {
  method: "GET",
  failure: noAnswer("reset"),
  attempts: 1,
  elapsed: 0,
  policy: defaultPolicy,
  budgetWait: 0,
  mayReplay: true,
  reached: true,
  random: 0.5
}

const all = "GET PUT DELETE POST"
const idempotent = "GET PUT DELETE"
const none = ""

// Failure, and the methods that are sent again after it.
const table: ReadonlyArray<readonly [name: string, failure: Failure, repeated: string]> = [
  ["dns", noAnswer("dns"), all],
  ["connect", noAnswer("connect"), all],
  ["a name that does not exist", noAnswer("dns", "ENOTFOUND"), all],
  ["tls", noAnswer("tls"), none],
  ["reset", noAnswer("reset"), idempotent],
  ["truncated", noAnswer("truncated"), idempotent],
  ["other", noAnswer("other"), idempotent],
  ["attempt timeout", timedOut("attempt"), idempotent],
  ["total timeout", timedOut("total"), none],
  [
    "200 after a followed redirect",
    { _tag: "RefusedStatus", status: 200, errors: [], redirectOrigin: "http://b" },
    none
  ],
  [
    "503 after a followed redirect",
    { _tag: "RefusedStatus", status: 503, errors: [], redirectOrigin: "http://b" },
    none
  ],
  [
    "401 after a followed redirect",
    { _tag: "RefusedStatus", status: 401, errors: [], redirectOrigin: "http://b" },
    none
  ],
  ...[0, 300, 301, 302, 303, 304, 307, 308].map((code) => [String(code), status(code), none] as const),
  ["400", status(400), none],
  ["401", status(401), all],
  ["402", status(402), none],
  ["403", status(403), none],
  ["404", status(404), none],
  ["405", status(405), none],
  ["406", status(406), none],
  ["408", status(408), idempotent],
  ["409", status(409), none],
  ["413", status(413), none],
  ["414", status(414), none],
  ["415", status(415), none],
  ["422", status(422), none],
  ["425", status(425), none],
  ["429", status(429), all],
  ["429, Retry-After", status(429, { retryAfter: 2000 }), all],
  ["500", status(500), "GET"],
  ["500, Retry-After", status(500, { retryAfter: 2000 }), "GET"],
  ["501", status(501), none],
  ["502", status(502), idempotent],
  ["502, Retry-After", status(502, { retryAfter: 2000 }), idempotent],
  ["503", status(503), idempotent],
  ["503, Retry-After", status(503, { retryAfter: 2000 }), all],
  ["503, Retry-After: 0", status(503, { retryAfter: 0 }), all],
  ["504", status(504), idempotent],
  ["505", status(505), none],
  ["599", status(599), none],
  ["no JSON", { _tag: "InvalidAnswer", status: 200, reason: "json", issues: [], errors: [] }, none],
  ["login refused", { _tag: "LoginRefused", status: 401, reason: "invalid_grant" }, none],
  [
    "no token",
    {
      _tag: "NoToken",
      error: new ProcessMakerTimeout({
        operation: "getAccessToken",
        attempts: 1,
        elapsed: Duration.zero,
        deadline: "attempt",
        limit: Duration.zero
      })
    },
    none
  ]
]

describe("what is sent again", () => {
  for (const [name, failure, repeated] of table) {
    it.effect(`${name}: ${repeated || "nothing"}`, () =>
      Effect.sync(() => {
        const found = methods.filter((method) => decide({ ...situation, method, failure })._tag === "Wait")
        assert.deepStrictEqual(found.join(" "), repeated)
      }))
  }
})

describe("a host name that does not exist", () => {
  it.effect("is not asked again where the server never answered; a resolver that is busy is", () =>
    Effect.sync(() => {
      const failure = noAnswer("dns", "ENOTFOUND")
      assert.strictEqual(decide({ ...situation, failure, reached: false })._tag, "Stop")
      assert.strictEqual(decide({ ...situation, failure: noAnswer("dns", "EAI_AGAIN"), reached: false })._tag, "Wait")
    }))
})

describe("how long it waits, and why it stops", () => {
  const cases: ReadonlyArray<readonly [string, Partial<Situation>, ReturnType<typeof decide>]> = [
    ["back-off", {}, { _tag: "Wait", delay: 100, kind: "backOff" }],
    ["it doubles", { attempts: 3 }, { _tag: "Wait", delay: 400, kind: "backOff" }],
    ["up to maxDelay", { attempts: 30, policy: { ...defaultPolicy, maxAttempts: 99 } }, {
      _tag: "Wait",
      delay: 5000,
      kind: "backOff"
    }],
    ["what the server asks for, and jitter above", { failure: status(429, { retryAfter: 2000 }) }, {
      _tag: "Wait",
      delay: 2100,
      kind: "retryAfter"
    }],
    ["no jitter below", { failure: status(429, { retryAfter: 2000 }), random: 0 }, {
      _tag: "Wait",
      delay: 2000,
      kind: "retryAfter"
    }],
    ["its turn in the budget", { budgetWait: 1234.5 }, { _tag: "Wait", delay: 1235, kind: "backOff" }],
    ["no budget in time", { budgetWait: 10_001 }, { _tag: "Stop", reason: "budget" }],
    ["told, whatever the budget", { budgetWait: 10_001, failure: status(503, { retryAfter: 1000 }), random: 0 }, {
      _tag: "Wait",
      delay: 1000,
      kind: "retryAfter"
    }],
    ["a replay at once, whatever the budget", { budgetWait: 10_001, failure: status(401) }, {
      _tag: "Wait",
      delay: 0,
      kind: "replay"
    }],
    ["one replay", { failure: status(401), mayReplay: false }, { _tag: "Stop", reason: "final" }],
    ["no replay over the cap", { failure: status(401), attempts: 5 }, { _tag: "Stop", reason: "attempts" }],
    ["the cap", { attempts: 5 }, { _tag: "Stop", reason: "attempts" }],
    ["the deadline", { elapsed: 119_950 }, { _tag: "Stop", reason: "deadline" }],
    ["Retry-After past the deadline", { elapsed: 70_000, failure: status(429, { retryAfter: 50_000 }) }, {
      _tag: "Stop",
      reason: "deadline"
    }],
    ["Retry-After over its cap", { failure: status(429, { retryAfter: 60_001 }) }, {
      _tag: "Stop",
      reason: "retryAfter"
    }],
    ["a Retry-After beyond numbers", { failure: status(429, { retryAfter: Number.POSITIVE_INFINITY }) }, {
      _tag: "Stop",
      reason: "retryAfter"
    }]
  ]
  for (const [name, part, expected] of cases) {
    it.effect(name, () => Effect.sync(() => assert.deepStrictEqual(decide({ ...situation, ...part }), expected)))
  }
})

const amount = (max: number) => FastCheck.double({ min: 0, max, noNaN: true })
const anyFailure: FastCheck.Arbitrary<Failure> = FastCheck.oneof(
  FastCheck.constantFrom(...table.map(([, failure]) => failure)),
  FastCheck.record({
    code: FastCheck.integer({ min: 0, max: 999 }),
    retryAfter: FastCheck.option(amount(200_000), { nil: undefined })
  }).map(({ code, retryAfter }): Failure => ({
    _tag: "RefusedStatus",
    status: code,
    errors: [],
    retryAfter
  }))
)
const anySituation: FastCheck.Arbitrary<Situation> = FastCheck.record({
  method: FastCheck.constantFrom(...methods),
  failure: anyFailure,
  attempts: FastCheck.integer({ min: 0, max: 120 }),
  elapsed: amount(4_000_000),
  policy: FastCheck.record({
    maxAttempts: FastCheck.oneof(FastCheck.integer({ min: 1, max: 120 }), FastCheck.constant(Number.POSITIVE_INFINITY)),
    baseDelay: amount(100_000),
    maxDelay: amount(100_000),
    attemptTimeout: amount(100_000),
    totalTimeout: FastCheck.oneof(amount(4_000_000), FastCheck.constant(Number.POSITIVE_INFINITY)),
    maxRetryAfter: amount(4_000_000)
  }),
  budgetWait: FastCheck.oneof(FastCheck.constant(0), amount(100_000)),
  mayReplay: FastCheck.boolean(),
  reached: FastCheck.boolean(),
  random: FastCheck.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
})

describe("laws of the decision", () => {
  it.effect("hold in every situation", () =>
    Effect.sync(() => {
      let waits = 0
      const law = FastCheck.property(anySituation, (given) => {
        const decision = decide(given)
        if (decision._tag === "Stop") return
        waits += 1
        const { attempts, budgetWait, elapsed, failure, method, policy } = given
        assert.isTrue(Number.isInteger(decision.delay) && decision.delay >= 0, "a wait is a number")
        assert.isBelow(attempts, policy.maxAttempts, "never more than the cap")
        assert.isBelow(elapsed + decision.delay, policy.totalTimeout, "never past the deadline")
        if (failure._tag === "RefusedStatus" && decision.kind !== "replay") {
          const asked = failure.retryAfter ?? 0
          assert.isAtLeast(decision.delay, asked, "never below Retry-After")
          assert.isAtMost(asked, policy.maxRetryAfter, "never above its cap")
        }
        if (decision.kind === "backOff") {
          assert.isAtLeast(decision.delay, budgetWait, "never before its turn")
          assert.isAtMost(decision.delay, Math.ceil(policy.maxDelay), "never above maxDelay")
        }
        if (method === "POST") {
          assert.isFalse(mayHaveBeenApplied(failure), "never a POST that may have been carried out")
        }
        if (decision.kind === "replay") assert.isTrue(given.mayReplay, "one replay")
      })
      FastCheck.assert(law, {
        ...runs(1000, 50_000),
        examples: table.flatMap(([, failure]) =>
          methods.map((method): [Situation] => [{ ...situation, method, failure }])
        )
      })
      assert.isAbove(waits, 40, "too few waits to tell")
    }))
})
