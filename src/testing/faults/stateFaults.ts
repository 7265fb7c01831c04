/**
 * Faults that change the state of the server just before it processes a request.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { ApiContext } from "../api/api.js"
import type { ClientTable } from "../state/ClientTable.js"
import { together } from "./combinators.js"
import { type Deletion, type FaultStep, type Insertion, step } from "./FaultStep.js"

const change = (what: string, apply: (context: ApiContext) => void): FaultStep =>
  step(what, { before: (context) => Effect.as(Effect.sync(() => apply(context)), context) })

/**
 * Expires every access token just before the request is processed. Refresh tokens stay valid.
 *
 * @since 0.1.0
 * @category steps
 */
export const expireTokens: FaultStep = change("expire tokens", ({ now, state }) => state.tokens.expireAll(now))

/**
 * Revokes every token, including refresh tokens, just before the request is processed.
 *
 * @since 0.1.0
 * @category steps
 */
export const revokeTokens: FaultStep = change("revoke tokens", ({ state }) => state.tokens.revokeAll())

const changeList = (
  what: string,
  userId: string | undefined,
  apply: (context: ApiContext, table: ClientTable) => void
): FaultStep =>
  change(what, (context) => {
    const { route, state } = context
    const table = state.clients(userId ?? route.userId ?? "") ?? state.clients(state.userIds[0] ?? "")
    if (table !== undefined) apply(context, table)
  })

/**
 * Inserts clients just before the request is processed.
 *
 * @since 0.1.0
 * @category steps
 */
export const insertClients = (
  clients: Insertion["clients"] = 1,
  { at = "random", userId }: Omit<Insertion, "clients"> = {}
): FaultStep =>
  changeList("insert clients", userId, ({ now, state }, table) => state.insertClients(table, clients, at, now))

/**
 * Deletes clients just before the request is processed.
 *
 * @since 0.1.0
 * @category steps
 */
export const deleteClients = (
  clients: Deletion["clients"] = 1,
  { at = "random", userId }: Omit<Deletion, "clients"> = {}
): FaultStep =>
  changeList(
    "delete clients",
    userId,
    ({ state }, table) =>
      state.deleteClients(table, typeof clients === "number" ? state.pick(table, clients, at) : clients)
  )

/**
 * Deletes clients and inserts as many just before the request is processed, so that the list keeps its length.
 *
 * @since 0.2.0
 * @category steps
 */
export const swapClients = (
  count = 1,
  { from, to = "end" }: { readonly from?: Deletion["at"]; readonly to?: Insertion["at"] } = {}
): FaultStep => together(deleteClients(count, { at: from }), insertClients(count, { at: to }))
