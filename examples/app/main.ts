/**
 * The application: connects a system, and says which ones are connected.
 *
 *     PROCESSMAKER_USER_ID=... tsx examples/app/main.ts
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layerTenantOrFake } from "../support/tenantOrFake.js"
import { Integrations } from "./Integrations.js"

const program = Effect.gen(function*() {
  const integrations = yield* Integrations
  const { clientId, clientSecret } = yield* integrations.connect("payroll").pipe(
    Effect.tapErrorTag("AlreadyConnected", ({ system }) => Console.error(`${system} is connected already`))
  )
  yield* Console.log(`payroll may log in as client ${clientId}, with the secret ${clientSecret}`)
  yield* Console.log(`connected: ${(yield* integrations.connected).join(", ")}`)
  yield* integrations.disconnect("payroll")
  yield* Console.log("payroll is disconnected")
})

const layer = Layer.unwrapEffect(
  Config.string("PROCESSMAKER_USER_ID").pipe(Config.withDefault("u-7"), Effect.map(Integrations.layer))
).pipe(
  Layer.provide(layerTenantOrFake({ users: [{ id: "u-7", clients: 30 }] }))
)

NodeRuntime.runMain(Effect.provide(program, layer))
