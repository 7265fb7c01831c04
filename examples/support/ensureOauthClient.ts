/** Adds clients, and none twice because an answer was lost; unless the server carries the request out much later. */
import type { OauthClient, OauthClientsError, OauthClientsStreamError } from "effect-processmaker-oauth"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"

export interface NamedClient {
  readonly name: string
  readonly passwordClient?: boolean | undefined
}

export interface Ensured {
  readonly client: OauthClient
  readonly found: boolean
}

/** Reads the list until there is a client of this name that is not revoked. */
export const findOauthClientByName = (
  userId: string,
  name: string
): Effect.Effect<Option.Option<OauthClient>, OauthClientsStreamError, OauthClientsService> =>
  Effect.flatMap(OauthClientsService, (oauthClients) =>
    oauthClients.streamOauthClients(userId).pipe(
      // Servers trim names.
      Stream.filter((client) => client.name.trim() === name.trim() && !client.revoked),
      Stream.runHead
    ))

/**
 * Makes sure that there is a client of this name. When an answer was lost (`outcome: "unknown"`) the client may have been
 * added all the same: it looks again before it adds again.
 *
 * Two programs that do this at the same time can still add one each: the server has no unique names.
 */
export const ensureOauthClient = (
  userId: string,
  input: NamedClient
): Effect.Effect<Ensured, OauthClientsStreamError, OauthClientsService> =>
  Effect.gen(function*() {
    const oauthClients = yield* OauthClientsService
    const found = yield* findOauthClientByName(userId, input.name)
    if (Option.isSome(found)) return { client: found.value, found: true }
    return { client: yield* oauthClients.addOauthClient(userId, input), found: false }
  }).pipe(
    // What was sent may take a moment to show.
    Effect.retry({ while: isUnknown, times: 2, schedule: Schedule.exponential("500 millis") })
  )

/** Adds a client whose name nobody else uses: looks for it only when the answer was lost. */
export const addOauthClientOnce = (
  userId: string,
  input: NamedClient
): Effect.Effect<OauthClient, OauthClientsStreamError, OauthClientsService> =>
  Effect.flatMap(OauthClientsService, (oauthClients) => oauthClients.addOauthClient(userId, input)).pipe(
    Effect.catchIf(isUnknown, () => Effect.map(ensureOauthClient(userId, input), ({ client }) => client))
  )

/** Whether a write may have been carried out although it failed. */
export const isUnknown = (error: OauthClientsError | OauthClientsStreamError): boolean =>
  "outcome" in error && error.outcome === "unknown"
