/**
 * The application: connects a system, and lists the connected ones.
 *
 *     PROCESSMAKER_USER_ID=... npx tsx examples/app/main.ts
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { runExample } from "../support/runExample.js"
import { layerTenantOrFake, userIdOr } from "../support/tenantOrFake.js"
import { Integrations } from "./Integrations.js"

const program = Effect.gen(function*() {
  const integrations = yield* Integrations
  const { clientId, clientSecret } = yield* integrations.connect("payroll")
  yield* Console.log(`payroll may log in as client ${clientId}, with the secret ${clientSecret}`)
  yield* Console.log(`connected: ${(yield* integrations.connected).join(", ")}`)
  yield* integrations.disconnect("payroll")
  yield* Console.log("payroll is disconnected")
})

const layer = Layer.unwrapEffect(Effect.map(userIdOr("u-7"), Integrations.layer)).pipe(
  Layer.provide(layerTenantOrFake({ users: [{ id: "u-7", clients: 30 }] }))
)

runExample(Effect.provide(program, layer))
