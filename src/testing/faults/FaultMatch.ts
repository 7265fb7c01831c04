/**
 * Which requests a fault waits for.
 *
 * @since 0.1.0
 */
import type { Route } from "../api/routes.js"
import type { FakeOperation } from "../FakeRequest.js"

/**
 * Which requests a fault waits for. All that is given must hold; `nth` counts the requests for which the rest holds,
 * from the moment the fault is scripted.
 *
 * @since 0.1.0
 * @category models
 */
export interface FaultMatch {
  /** What the request asks for. */
  readonly operation?: FakeOperation | undefined
  /** Whose clients it is about. */
  readonly userId?: string | undefined
  /** Which client it is about. */
  readonly clientId?: string | undefined
  /** Which page of a list it asks for, counted from 1. */
  readonly page?: number | undefined
  /** Which page size it asks for, as far as the server allows it. */
  readonly perPage?: number | undefined
  /** Which one of these requests, counted from 1. */
  readonly nth?: number | undefined
}

/** Whether all but `nth` holds. */
export const matches = (match: FaultMatch, route: Route): boolean =>
  (match.operation === undefined || match.operation === route.operation) &&
  (match.userId === undefined || match.userId === route.userId) &&
  (match.clientId === undefined || match.clientId === route.clientId) &&
  (match.page === undefined || match.page === route.page) &&
  (match.perPage === undefined || match.perPage === route.perPage)

/** A match in words. */
export const describeMatch = (match: FaultMatch): string =>
  Object.entries(match).flatMap(([name, value]) => value === undefined ? [] : [`${name} ${value}`]).join(", ") || "any"
