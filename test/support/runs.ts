/**
 * How many cases a property is tested with, and from which seed: few by default, many times more with `DEEP=1`
 * (`npm run test:deep`). All random tests of a run share one seed, which is printed at its end; `SEED` repeats it. As a
 * setup file of all tests, this also sets what a property gets that asks for nothing.
 */
import * as FastCheck from "effect/FastCheck"
import { afterEach } from "vitest"

const deep = process.env["DEEP"] === "1"

/** Made in `vitest.config.ts` unless the environment has it. */
export const seed: number = Number(process.env["SEED"])

/** How many times something random is tried. */
export const times = (quick: number, many: number = quick * 10): number => deep ? many : quick

/** The parameters of a property: `fc.assert(property, runs(60))`, `it.effect.prop(..., { fastCheck: runs(60) })`. */
export const runs = (quick: number, many?: number): { readonly numRuns: number; readonly seed: number } => ({
  numRuns: times(quick, many),
  seed
})

let rested = performance.now()

/**
 * Gives the event loop a turn now and then: tests without timers give it none, and Vitest takes a worker that is silent
 * for a minute for dead.
 */
export const rest = async (): Promise<void> => {
  if (performance.now() - rested < 50) return
  await new Promise((resolve) => setImmediate(resolve))
  rested = performance.now()
}

// A property that is not asynchronous does not wait for it: thousands of cases belong into an `asyncProperty`.
FastCheck.configureGlobal({ ...runs(100), beforeEach: rest })

afterEach(rest)
