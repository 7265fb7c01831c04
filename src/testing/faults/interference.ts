/**
 * What faults do before a request is answered.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { withHeaders } from "../api/answers.js"
import { type ApiContext, refusal } from "../api/api.js"
import * as Problem from "../api/Problem.js"
import { throttledToken } from "../api/tokenEndpoint.js"
import type { Answered, Dropped, FakeReply } from "../FakeRequest.js"
import { type ClientFields, type ClientRow, type ClientTable, createdNow, fromInput } from "../state/FakeClient.js"
import { retryAfterHeaders } from "../state/RateLimiter.js"
import type { World } from "../state/World.js"
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

const tableFor = (world: World, userId: string | undefined): ClientTable | undefined =>
  world.clients(userId ?? "") ?? world.clients(world.userIds[0] ?? "")

const present = (fields: ClientFields): ClientFields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** Makes clients appear in a list, as if they were made now. */
export const insertInto = (
  { now, world }: Pick<ApiContext, "now" | "world">,
  table: ClientTable,
  { at = "random", clients }: Insertion
): ReadonlyArray<ClientRow> =>
  (typeof clients === "number" ? Array.from({ length: clients }, () => ({})) : clients).map((client, index) => {
    const fields = { ...createdNow(now), ...present(fromInput(client)) }
    return world.addClient(table, fields, typeof at === "number" ? at + index : at)
  })

const deleteFrom = (world: World, table: ClientTable, { at = "random", clients }: Deletion): number =>
  world.deleteClients(table, typeof clients === "number" ? world.pick(table, clients, at) : clients)

const changed = (context: ApiContext, action: FaultAction): void => {
  const { now, route, world } = context
  if (action._tag === "ExpireTokens") return world.tokens.expireAll(now)
  if (action._tag === "RevokeTokens") return world.tokens.revokeAll()
  if (action._tag !== "InsertClients" && action._tag !== "DeleteClients") return
  const table = tableFor(world, action.userId ?? route.userId)
  if (table === undefined) return
  if (action._tag === "InsertClients") insertInto(context, table, action)
  else deleteFrom(world, table, action)
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
      return Effect.succeed({ ...action, _tag: "Answered" })
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
