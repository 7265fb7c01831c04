/**
 * Which requests a fault matches.
 *
 * @since 0.1.0
 */
import type { FakeOperation, Route } from "../FakeRequest.js"

/**
 * Which requests a fault matches. All given conditions must hold; `nth` counts the requests that meet the other
 * conditions after the fault is scripted.
 *
 * @since 0.1.0
 * @category models
 */
export interface FaultMatch {
  /** The operation of the request. */
  readonly operation?: FakeOperation | undefined
  /** The user ID in the path. */
  readonly userId?: string | undefined
  /** The client ID in the path. */
  readonly clientId?: string | undefined
  /** The requested page, from 1. */
  readonly page?: number | undefined
  /** The requested page size, capped by the server's maximum. */
  readonly perPage?: number | undefined
  /** The number of the request among those that match, from 1. */
  readonly nth?: number | undefined
}

const conditions = ["operation", "userId", "clientId", "page", "perPage"] as const

/** Whether all conditions except `nth` hold. */
export const matches = (match: FaultMatch, route: Route): boolean =>
  conditions.every((name) => match[name] === undefined || match[name] === route[name])

/** Describes a match. */
export const describeMatch = (match: FaultMatch): string =>
  Object.entries(match).flatMap(([name, value]) => value === undefined ? [] : [`${name} ${value}`]).join(", ") || "any"
