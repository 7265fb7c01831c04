/** A fake server with a few faults, for an export without a tenant. */
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { demonstrate } from "../support/demonstrate.js"
import type { Checkpoint } from "./Checkpoint.js"

export const demonstration = { name: "the fake server", userId: "demo-user", perPage: 25, seeded: 249 }

/** At these pages, a client that was already read is deleted and another is added, so the list keeps its length. */
const changes = [3, 5, 7].map((page, index) => ({
  page,
  deleted: index + 1,
  added: { id: `5000000${index + 1}`, name: "Added by somebody else during the export" }
}))

/**
 * Each run starts its own fake with the same clients. Changes during an unfinished run are repeated, so that both runs
 * see the same list.
 */
export const layerDemonstration = (userId: string, earlier: Option.Option<Checkpoint>) =>
  demonstrate(
    [{ id: userId, clients: demonstration.seeded }],
    `${demonstration.seeded} made-up clients`,
    Effect.gen(function*() {
      const fake = yield* FakeProcessMaker
      const { added, nextPage } = Option.match(earlier, {
        onNone: () => ({ added: undefined, nextPage: 1 }),
        onSome: (checkpoint) => ({ added: checkpoint.added ?? undefined, nextPage: checkpoint.cursor?.page ?? 1 })
      })
      const seeded = yield* fake.clients(userId)
      const idAt = (index: number): string => seeded[index]?.id ?? ""
      if (added !== undefined && added.id !== null) {
        yield* fake.insertClients(userId, [{ id: added.id, name: added.name }], { at: "end" })
      }
      for (const { added, deleted, page } of changes) {
        if (page >= nextPage) continue
        yield* fake.deleteClients(userId, [idAt(deleted)])
        yield* fake.insertClients(userId, [added], { at: "end" })
      }
      yield* fake.script(
        Fault.onPage(2, Fault.twice(Fault.resetBefore)),
        ...changes.filter(({ page }) => page >= nextPage).map(({ added, deleted, page }) =>
          Fault.onPage(
            page,
            Fault.together(Fault.deleteClients([idAt(deleted)]), Fault.insertClients([added], { at: "end" }))
          )
        ),
        Fault.onPage(6, Fault.tooManyRequests("1 second")),
        Fault.onPage(8, Fault.badGateway),
        Fault.on({ operation: "findOauthClients" }, Fault.always(Fault.delay("60 millis")))
      )
    })
  )
