/**
 * The real client against the fake, whose list changes between requests and which fails by a random script; the run is
 * killed and resumed at random. `walk.test.ts` does the same without client and clock, for many more lists.
 */
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
import type { OauthClientPage, PageCursor, PageReport } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { simulated } from "../support/simulatedTime.js"
import { duplicates } from "./simulation.js"
import { theUser } from "./support.js"

type Kind = "still" | "insert" | "delete" | "both"

interface Case {
  readonly clients: number
  readonly perPage: number
  readonly prefetch: number
  /** Insertions are positive, deletions negative, 0 is no change; each with what goes wrong at the same request. */
  readonly script: ReadonlyArray<{ readonly change: number; readonly at: number; readonly fault: string }>
  readonly kills: ReadonlyArray<number>
}

const faults: Readonly<Record<string, ReadonlyArray<Fault.FaultStep>>> = {
  none: [],
  reset: [Fault.resetBefore],
  lost: [Fault.resetAfter],
  refused: [Fault.refuse],
  truncated: [Fault.truncate],
  throttled: [Fault.tooManyRequests("1 second")],
  unavailable: [Fault.unavailable()],
  gateway: [Fault.badGateway],
  expired: [Fault.expireTokens],
  revoked: [Fault.revokeTokens]
}

const sizes: Readonly<Record<Kind, fc.Arbitrary<number>>> = {
  still: fc.constant(0),
  insert: fc.integer({ min: 0, max: 4 }),
  delete: fc.integer({ min: -4, max: 0 }),
  both: fc.integer({ min: -4, max: 4 })
}

const cases = (kind: Kind): fc.Arbitrary<Case> =>
  fc.record({
    clients: fc.integer({ min: 30, max: 70 }),
    perPage: fc.integer({ min: 3, max: 20 }),
    prefetch: fc.integer({ min: 0, max: 4 }),
    script: fc.array(
      fc.record({
        change: sizes[kind],
        at: fc.integer({ min: 0, max: 25 }),
        fault: fc.constantFrom("none", "none", "none", ...Object.keys(faults))
      }),
      { maxLength: 12 }
    ),
    kills: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 })
  })

// One call replays once: two tokens that die one after the other end it, rightly.
const oneDeadToken = (script: Case["script"]): Case["script"] => {
  const first = script.findIndex(({ fault }) => fault === "expired" || fault === "revoked")
  return script.map((step, index) =>
    index > first && (step.fault === "expired" || step.fault === "revoked") ? { ...step, fault: "none" } : step
  )
}

const stepOf = ({ at, change, fault }: Case["script"][number]): Fault.FaultStep =>
  Fault.together(
    Fault.pass,
    ...(change > 0 ? [Fault.insertClients(change, { at })] : change < 0 ? [Fault.deleteClients(-change, { at })] : []),
    ...(faults[fault] ?? [])
  )

const exportOnce = (
  user: string,
  { perPage, prefetch }: Case,
  resume: PageCursor | undefined,
  kill: number | undefined
) =>
  Effect.gen(function*() {
    const service = yield* OauthClientsService
    const pages: Array<OauthClientPage> = []
    let report: PageReport | undefined
    yield* service.streamOauthClientEvents(user, { perPage, prefetch, resume }).pipe(
      Stream.takeUntil((event) => {
        if (event._tag === "PageFetched") pages.push(event.page)
        if (event._tag === "Completed") report = event.report
        return kill !== undefined && pages.length >= kill
      }),
      Stream.runDrain
    )
    const last = pages.at(-1)
    const done = report !== undefined || (last !== undefined && Option.isNone(last.next))
    return { pages, report, done, cursor: last === undefined ? resume : Option.getOrUndefined(last.next) }
  })

const exportAll = (test: Case) =>
  Effect.gen(function*() {
    const fake = yield* FakeProcessMaker
    const user = yield* theUser
    const before = Array.from(yield* fake.clients(user), ({ id }) => String(id))
    yield* fake.script(Fault.onOperation("findOauthClients", Fault.pass, ...oneDeadToken(test.script).map(stepOf)))
    const emitted: Array<string> = []
    const kills = [...test.kills]
    let cursor: PageCursor | undefined
    for (;;) {
      const run = yield* exportOnce(user, test, cursor, kills.shift())
      for (const page of run.pages) emitted.push(...page.clients.map(({ id }) => String(id)))
      cursor = run.cursor
      if (!run.done) continue
      const after = Array.from(yield* fake.clients(user), ({ id }) => String(id))
      const requests = (yield* fake.requests).length
      return { before, after, emitted, report: run.report, requests }
    }
  }).pipe(
    RetryPolicy.with({ ...RetryPolicy.patient, maxDelay: "5 seconds" }),
    Effect.provide(layerTest({ clients: test.clients })),
    simulated
  )

const property = (
  kind: Kind,
  numRuns: number,
  judge: (test: Case, outcome: Effect.Effect.Success<ReturnType<typeof exportAll>>) => void
) =>
  Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(cases(kind), (test) =>
        Effect.runPromise(Effect.map(exportAll(test), (outcome) => {
          assert.deepStrictEqual(duplicates(outcome.emitted), [], "a client came out twice")
          assert.isAtMost(outcome.requests, 400)
          judge(test, outcome)
        }))),
      { numRuns, endOnFailure: true }
    )
  )

const complete = (_: Case, { after, before, emitted }: Effect.Effect.Success<ReturnType<typeof exportAll>>) => {
  const out = new Set(emitted)
  const left = new Set(after)
  assert.deepStrictEqual(before.filter((id) => left.has(id) && !out.has(id)), [], "a client was lost")
}

describe("the stream over a list that changes, a server that fails, and runs that are killed", () => {
  it.live(
    "a list that stands still comes out whole, in order",
    () =>
      property("still", 60, (test, { before, emitted, report }) => {
        assert.deepStrictEqual(emitted, before)
        if (report === undefined) return
        assert.strictEqual(report.suspectedMisses, 0)
        assert.deepStrictEqual(report.lastTotal, Option.some(test.clients))
      }),
    120_000
  )

  it.live("nothing is lost when clients are added", () => property("insert", 60, complete), 120_000)

  it.live("nothing is lost when clients are deleted", () => property("delete", 60, complete), 120_000)

  it.live("nothing comes twice when both happen", () => property("both", 60, () => undefined), 120_000)
})
