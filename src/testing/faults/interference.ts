/**
 * What faults do before a request is answered.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { withHeaders } from "../api/answers.js"
import { type ApiContext, refusal } from "../api/api.js"
import * as Problem from "../api/Problem.js"
import { throttledToken } from "../api/tokenEndpoint.js"
import type { FakeClient, FakeClientInput } from "../FakeClient.js"
import type { Answered, Dropped, FakeReply } from "../FakeRequest.js"
import type { ClientTable } from "../state/ClientTable.js"
import { retryAfterHeaders } from "../state/RateLimiter.js"
import type { ServerState } from "../state/ServerState.js"
import type { Deletion, FaultAction, Insertion, RetryAfter } from "./FaultAction.js"

const dropped = (code: Dropped["code"]): Dropped => ({ _tag: "Dropped", code })

const throttled = (context: ApiContext): Answered =>
  context.route.operation === "token" ? throttledToken() : refusal(context, Problem.tooManyRequests)

const comeBack = (context: ApiContext, answer: Answered, retryAfter: RetryAfter): Answered => {
  if (retryAfter === undefined) return answer
  return withHeaders(
    answer,
    typeof retryAfter === "object" && "date" in retryAfter
      ? { "retry-after": new Date(context.now + Duration.toMillis(retryAfter.date)).toUTCString() }
      : retryAfterHeaders(Duration.toMillis(retryAfter))
  )
}

const tableFor = (state: ServerState, userId: string | undefined): ClientTable | undefined =>
  state.clients(userId ?? "") ?? state.clients(state.userIds[0] ?? "")

/** Makes clients appear in a list, as if they were made now. */
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

const deleteFrom = (state: ServerState, table: ClientTable, { at = "random", clients }: Deletion): number =>
  state.deleteClients(table, typeof clients === "number" ? state.pick(table, clients, at) : clients)

const changed = (context: ApiContext, action: FaultAction): void => {
  const { now, route, state } = context
  if (action._tag === "ExpireTokens") return state.tokens.expireAll(now)
  if (action._tag === "RevokeTokens") return state.tokens.revokeAll()
  if (action._tag !== "InsertClients" && action._tag !== "DeleteClients") return
  const table = tableFor(state, action.userId ?? route.userId)
  if (table === undefined) return
  if (action._tag === "InsertClients") insertInto(context, table, action)
  else deleteFrom(state, table, action)
}

/** Lets one action happen; gives a reply where the request gets no further. */
export const interfere = (context: ApiContext, action: FaultAction): Effect.Effect<FakeReply | undefined> => {
  switch (action._tag) {
    case "Delay":
      return Effect.as(Effect.sleep(action.duration), undefined)
    case "Hang":
      return Effect.never
    case "Refuse":
      return Effect.succeed(dropped("ECONNREFUSED"))
    case "ResetBefore":
      return Effect.succeed(dropped("ECONNRESET"))
    case "Respond":
      return Effect.succeed(responseOf(action))
    case "TooManyRequests":
      return Effect.succeed(comeBack(context, throttled(context), action.retryAfter))
    case "Unavailable":
      return Effect.succeed(comeBack(context, refusal(context, Problem.unavailable), action.retryAfter))
    default:
      return Effect.sync(() => {
        changed(context, action)
        return undefined
      })
  }
}

const responseOf = ({ body, headers, status }: Extract<FaultAction, { _tag: "Respond" }>): FakeReply =>
  typeof body === "string"
    ? { _tag: "Answered", status, headers, body }
    : { _tag: "Streamed", status, headers, length: body.byteLength, stream: Stream.make(body) }
