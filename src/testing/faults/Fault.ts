/**
 * Faults, written as one says them: which requests they wait for, and step by step what happens to these.
 *
 * **Details**
 *
 * Each request that matches takes the next step; when no step is left, all is well again. Where several faults match a
 * request, the one that was scripted first has it.
 *
 * @since 0.1.0
 */
import type { FakeOperation } from "../FakeRequest.js"
import type { FaultMatch } from "./FaultMatch.js"
import type { FaultStep } from "./faultSteps.js"
import type { RandomFault } from "./randomFault.js"

export type {
  /**
   * Which requests a fault is for.
   *
   * @since 0.1.0
   * @category models
   */
  FaultMatch
} from "./FaultMatch.js"

/**
 * The steps.
 *
 * @since 0.1.0
 * @category steps
 */
export * from "./faultSteps.js"

export {
  /**
   * A script that depends on its seed alone.
   *
   * @since 0.1.0
   * @category constructors
   */
  random
} from "./randomFault.js"

export type {
  /**
   * What `random` makes.
   *
   * @since 0.1.0
   * @category models
   */
  RandomFault,
  /**
   * What `random` takes.
   *
   * @since 0.1.0
   * @category options
   */
  RandomOptions,
  /**
   * How often each step is to happen, from 0 to 1.
   *
   * @since 0.1.0
   * @category options
   */
  RandomRates
} from "./randomFault.js"

/**
 * Which requests go wrong, and how, step by step.
 *
 * @since 0.1.0
 * @category models
 */
export interface ScriptedFault {
  readonly _tag: "ScriptedFault"
  /** Which requests it is for. */
  readonly match: FaultMatch
  /** What happens to them, one after the other. */
  readonly steps: ReadonlyArray<FaultStep>
}

/**
 * What `script` takes: a fault as one says it, or one that follows its seed.
 *
 * @since 0.1.0
 * @category models
 */
export type Fault = ScriptedFault | RandomFault

type Steps = readonly [FaultStep, ...ReadonlyArray<FaultStep>]

/**
 * A fault for the requests that match.
 *
 * @since 0.1.0
 * @category constructors
 */
export const on = (match: FaultMatch, ...steps: Steps): ScriptedFault => ({ _tag: "ScriptedFault", match, steps })

/**
 * A fault for a page of a list, whoever's it is.
 *
 * @example
 * ```ts
 * import { Fault } from "effect-processmaker-oauth/testing"
 *
 * // Page 3: reset twice, then 429 with Retry-After 2, then one insert.
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
 * A fault for the nth request from now on, those for tokens counted too.
 *
 * @since 0.1.0
 * @category constructors
 */
export const onNth = (nth: number, ...steps: Steps): ScriptedFault => on({ nth }, ...steps)

/**
 * A fault for whatever comes next, requests for tokens too.
 *
 * @since 0.1.0
 * @category constructors
 */
export const onAny = (...steps: Steps): ScriptedFault => on({}, ...steps)
