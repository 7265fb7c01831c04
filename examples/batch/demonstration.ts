/** A fake server with many users, for a batch without a tenant. */
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import { demonstrate } from "../support/demonstrate.js"

const users = Array.from({ length: 200 }, (_, index) => ({
  id: `demo-user-${String(index + 1).padStart(3, "0")}`,
  clients: (index * 37) % 60 + (index % 40 === 0 ? 350 : 0)
}))

export const demonstrationUsers = users.map(({ id }) => id)

/** Every run starts its own fake, with the same users and clients. */
export const layerDemonstration = demonstrate(
  users,
  `${users.length} made-up users`,
  Effect.flatMap(FakeProcessMaker, (fake) =>
    fake.script(
      Fault.onPage(2, Fault.twice(Fault.resetBefore)),
      Fault.onNth(60, Fault.tooManyRequests("1 second")),
      Fault.onNth(120, Fault.badGateway),
      Fault.on({ operation: "findOauthClients" }, Fault.always(Fault.delay("50 millis")))
    ))
)
