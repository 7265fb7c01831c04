/** Any order of calls, waits, expiries, revocations, interruptions, refusals and faults must keep what tokens promise. */
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, it } from "@effect/vitest"
import { AccessTokenProvider, OauthClientsService, ProcessMakerConfig } from "effect-processmaker-oauth"
import type { AccessToken, OauthClientsServiceShape, OauthClientsStreamError } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import type { FakeProcessMakerShape } from "effect-processmaker-oauth/testing"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { runs } from "../support/runs.js"
import { pass, simulated } from "../support/simulatedTime.js"

const refusal = Fault.respond({ status: 401, body: "{\"error\":\"invalid_credentials\"}" })
const unauthorized = Fault.respond({ status: 401, body: "{\"error\":\"Unauthenticated.\"}" })

const tokenFaults = {
  refusal,
  refusals: Fault.always(refusal),
  nonsense: Fault.respond({ status: 200, body: "<html>" }),
  slow: Fault.delay("3 seconds"),
  hang: Fault.hang,
  refuse: Fault.refuse,
  resetBefore: Fault.resetBefore,
  resetAfter: Fault.resetAfter,
  badGateway: Fault.badGateway,
  unavailable: Fault.unavailable("5 seconds"),
  tooManyRequests: Fault.tooManyRequests("20 seconds"),
  muchTooMany: Fault.tooManyRequests("5 minutes")
}

const apiFaults = {
  unauthorized,
  slow: Fault.delay("7 seconds"),
  hang: Fault.hang,
  resetBefore: Fault.resetBefore,
  resetAfter: Fault.resetAfter,
  unavailable: Fault.unavailable(),
  tooManyRequests: Fault.tooManyRequests("15 seconds")
}

type Step =
  | { readonly _tag: "Call"; readonly call: "add" | "find" | "list" | "stream"; readonly count: number }
  | { readonly _tag: "Wait"; readonly millis: number }
  | { readonly _tag: "Expire" | "Revoke" }
  | { readonly _tag: "Interrupt"; readonly which: number }
  | { readonly _tag: "TokenFault"; readonly fault: keyof typeof tokenFaults }
  | { readonly _tag: "ApiFault"; readonly fault: keyof typeof apiFaults }

const keys = <K extends string>(record: Record<K, unknown>) =>
  FastCheck.constantFrom(...(Object.keys(record) as Array<K>))

const step: FastCheck.Arbitrary<Step> = FastCheck.oneof(
  {
    weight: 8,
    arbitrary: FastCheck.record({
      _tag: FastCheck.constant("Call" as const),
      call: FastCheck.constantFrom("add" as const, "find" as const, "list" as const, "stream" as const),
      count: FastCheck.integer({ min: 1, max: 8 })
    })
  },
  {
    weight: 6,
    arbitrary: FastCheck.record({
      _tag: FastCheck.constant("Wait" as const),
      millis: FastCheck.oneof(
        FastCheck.constant(0),
        FastCheck.integer({ min: 1, max: 5_000 }),
        FastCheck.integer({ min: 5_000, max: 90_000 })
      )
    })
  },
  { weight: 2, arbitrary: FastCheck.record({ _tag: FastCheck.constantFrom("Expire" as const, "Revoke" as const) }) },
  {
    weight: 3,
    arbitrary: FastCheck.record({ _tag: FastCheck.constant("Interrupt" as const), which: FastCheck.nat({ max: 30 }) })
  },
  {
    weight: 4,
    arbitrary: FastCheck.record({ _tag: FastCheck.constant("TokenFault" as const), fault: keys(tokenFaults) })
  },
  { weight: 3, arbitrary: FastCheck.record({ _tag: FastCheck.constant("ApiFault" as const), fault: keys(apiFaults) }) }
)

/** What was known of the tokens, and what was sent with them, as seen from the client's side. */
class Observed {
  readonly expiresAt = new Map<string, number>()
  readonly refusedAt = new Map<string, number>()
  readonly refused = new Set<string>()
  readonly violations: Array<string> = []
  /** Tokens that the API took. */
  readonly served = new Set<string>()
  coolUntil = 0
  interruptedAt = Number.NaN
  apiRequests = 0
  unauthorized = 0
  tokenRequests = 0

  expires(token: string, at: number) {
    this.expiresAt.set(token, at)
  }

  answer401(token: string, now: number) {
    this.unauthorized += 1
    this.refused.add(token)
    // A refusal of a token that never served is not about the token: for a while it, and the next ones, stay in use.
    if (!this.served.has(token)) this.coolUntil = now + 30_000
    if (now === this.interruptedAt || now < this.coolUntil) return
    this.refusedAt.set(token, Math.min(now, this.refusedAt.get(token) ?? Number.POSITIVE_INFINITY))
  }

  /** Who is interrupted at the very moment of an answer never hears it, so nobody knows what it said. */
  interrupts(now: number) {
    this.interruptedAt = now
    for (const [token, at] of this.refusedAt) if (at === now) this.refusedAt.delete(token)
  }

  send(token: string, now: number) {
    this.apiRequests += 1
    const dead = Math.min(...[this.expiresAt, this.refusedAt].map((map) => map.get(token) ?? Number.POSITIVE_INFINITY))
    if (now > dead) this.violations.push(`sent at ${now} a token known dead since ${dead}`)
  }
}

const bearer = ({ headers }: HttpClientRequest.HttpClientRequest) => headers["authorization"]?.replace("Bearer ", "")

/** The provider and the HTTP client under test, with an observer between them and the service. */
const observedBy = (observed: Observed) => {
  const text = (token: AccessToken) => Redacted.value(token.value)
  const tokens = Layer.effect(
    AccessTokenProvider,
    Effect.map(AccessTokenProvider, (own) => ({
      get: Effect.tap(own.get, (token) =>
        Option.match(token.expiresAt, {
          onNone: () => Effect.void,
          onSome: (end) => Effect.sync(() => observed.expires(text(token), DateTime.toEpochMillis(end)))
        })),
      invalidate: own.invalidate
    }))
  )
  const client = Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (own) =>
      HttpClient.transform(own, (reply, request) =>
        Effect.zipRight(
          Effect.map(Clock.currentTimeMillis, (now) => {
            const token = bearer(request)
            if (token === undefined) observed.tokenRequests += 1
            else observed.send(token, now)
          }),
          Effect.tap(reply, ({ status }) =>
            Effect.map(Clock.currentTimeMillis, (now) => {
              const token = bearer(request)
              if (token === undefined) return
              if (status === 401) observed.answer401(token, now)
              else if (status < 300) observed.served.add(token)
            }))
        )))
  )
  return { client, tokens }
}

type Life = "20 seconds" | "10 minutes" | "omit"

const layerUnderTest = (observed: Observed, life: Life) => {
  const { client, tokens } = observedBy(observed)
  return Layer.unwrapEffect(
    Effect.map(FakeProcessMaker, ({ baseUrl, credentials }) =>
      OauthClientsService.layerNoDeps.pipe(
        Layer.provide(tokens),
        Layer.provide(AccessTokenProvider.layerPasswordGrant(credentials)),
        Layer.provide(ProcessMakerConfig.layer({ baseUrl })),
        Layer.provide(client)
      ))
  ).pipe(
    Layer.provide(FakeProcessMaker.layerHttpClient),
    Layer.provideMerge(FakeProcessMaker.layer({ users: 1, clients: 30, accessTokenLife: life }))
  )
}

type Call = Step & { readonly _tag: "Call" }

const callsOf = (
  service: OauthClientsServiceShape,
  userId: string,
  clientId: string
): Record<Call["call"], Effect.Effect<unknown, OauthClientsStreamError>> => ({
  add: service.addOauthClient(userId, { name: "Billing bot" }),
  find: service.findOauthClientById(userId, clientId),
  list: service.findOauthClients(userId),
  stream: Stream.runDrain(service.streamOauthClients(userId, { perPage: 10 }))
})

interface Started {
  readonly fiber: Fiber.RuntimeFiber<unknown, OauthClientsStreamError>
  readonly pages: number
  interrupted: boolean
}

const runStep = (
  observed: Observed,
  fake: FakeProcessMakerShape,
  start: (call: Call) => Effect.Effect<void>,
  started: Array<Started>
) =>
(
  one: Step
): Effect.Effect<void> => {
  switch (one._tag) {
    case "Call":
      return start(one)
    case "Wait":
      return pass(one.millis)
    case "Expire":
      return fake.expireTokens
    case "Revoke":
      return fake.revokeTokens
    case "TokenFault":
      return fake.script(Fault.onOperation("token", tokenFaults[one.fault]))
    case "ApiFault":
      return fake.script(
        Fault.onOperation("findOauthClients", apiFaults[one.fault]),
        Fault.onOperation("addOauthClient", apiFaults[one.fault])
      )
    case "Interrupt": {
      const target = started[one.which % Math.max(1, started.length)]
      if (target === undefined) return Effect.void
      target.interrupted = true
      return Effect.zipRight(
        Effect.map(Clock.currentTimeMillis, (now) => observed.interrupts(now)),
        Fiber.interruptFork(target.fiber)
      )
    }
  }
}

const check = (started: ReadonlyArray<Started>) =>
  Effect.forEach(started, ({ fiber, interrupted }) =>
    Effect.gen(function*() {
      const exit = yield* Fiber.poll(fiber)
      if (Option.isNone(exit)) return assert.fail("a call never ended")
      if (Exit.isSuccess(exit.value)) return
      const { cause } = exit.value
      if (interrupted && Cause.isInterrupted(cause)) return
      const error = Option.getOrUndefined(Cause.failureOption(cause))
      assert.match(error?._tag ?? Cause.pretty(cause), /^ProcessMaker[A-Z]\w+$/)
    }), { discard: true })

it.effect.prop(
  "whatever happens in whatever order",
  {
    life: FastCheck.constantFrom<Array<Life>>("20 seconds", "10 minutes", "omit"),
    seed: FastCheck.integer(),
    steps: FastCheck.array(step, { minLength: 5, maxLength: 30, size: "max" })
  },
  ({ life, seed, steps }) => {
    const observed = new Observed()
    return Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const service = yield* OauthClientsService
      const [userId = ""] = fake.userIds
      const calls = callsOf(service, userId, (yield* fake.clients(userId))[3]?.id ?? "")
      const started: Array<Started> = []
      const start = ({ call, count }: Call) =>
        Effect.map(Effect.replicateEffect(Effect.fork(calls[call]), count), (fibers) => {
          for (const fiber of fibers) {
            started.push({ fiber, pages: call === "stream" ? 4 : 1, interrupted: false })
          }
        })
      const play = runStep(observed, fake, start, started)
      for (const one of steps) yield* play(one)
      // Longer than any call may take; streams have a deadline for each page.
      for (let minute = 0; minute < 20; minute++) {
        yield* pass("1 minute")
        if (started.every(({ fiber }) => fiber.unsafePoll() !== null)) break
      }

      yield* check(started)
      assert.deepStrictEqual(observed.violations, [])
      assert.isAtMost(yield* fake.maxInFlight("token"), 1)
      const calledFor = started.reduce((sum, { pages }) => sum + pages, 0)
      assert.isAtMost(observed.apiRequests, 5 * calledFor)
      // One replay for each.
      assert.isAtMost(observed.unauthorized, 2 * calledFor)
      // Each login and each renewal has a reason, and is two requests at most: a refresh and a password grant.
      const elapsed = yield* Clock.currentTimeMillis
      const renewals = life === "20 seconds" ? elapsed / 18_000 : life === "10 minutes" ? elapsed / 540_000 : 0
      const faults = steps.filter(({ _tag }) => _tag === "TokenFault").length
      const coolDowns = steps.some((one) => one._tag === "TokenFault" && one.fault === "refusals")
        ? elapsed / 30_000
        : 0
      const reasons = 1 + observed.refused.size + Math.floor(renewals) + faults + Math.floor(coolDowns)
      assert.isAtMost(observed.tokenRequests, 2 * reasons)

      // When the trouble is over, all is well.
      yield* fake.clearFaults
      yield* pass("10 minutes")
      const last = yield* Effect.fork(calls.stream)
      yield* pass("1 minute")
      yield* Fiber.join(last)
    }).pipe(Effect.provide(layerUnderTest(observed, life)), Effect.withRandom(Random.make(seed)), simulated)
  },
  { fastCheck: runs(10) }
)
