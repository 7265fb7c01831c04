/** A fake server with a few faults, for an export without a tenant. */
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { configFromFake, ServedFake, serveFake } from "../support/serveFake.js"
import type { Checkpoint } from "./Checkpoint.js"
import { say } from "./progress.js"

export const demonstration = { name: "the fake server", userId: "demo-user", perPage: 25, seeded: 249 }

const newcomer = { id: "50000001", name: "Added by somebody else during the export" }

/**
 * Each run starts a fake of its own, with the same clients: what an unfinished run changed in the one before it is done
 * again, so that both see one list.
 */
export const layerDemonstration = (userId: string, earlier: Option.Option<Checkpoint>) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const fake = yield* FakeProcessMaker
    const { baseUrl } = yield* ServedFake
    const { added, total } = Option.match(earlier, {
      onNone: () => ({ added: undefined, total: 0 }),
      onSome: (checkpoint) => ({ added: checkpoint.added ?? undefined, total: checkpoint.cursor?.total ?? 0 })
    })
    if (added !== undefined && added.id !== null) {
      yield* fake.insertClients(userId, [{ id: added.id, name: added.name }], { at: "end" })
    }
    const before = (yield* fake.clients(userId)).length
    if (total > before) yield* fake.insertClients(userId, [newcomer], { at: "start" })
    yield* fake.script(
      Fault.onPage(2, Fault.twice(Fault.resetBefore)),
      ...(total > before ? [] : [Fault.onPage(4, Fault.insertClients([newcomer], { at: "start" }))]),
      Fault.onPage(6, Fault.tooManyRequests("1 second")),
      Fault.onPage(8, Fault.badGateway),
      Fault.on({ operation: "findOauthClients" }, Fault.always(Fault.delay("60 millis")))
    )
    yield* say(
      `PROCESSMAKER_BASE_URL is not set: started a fake server at ${baseUrl}, with ${before} made-up clients and some faults`
    )
  })).pipe(
    Layer.provideMerge(configFromFake),
    Layer.provide(serveFake({ users: [{ id: userId, clients: demonstration.seeded }] }))
  )
