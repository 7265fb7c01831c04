/**
 * What a fault does to a request.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import type { Paging } from "../api/pageLinks.js"
import type { FakeClientInput } from "../FakeClient.js"
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
 * What a fault does to a request.
 *
 * @since 0.1.0
 * @category models
 */
export type FaultAction = Data.TaggedEnum<{
  Delay: { readonly duration: Duration.Duration }
  Hang: {}
  Refuse: {}
  ResetBefore: {}
  ResetAfter: {}
  Truncate: { readonly fraction: number }
  Drip: { readonly every: Duration.Duration; readonly pieces: number }
  Respond: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: string | Uint8Array
  }
  TooManyRequests: { readonly retryAfter: RetryAfter }
  Unavailable: { readonly retryAfter: RetryAfter }
  ExpireTokens: {}
  RevokeTokens: {}
  InsertClients: Insertion
  DeleteClients: Deletion
  RepeatPage: { readonly claimRequested: boolean }
  MalformedBody: {}
  Paging: { readonly paging: Paging }
  Edit: { readonly what: string; readonly edit: (document: JsonMembers) => unknown }
}>

/**
 * Constructors and a matcher of the actions.
 *
 * @since 0.1.0
 * @category constructors
 */
export const FaultAction = Data.taggedEnum<FaultAction>()

/**
 * An action in words.
 *
 * @since 0.1.0
 * @internal
 */
export const describeAction = (action: FaultAction): string => {
  if (action._tag === "Edit") return action.what
  const words = action._tag.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim()
  return action._tag === "Respond" ? `${words} ${action.status}` : words
}
