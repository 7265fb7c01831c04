import { OauthClientsService } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { expect, test } from "vitest"

// The function under test. It takes the runtime of the program and returns a promise.
const connect = (runtime: ManagedRuntime.ManagedRuntime<OauthClientsService, unknown>, name: string) =>
  runtime.runPromise(
    Effect.flatMap(OauthClientsService, (oauthClients) => oauthClients.ensureOauthClient("u-7", { name }))
  )

test("adds a client once, even if the response is lost", async () => {
  const runtime = ManagedRuntime.make(layerTest({ users: [{ id: "u-7", clients: 0 }] }))
  const fake = await runtime.runPromise(FakeProcessMaker)
  await runtime.runPromise(fake.script(Fault.onOperation("addOauthClient", Fault.resetAfter)))

  expect(await connect(runtime, "Billing bot")).toMatchObject({ added: true })
  expect(await runtime.runPromise(fake.clients("u-7"))).toHaveLength(1)
  await runtime.dispose()
})
