/**
 * What a fault does to a request.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { ApiContext } from "../api/api.js"
import type { Paging } from "../api/pageLinks.js"
import type { Route } from "../api/routes.js"
import type { FakeClientInput } from "../FakeClient.js"
import type { Answered, FakeReply } from "../FakeRequest.js"
import type { ListPosition } from "../state/ServerState.js"

/**
 * When to come back: nothing said, a delay in whole seconds, or the same as an HTTP date.
 *
 * @since 0.1.0
 * @category models
 */
export type RetryAfter = Duration.DurationInput | { readonly date: Duration.DurationInput } | undefined

/**
 * Which clients to insert. Where the request names no user, the first one's list is meant.
 *
 * @since 0.1.0
 * @category models
 */
export interface Insertion {
  /** How many, or which. */
  readonly clients: number | ReadonlyArray<FakeClientInput>
  /** In whose list. Default: that of the request's user. */
  readonly userId?: string | undefined
  /** Where in the list. Default: a random place. */
  readonly at?: ListPosition | undefined
}

/**
 * Which clients to delete: how many neighbours, or the ones with these ids. The one to log in with only goes by its id.
 *
 * @since 0.1.0
 * @category models
 */
export interface Deletion {
  /** How many, or the ids of which. */
  readonly clients: number | ReadonlyArray<string>
  /** From whose list. Default: that of the request's user. */
  readonly userId?: string | undefined
  /** Where in the list, if it is so many. Default: a random place. */
  readonly at?: ListPosition | undefined
}

/**
 * The members of a JSON object, by their names on the wire.
 *
 * @since 0.2.0
 * @category models
 */
export type JsonMembers = Readonly<Record<string, unknown>>

/**
 * What a fault does to a request: before it is answered, while it is, and to the answer.
 *
 * @since 0.1.0
 * @internal
 */
export interface FaultAction {
  /** In words, for the log of requests. */
  readonly what: string
  /** Gives a reply where the request gets no further. */
  readonly before?: (context: ApiContext) => Effect.Effect<FakeReply | undefined>
  /** The page that is given in place of the one that was asked for. */
  readonly page?: (asked: number) => number
  readonly paging?: Paging
  readonly after?: (answer: Answered, route: Route) => FakeReply
}
