import { assert, describe, it } from "@effect/vitest"
import type { AccessTokenProviderShape } from "effect-processmaker-oauth"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { type Answer, granted, inOrder, later, makeProvider, makeTokenServer, plain, text } from "./tokenServer.js"

const lasting = (expires_in: unknown): Answer => (asked) => granted(asked, { expires_in })

/** Asks at each of these times from now, and says which token was had. */
const askedAt = (tokens: AccessTokenProviderShape, ...times: ReadonlyArray<Duration.DurationInput>) =>
  Effect.gen(function*() {
    const had: Array<string> = []
    for (const time of times) {
      yield* TestClock.adjust(time)
      had.push(text(yield* tokens.get))
    }
    return had
  })

describe("the life of a token", () => {
  it.scoped("an hour: renewed in its last minute, when it is needed", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(lasting(3600))
      const tokens = yield* makeProvider(server)
      assert.deepStrictEqual(yield* askedAt(tokens, 0, "58 minutes", "59 seconds"), [
        "access-1",
        "access-1",
        "access-1"
      ])
      assert.deepStrictEqual(yield* askedAt(tokens, "1 second", "59 minutes"), ["access-2", "access-3"])
      assert.deepStrictEqual(server.grants(), ["password", "refresh_token", "refresh_token"])
    }))

  it.scoped("nothing is renewed while nobody asks", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(lasting(60))
      const tokens = yield* makeProvider(server)
      assert.deepStrictEqual(yield* askedAt(tokens, 0, "1 day"), ["access-1", "access-2"])
    }))

  it.scoped("5 seconds: the margin shrinks to half a second, so that it does not renew in a loop", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(lasting(5))
      const tokens = yield* makeProvider(server)
      const had = yield* askedAt(tokens, ...Array.from({ length: 200 }, () => "100 millis" as const))
      assert.deepStrictEqual(had.slice(0, 46), [...Array.from({ length: 45 }, () => "access-1"), "access-2"])
      // 20 seconds, 4.5 seconds each.
      assert.strictEqual(server.asked.length, 5)
    }))

  it.scoped("1 second: used, and renewed when it is over", () =>
    Effect.gen(function*() {
      const tokens = yield* makeProvider(makeTokenServer(lasting(1)))
      assert.deepStrictEqual(yield* askedAt(tokens, 0, "899 millis", "1 millis"), ["access-1", "access-1", "access-2"])
    }))

  for (const expires_in of [undefined, null, 0, "0"]) {
    it.scoped(`${JSON.stringify(expires_in)}: kept until the API refuses it`, () =>
      Effect.gen(function*() {
        const server = makeTokenServer(lasting(expires_in))
        const tokens = yield* makeProvider(server)
        const token = yield* tokens.get
        assert.isTrue(Option.isNone(token.expiresAt))
        assert.deepStrictEqual(yield* askedAt(tokens, "3650 days"), ["access-1"])
        yield* tokens.invalidate(token)
        assert.deepStrictEqual(yield* askedAt(tokens, 0), ["access-2"])
      }))
  }

  it.scoped("a numeric text is as good as a number", () =>
    Effect.gen(function*() {
      const tokens = yield* makeProvider(makeTokenServer(lasting("3600")))
      const { expiresAt } = yield* tokens.get
      assert.deepStrictEqual(Option.map(expiresAt, DateTime.toEpochMillis), Option.some(3_600_000))
      assert.deepStrictEqual(yield* askedAt(tokens, "58 minutes", "1 minute"), ["access-1", "access-2"])
    }))

  for (const expires_in of [31_536_000, "31536000", 1e12, 1e300]) {
    it.scoped(`${expires_in} seconds overflow no timer`, () =>
      Effect.gen(function*() {
        const server = makeTokenServer(lasting(expires_in))
        const tokens = yield* makeProvider(server)
        assert.deepStrictEqual(yield* askedAt(tokens, 0, "30 days", "330 days"), ["access-1", "access-1", "access-1"])
        assert.strictEqual(server.asked.length, 1)
      }))
  }

  it.scopedLive("a year on the real clock is one request, too", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(lasting(31_536_000))
      const tokens = yield* makeProvider(server)
      assert.strictEqual(text(yield* tokens.get), text(yield* Effect.delay(tokens.get, "5 millis")))
      assert.strictEqual(server.asked.length, 1)
    }))

  it.scoped("a renewal ahead of time that fails leaves the token that is still good", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(inOrder(granted, () => plain(502, ""), () => plain(502, ""), granted))
      const tokens = yield* makeProvider(server)
      yield* tokens.get
      // Both grants of the second renewal fail; the next is due after the back-off.
      assert.deepStrictEqual(yield* askedAt(tokens, "59 minutes", "1 millis"), ["access-1", "access-1"])
      assert.strictEqual(server.asked.length, 3)
      assert.deepStrictEqual(yield* askedAt(tokens, "1 second"), ["access-4"])
    }))

  it.scoped("a renewal ahead of time that hangs costs no call", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(inOrder(granted, () => Effect.never))
      const tokens = yield* makeProvider(server)
      yield* tokens.get
      // The refresh hangs, and then the password grant: together for longer than the token is good.
      yield* TestClock.adjust("59 minutes")
      const first = yield* Effect.fork(tokens.get)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(text(yield* Fiber.join(first)), "access-1")
      yield* TestClock.adjust("4 seconds")
      for (let passed = 5; passed < 60; passed += 5) {
        assert.deepStrictEqual(yield* askedAt(tokens, "0 seconds"), ["access-1"], "nobody waits a second time")
        yield* TestClock.adjust("5 seconds")
      }
      assert.isAtMost(server.asked.length, 3)
      // It is dead now: there is nothing left but to wait.
      const last = yield* Effect.fork(tokens.get)
      yield* TestClock.adjust("1 second")
      assert.isTrue(Option.isNone(yield* Fiber.poll(last)))
    }))

  it.scoped("a renewal ahead of time is waited for no longer than half of what is left", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(inOrder(granted, () => Effect.never))
      const tokens = yield* makeProvider(server)
      yield* tokens.get
      yield* TestClock.adjust("3599 seconds")
      const call = yield* Effect.fork(tokens.get)
      yield* TestClock.adjust("500 millis")
      assert.strictEqual(text(yield* Fiber.join(call)), "access-1")
    }))

  it.scoped("a token refused while its renewal is under way is not used again", () =>
    Effect.gen(function*() {
      const server = makeTokenServer(
        inOrder(granted, later(() => plain(502, ""), "1 second"), later(granted, "10 seconds"))
      )
      const tokens = yield* makeProvider(server)
      const first = yield* tokens.get
      yield* TestClock.adjust("59 minutes")
      const renewing = yield* Effect.fork(tokens.get)
      yield* TestClock.adjust("500 millis")
      yield* tokens.invalidate(first)
      yield* TestClock.adjust("15 seconds")
      assert.strictEqual(text(yield* Fiber.join(renewing)), "access-3")
    }))
})

/** The clock of the test, but what it says of the date is off. */
const wrongBy = (offset: { millis: number }) =>
  Effect.map(Effect.clock, (clock): Clock.Clock => ({
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis() + offset.millis,
    unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos(),
    currentTimeMillis: Effect.map(clock.currentTimeMillis, (millis) => millis + offset.millis),
    currentTimeNanos: clock.currentTimeNanos,
    sleep: (duration) => clock.sleep(duration)
  }))

const day = 24 * 3600 * 1000

describe("a clock that jumps", () => {
  it.scoped("forward: one renewal, and no more", () =>
    Effect.gen(function*() {
      const offset = { millis: 0 }
      const clock = yield* wrongBy(offset)
      const server = makeTokenServer(granted)
      const tokens = yield* makeProvider(server)
      yield* Effect.withClock(tokens.get, clock)
      offset.millis = 400 * day
      for (let call = 0; call < 5; call++) yield* Effect.withClock(tokens.get, clock)
      assert.strictEqual(server.asked.length, 2)
    }))

  it.scoped("backward: the token is not thought good for longer", () =>
    Effect.gen(function*() {
      const offset = { millis: 0 }
      const clock = yield* wrongBy(offset)
      const server = makeTokenServer(granted)
      const tokens = yield* makeProvider(server)
      const misled = { ...tokens, get: Effect.withClock(tokens.get, clock) }
      yield* misled.get
      offset.millis = -10 * day
      assert.deepStrictEqual(
        yield* askedAt(misled, "58 minutes", "1 minute", "1 minute"),
        ["access-1", "access-2", "access-2"]
      )
    }))

  it.scoped("to and fro: a cool-down and a back-off still end", () =>
    Effect.gen(function*() {
      const offset = { millis: 0 }
      const clock = yield* wrongBy(offset)
      const server = makeTokenServer(inOrder(() => plain(403, ""), () => plain(502, ""), granted))
      const tokens = yield* makeProvider(server)
      const get = Effect.withClock(tokens.get, clock)
      assert.strictEqual((yield* Effect.flip(get))._tag, "ProcessMakerLoginFailed")
      offset.millis = -10 * day
      yield* TestClock.adjust("30 seconds")
      const next = yield* Effect.fork(get)
      yield* TestClock.adjust(0)
      offset.millis = 10 * day
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(text(yield* Fiber.join(next)), "access-3")
    }))
})
