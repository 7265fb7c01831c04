/**
 * Scripted faults: which requests they match, and the steps that these requests take.
 *
 * **Details**
 *
 * Each matching request takes the next step. When no step is left, requests succeed again. If several faults match a
 * request, the one scripted first applies.
 *
 * @since 0.1.0
 */
import type { FakeOperation } from "../FakeRequest.js"
import type { FaultMatch } from "./FaultMatch.js"
import type { FaultStep } from "./FaultStep.js"
import type { RandomFault } from "./randomFault.js"

export type {
  /**
   * Which requests a fault matches.
   *
   * @since 0.1.0
   * @category models
   */
  FaultMatch
} from "./FaultMatch.js"

export type {
  /**
   * What happens to one or more consecutive requests.
   *
   * @since 0.1.0
   * @category models
   */
  FaultStep
} from "./FaultStep.js"

/**
 * How to repeat and to combine steps.
 *
 * @since 0.1.0
 * @category combinators
 */
export * from "./combinators.js"

/**
 * Faults of time and of the connection.
 *
 * @since 0.1.0
 * @category steps
 */
export * from "./connectionFaults.js"

/**
 * Faults of the response: another one, or another document in it.
 *
 * @since 0.1.0
 * @category steps
 */
export * from "./responseFaults.js"

/**
 * Faults that change the state of the server.
 *
 * @since 0.1.0
 * @category steps
 */
export * from "./stateFaults.js"

export {
  /**
   * A random fault, determined by its seed.
   *
   * @since 0.1.0
   * @category constructors
   */
  random
} from "./randomFault.js"

export type {
  /**
   * The result of `random`.
   *
   * @since 0.1.0
   * @category models
   */
  RandomFault,
  /**
   * Options of `random`.
   *
   * @since 0.1.0
   * @category options
   */
  RandomOptions,
  /**
   * The probability of each step, from 0 to 1.
   *
   * @since 0.1.0
   * @category options
   */
  RandomRates
} from "./randomFault.js"

/**
 * A fault with scripted steps.
 *
 * @since 0.1.0
 * @category models
 */
export interface ScriptedFault {
  readonly _tag: "ScriptedFault"
  /** Which requests it matches. */
  readonly match: FaultMatch
  /** The steps, one for each matching request. */
  readonly steps: ReadonlyArray<FaultStep>
}

/**
 * A scripted or random fault, as passed to `FakeProcessMaker.script`.
 *
 * @since 0.1.0
 * @category models
 */
export type Fault = ScriptedFault | RandomFault

type Steps = readonly [FaultStep, ...ReadonlyArray<FaultStep>]

/**
 * A fault for matching requests.
 *
 * @since 0.1.0
 * @category constructors
 */
export const on = (match: FaultMatch, ...steps: Steps): ScriptedFault => ({ _tag: "ScriptedFault", match, steps })

/**
 * A fault for a page of any user's list.
 *
 * @example
 * ```ts
 * import { Fault } from "effect-processmaker-oauth/testing"
 *
 * // Page 3: two resets, then 429 with Retry-After 2, then one insertion.
 * export const fault = Fault.onPage(
 *   3,
 *   Fault.twice(Fault.resetBefore),
 *   Fault.tooManyRequests("2 seconds"),
 *   Fault.insertClients(1)
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const onPage = (page: number, ...steps: Steps): ScriptedFault =>
  on({ operation: "findOauthClients", page }, ...steps)

/**
 * A fault for an operation.
 *
 * @since 0.1.0
 * @category constructors
 */
export const onOperation = (operation: FakeOperation, ...steps: Steps): ScriptedFault => on({ operation }, ...steps)

/**
 * A fault for the nth request from now on, counting token requests.
 *
 * @since 0.1.0
 * @category constructors
 */
export const onNth = (nth: number, ...steps: Steps): ScriptedFault => on({ nth }, ...steps)

/**
 * A fault for the next requests, including token requests.
 *
 * @since 0.1.0
 * @category constructors
 */
export const onAny = (...steps: Steps): ScriptedFault => on({}, ...steps)
