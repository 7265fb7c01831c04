/** The body of a refusal is read for its words, but not waited for. */
import { assert, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { layerOver, scripted } from "../support/scripted.js"
import { simulated } from "../support/simulatedTime.js"

const endless = () =>
  new Response(
    new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("{\"message\"")) }),
    { status: 404 }
  )

it.effect("a refusal whose body never ends fails with its status after two seconds", () =>
  Effect.gen(function*() {
    const find = Effect.flatMap(OauthClientsService, (service) => service.findOauthClientById("u-7", "17"))
    const error = yield* Effect.flip(Effect.provide(find, layerOver(scripted(endless).client)))
    assert(error._tag === "ProcessMakerNotFound", error._tag)
    assert.strictEqual(Duration.toSeconds(error.elapsed), 2)
  }).pipe(simulated))
