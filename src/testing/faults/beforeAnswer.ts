/**
 * Fault actions before a request is answered.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type ApiContext, refusal } from "../api/api.js"
import { withHeaders } from "../api/messages.js"
import * as Problem from "../api/Problem.js"
import { throttledToken } from "../api/tokenEndpoint.js"
import type { FakeClient, FakeClientInput } from "../FakeClient.js"
import type { Answered, Dropped } from "../FakeRequest.js"
import type { ClientTable } from "../state/ClientTable.js"
import { retryAfterHeaders } from "../state/RateLimiter.js"
import type { Deletion, FaultAction, Insertion, RetryAfter } from "./FaultAction.js"

/** Changes the state and lets the request continue. */
export const change = (what: string, before: (context: ApiContext) => void): FaultAction => ({
  what,
  before: (context) => Effect.sync(() => void before(context)).pipe(Effect.as(undefined))
})

/** Drops the connection. */
export const drop = (what: string, code: Dropped["code"]): FaultAction => ({
  what,
  before: () => Effect.succeed({ _tag: "Dropped", code })
})

export const respondWith = (
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array
): FaultAction => ({
  what: `respond ${status}`,
  before: () =>
    Effect.succeed(
      typeof body === "string"
        ? { _tag: "Answered", status, headers, body }
        : { _tag: "Streamed", status, headers, length: body.byteLength, stream: Stream.make(body) }
    )
})

/** A response that may have a `Retry-After` header. */
const comeBack = (what: string, retryAfter: RetryAfter, answer: (context: ApiContext) => Answered): FaultAction => ({
  what,
  before: (context) =>
    Effect.sync(() => {
      if (retryAfter === undefined) return answer(context)
      return withHeaders(
        answer(context),
        typeof retryAfter === "object" && "date" in retryAfter
          ? { "retry-after": new Date(context.now + Duration.toMillis(retryAfter.date)).toUTCString() }
          : retryAfterHeaders(Duration.toMillis(retryAfter))
      )
    })
})

export const throttle = (retryAfter: RetryAfter): FaultAction =>
  comeBack(
    "too many requests",
    retryAfter,
    (context) => context.route.operation === "token" ? throttledToken() : refusal(context, Problem.tooManyRequests)
  )

export const beUnavailable = (retryAfter: RetryAfter): FaultAction =>
  comeBack("unavailable", retryAfter, (context) => refusal(context, Problem.unavailable))

const changeList = (
  what: string,
  userId: string | undefined,
  before: (context: ApiContext, table: ClientTable) => void
): FaultAction =>
  change(what, (context) => {
    const { route, state } = context
    const table = state.clients(userId ?? route.userId ?? "") ?? state.clients(state.userIds[0] ?? "")
    if (table !== undefined) before(context, table)
  })

export const insert = (insertion: Insertion): FaultAction =>
  changeList("insert clients", insertion.userId, (context, table) => insertInto(context, table, insertion))

export const remove = ({ at = "random", clients, userId }: Deletion): FaultAction =>
  changeList(
    "delete clients",
    userId,
    ({ state }, table) =>
      state.deleteClients(table, typeof clients === "number" ? state.pick(table, clients, at) : clients)
  )

/** Inserts clients into a list, as if they were added now. */
export const insertInto = (
  { now, state }: Pick<ApiContext, "now" | "state">,
  table: ClientTable,
  { at = "random", clients }: Insertion
): ReadonlyArray<FakeClient> =>
  (typeof clients === "number" ? Array.from({ length: clients }, (): FakeClientInput => ({})) : clients).map(
    (client, index) => {
      const fields = { ...client, createdAt: client.createdAt ?? DateTime.unsafeMake(now) }
      return state.addClient(table, fields, typeof at === "number" ? at + index : at)
    }
  )
