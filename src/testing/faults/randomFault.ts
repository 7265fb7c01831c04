/**
 * Random faults, the same in every run with the same seed.
 *
 * @since 0.1.0
 */
import type { Route } from "../FakeRequest.js"
import { generator } from "../state/seededRandom.js"
import * as Connection from "./connectionFaults.js"
import { type FaultMatch, matches } from "./FaultMatch.js"
import type { FaultAction } from "./FaultStep.js"
import * as Response from "./responseFaults.js"
import * as State from "./stateFaults.js"

const outcomes = {
  delay: Connection.delay("50 millis"),
  refuse: Connection.refuse,
  resetBefore: Connection.resetBefore,
  resetAfter: Connection.resetAfter,
  truncate: Connection.truncate,
  tooManyRequests: Response.tooManyRequests("1 second"),
  unavailable: Response.unavailable("1 second"),
  badGateway: Response.badGateway,
  malformedBody: Response.malformedBody,
  expireTokens: State.expireTokens,
  revokeTokens: State.revokeTokens,
  insertClients: State.insertClients(),
  deleteClients: State.deleteClients(),
  repeatPage: Response.repeatPage
}

/**
 * The probability of each fault, from 0 to 1. Their sum is at most 1.
 *
 * @since 0.1.0
 * @category models
 */
export type RandomRates = { readonly [Name in keyof typeof outcomes]?: number | undefined }

/**
 * @since 0.1.0
 * @category models
 */
export interface RandomOptions {
  /** The probability of each fault. Default: `delay`, `resetBefore`, 429, 503 and 502 with 0.05 each. */
  readonly rates?: RandomRates | undefined
  /** Which requests it matches. Default: all. */
  readonly on?: Omit<FaultMatch, "nth"> | undefined
  /** The maximum number of consecutive faults of the same request, until it passes. Default: 2. */
  readonly inARow?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface RandomFault {
  readonly _tag: "RandomFault"
  /** Which requests it matches. */
  readonly match: FaultMatch
  /** The seed of the random numbers. */
  readonly seed: number
  /** The probability of each fault, from 0 to 1. */
  readonly rates: RandomRates
  /** The maximum number of consecutive faults of the same request, until it passes. */
  readonly inARow: number
}

const transient: RandomRates = {
  delay: 0.05,
  resetBefore: 0.05,
  tooManyRequests: 0.05,
  unavailable: 0.05,
  badGateway: 0.05
}

/**
 * Random faults for property tests. What happens to a request depends on the seed, on its operation, IDs and page, and
 * on how often it was sent before, not on the order of requests from different fibers.
 *
 * @since 0.1.0
 * @category constructors
 */
export const random = (seed: number, options: RandomOptions = {}): RandomFault => ({
  _tag: "RandomFault",
  match: options.on ?? {},
  seed,
  rates: options.rates ?? transient,
  inARow: options.inARow ?? 2
})

const isOutcome = (name: string): name is keyof typeof outcomes => name in outcomes

const drawn = (rates: RandomRates, chance: number): ReadonlyArray<FaultAction> | undefined => {
  let reached = 0
  for (const [name, rate] of Object.entries(rates)) {
    reached += rate ?? 0
    if (chance < reached && isOutcome(name)) return outcomes[name].actions
  }
  return undefined
}

/** Draws the fault of each request. */
export const draw = (fault: RandomFault): (route: Route) => ReadonlyArray<FaultAction> | undefined => {
  const seen = new Map<string, { readonly count: number; readonly inARow: number }>()
  return (route) => {
    if (!matches(fault.match, route)) return undefined
    const key = [route.operation, route.userId, route.clientId, route.page].join(" ")
    const { count, inARow } = seen.get(key) ?? { count: 0, inARow: 0 }
    const chance = generator(fault.seed, key, count).number()
    const actions = inARow < fault.inARow ? drawn(fault.rates, chance) : undefined
    seen.set(key, { count: count + 1, inARow: actions === undefined ? 0 : inARow + 1 })
    return actions
  }
}
