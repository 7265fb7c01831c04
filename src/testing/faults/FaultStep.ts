/**
 * What a step of a fault is: actions on a request and on its response.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ApiContext } from "../api/api.js"
import type { FakeClientInput } from "../FakeClient.js"
import type { Answered, FakeReply, Route } from "../FakeRequest.js"
import type { ListPosition } from "../state/ServerState.js"

/**
 * The `Retry-After` header: a delay in whole seconds, the same as an HTTP date, or `undefined` for none.
 *
 * @since 0.1.0
 * @category models
 */
export type RetryAfter = Duration.DurationInput | { readonly date: Duration.DurationInput } | undefined

/**
 * Which clients to insert. If the request names no user, the list of the first user is changed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Insertion {
  /** The clients, or how many to generate. */
  readonly clients: number | ReadonlyArray<FakeClientInput>
  /** The user whose list to change. Default: the user of the request. */
  readonly userId?: string | undefined
  /** The position in the list. Default: random. */
  readonly at?: ListPosition | undefined
}

/**
 * Which clients to delete. The client to log in with is deleted only by its ID.
 *
 * @since 0.1.0
 * @category models
 */
export interface Deletion {
  /** The IDs of the clients, or how many adjacent clients to delete. */
  readonly clients: number | ReadonlyArray<string>
  /** The user whose list to change. Default: the user of the request. */
  readonly userId?: string | undefined
  /** The position in the list, if `clients` is a number. Default: random. */
  readonly at?: ListPosition | undefined
}

/**
 * The members of a JSON object, by their wire names.
 *
 * @since 0.2.0
 * @category models
 */
export type JsonMembers = Readonly<Record<string, unknown>>

/**
 * One action of a fault.
 *
 * @since 0.1.0
 * @internal
 */
export interface FaultAction {
  /** A description for the request log. */
  readonly what: string
  /** Succeeds with the request to process, or fails with the reply to send at once. */
  readonly before?: (context: ApiContext) => Effect.Effect<ApiContext, FakeReply>
  /** Returns the reply to send in place of the response. */
  readonly after?: (answer: Answered, route: Route) => FakeReply
}

/**
 * What happens to one or more consecutive requests.
 *
 * @since 0.1.0
 * @category models
 */
export interface FaultStep {
  /** The actions on the request, in order. Empty means no fault. */
  readonly actions: ReadonlyArray<FaultAction>
  /** The number of consecutive requests. */
  readonly times: number
}

/** A step of one action. */
export const step = (what: string, action: Omit<FaultAction, "what">): FaultStep => ({
  actions: [{ what, ...action }],
  times: 1
})

/** A step that replies without processing the request. */
export const reply = (what: string, make: (context: ApiContext) => FakeReply): FaultStep =>
  step(what, { before: (context) => Effect.suspend(() => Effect.fail(make(context))) })
