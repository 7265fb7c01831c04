import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { withDeadline } from "../../src/internal/call/deadline.js"
import { layerOver } from "../support/scripted.js"
import { pass, settle, simulated } from "../support/simulatedTime.js"
import { isDone } from "./calls.js"

const never = { millis: Number.POSITIVE_INFINITY, failure: () => "late" }
const after = (millis: number, failure = "late") => ({ millis, failure: () => failure })

/** Work that keeps note of how it and its scope ended. */
const noting = (work: Effect.Effect<string, string, Scope.Scope>) => {
  const notes: Array<string> = []
  const noted = Effect.zipRight(
    Effect.addFinalizer((exit) => Effect.sync(() => notes.push(`closed: ${exit._tag}`))),
    Effect.onInterrupt(work, () => Effect.sync(() => notes.push("interrupted")))
  )
  return { notes, noted }
}

describe("withDeadline", () => {
  it.effect("gives what the work gives, and leaves its scope open for what is kept", () =>
    Effect.gen(function*() {
      const { noted, notes } = noting(Effect.succeed("done"))
      assert.strictEqual(yield* withDeadline(after(1000), () => noted), "done")
      assert.deepStrictEqual(notes, [])
    }))

  it.effect("closes the scope when the work fails or dies, with the same cause", () =>
    Effect.gen(function*() {
      const failed = noting(Effect.fail("no"))
      assert.deepStrictEqual(yield* Effect.exit(withDeadline(never, () => failed.noted)), Exit.fail("no"))
      const died = noting(Effect.die("broken"))
      assert.deepStrictEqual(yield* Effect.exit(withDeadline(never, () => died.noted)), Exit.die("broken"))
      assert.deepStrictEqual([failed.notes, died.notes], [["closed: Failure"], ["closed: Failure"]])
    }))

  it.effect("ends the work in time, waits for its end, and closes the scope", () =>
    Effect.gen(function*() {
      const { noted, notes } = noting(Effect.never)
      const fiber = yield* Effect.fork(Effect.flip(withDeadline(after(1000), () => noted)))
      yield* pass(999)
      assert.isFalse(yield* isDone(fiber))
      yield* pass(1)
      assert.strictEqual(yield* Fiber.join(fiber), "late")
      assert.deepStrictEqual(notes, ["interrupted", "closed: Failure"])
    }).pipe(simulated))

  it.effect("a deadline that is set while the work runs replaces the first, whether sooner or later", () =>
    Effect.gen(function*() {
      for (const [first, second, ends] of [[1000, 10, 510], [1000, 5000, 5500]] as const) {
        const fiber = yield* Effect.fork(Effect.flip(withDeadline(after(first), ({ setDeadline }) =>
          Effect.zipRight(
            Effect.sleep(500),
            Effect.suspend(() => {
              setDeadline(after(second, "second"))
              return Effect.never
            })
          ))))
        yield* pass(ends - 1)
        assert.isFalse(yield* isDone(fiber), `${ends}`)
        yield* pass(1)
        assert.strictEqual(yield* Fiber.join(fiber), "second")
      }
    }).pipe(simulated))

  // Under `TestClock` too, whose time stands still.
  for (const millis of [0, -5]) {
    it.effect(`${millis} milliseconds are over at once`, () =>
      Effect.gen(function*() {
        const { noted, notes } = noting(Effect.never)
        assert.strictEqual(yield* Effect.flip(withDeadline(after(millis), () => noted)), "late")
        assert.strictEqual(
          yield* Effect.flip(withDeadline(never, ({ setDeadline }) => {
            setDeadline(after(millis))
            return noted
          })),
          "late"
        )
        assert.deepStrictEqual(notes, ["interrupted", "closed: Failure", "interrupted", "closed: Failure"])
      }))
  }

  it.effect("interruption ends the work, waits for it, and closes the scope", () =>
    Effect.gen(function*() {
      const { noted, notes } = noting(Effect.never)
      const fiber = yield* Effect.fork(withDeadline(after(1000), () => noted))
      yield* settle
      const exit = yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.isInterrupted(exit))
      assert.deepStrictEqual(notes, ["interrupted", "closed: Failure"])
      yield* pass(2000)
    }).pipe(simulated))

  it.effect("holds in an uninterruptible region", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.fork(
        Effect.uninterruptible(Effect.flip(withDeadline(after(1000), () => Effect.never)))
      )
      yield* pass(1000)
      assert.isTrue(yield* isDone(fiber))
    }).pipe(simulated))

  it.effect("the work sees the references of its caller, and tells no log of its failure", () =>
    Effect.gen(function*() {
      const reference = yield* FiberRef.make("outside")
      const seen = yield* Effect.locally(withDeadline(never, () => FiberRef.get(reference)), reference, "inside")
      assert.strictEqual(seen, "inside")
    }).pipe(Effect.scoped))

  it.live("on the live clock: leaves no timer behind, also when it never waits", () =>
    Effect.gen(function*() {
      const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length
      const before = timers()
      yield* withDeadline(after(60_000), () => Effect.void)
      yield* withDeadline(after(60_000), () => Effect.promise(() => Promise.resolve()))
      yield* Effect.exit(withDeadline(after(60_000), () => Effect.fail("no")))
      const fiber = yield* Effect.fork(withDeadline(after(60_000), () => Effect.never))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(fiber)
      assert.isAtMost(timers(), before)
      assert.strictEqual(yield* Effect.flip(withDeadline(after(5), () => Effect.never)), "late")
    }))
})

describe("a call", () => {
  const hanging = HttpClient.make((request) =>
    Effect.onInterrupt(
      Effect.never,
      () => Effect.succeed(HttpClientResponse.fromWeb(request, new Response("")))
    )
  )

  it.effect("whose attempt may take no time fails at once, while the clock stands still", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const call = RetryPolicy.with(service.addOauthClient("u-7", { name: "A" }), { attemptTimeout: 0 })
      const error = yield* Effect.flip(call)
      assert.deepInclude(error, { _tag: "ProcessMakerTimeout", attempts: 1, outcome: "unknown" })
    }).pipe(Effect.provide(layerOver(hanging))))

  it.effect("is interrupted wherever it waits, and stays interrupted", () =>
    Effect.gen(function*() {
      const service = yield* OauthClientsService
      const fiber = yield* Effect.fork(service.findOauthClients("u-7"))
      yield* Effect.yieldNow()
      const exit = yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause))
      assert.isTrue(Option.isNone(Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : Option.none()))
    }).pipe(Effect.provide(layerOver(hanging))))
})
