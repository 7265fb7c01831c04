/** A fake server for a program without a tenant. */
import type { FakeOptions, FakeProcessMaker } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { configFromFake, ServedFake, serveFake } from "./serveFake.js"
import { say } from "./terminal.js"

/** Serves a prepared fake, reports it, and makes the program read its configuration from it. */
export const demonstrate = (
  users: FakeOptions["users"],
  madeUp: string,
  prepare: Effect.Effect<void, never, FakeProcessMaker>
) =>
  Layer.effectDiscard(Effect.gen(function*() {
    yield* prepare
    const { baseUrl } = yield* ServedFake
    yield* say(
      `PROCESSMAKER_BASE_URL is not set: started a fake server at ${baseUrl}, with ${madeUp} and some faults`
    )
  })).pipe(Layer.provideMerge(configFromFake), Layer.provide(serveFake({ users })))
