/**
 * How to repeat and to combine steps.
 *
 * @since 0.1.0
 */
import type { FaultStep } from "./FaultStep.js"

/**
 * Repeats a step `count` times.
 *
 * @since 0.1.0
 * @category combinators
 */
export const times = (count: number, repeated: FaultStep): FaultStep => ({ ...repeated, times: repeated.times * count })

/**
 * Repeats a step twice.
 *
 * @since 0.1.0
 * @category combinators
 */
export const twice = (repeated: FaultStep): FaultStep => times(2, repeated)

/**
 * Repeats a step forever.
 *
 * @since 0.1.0
 * @category combinators
 */
export const always = (repeated: FaultStep): FaultStep => times(Number.POSITIVE_INFINITY, repeated)

/**
 * Applies several steps to the same request, in order.
 *
 * @since 0.1.0
 * @category combinators
 */
export const together = (...steps: readonly [FaultStep, ...ReadonlyArray<FaultStep>]): FaultStep => ({
  actions: steps.flatMap(({ actions }) => actions),
  times: 1
})

/**
 * Lets one request pass without a fault.
 *
 * @since 0.1.0
 * @category steps
 */
export const pass: FaultStep = { actions: [], times: 1 }
