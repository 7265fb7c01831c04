import { OauthClientsService } from "effect-processmaker-oauth"
import type { PageEvent, PageStreamOptions } from "effect-processmaker-oauth"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** The first user of the fake. */
export const theUser = Effect.map(FakeProcessMaker, (fake) => fake.userIds[0] ?? "")

export const idsOf = (clients: Iterable<{ readonly id: string }>) => Array.from(clients, ({ id }) => id)

/** The ids of the first user's clients, in the server's order. */
export const served = Effect.flatMap(
  Effect.all([FakeProcessMaker, theUser]),
  ([fake, user]) => Effect.map(fake.clients(user), idsOf)
)

export const eventsOf = (options?: PageStreamOptions) =>
  Effect.flatMap(
    Effect.all([OauthClientsService, theUser]),
    ([service, user]) =>
      Effect.map(Stream.runCollect(service.streamOauthClientEvents(user, options)), Chunk.toReadonlyArray)
  )

export const clientsOf = (events: ReadonlyArray<PageEvent>): ReadonlyArray<string> =>
  events.flatMap((event) => event._tag === "PageFetched" ? event.page.clients.map(({ id }) => String(id)) : [])

export const reportOf = (events: ReadonlyArray<PageEvent>) => {
  const last = events.at(-1)
  return last?._tag === "Completed" ? last.report : undefined
}

/** The pages that the fake was asked for, in order: "3 of 98". */
export const pagesAsked = Effect.flatMap(
  FakeProcessMaker,
  (fake) =>
    Effect.map(fake.requests, (requests) =>
      requests.filter(({ operation }) => operation === "findOauthClients")
        .map(({ page, perPage }) => `${page} of ${perPage}`))
)
