/** What the examples run against: the tenant that the environment names, or a fake one in memory. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { Fault, TestOptions } from "effect-processmaker-oauth/testing"
import { FakeProcessMaker, layerTest } from "effect-processmaker-oauth/testing"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

export const layerTenantOrFake = (
  options: TestOptions,
  ...faults: ReadonlyArray<Fault.Fault>
): Layer.Layer<OauthClientsService, ConfigError.ConfigError> =>
  Config.option(Config.nonEmptyString("PROCESSMAKER_BASE_URL")).pipe(
    Effect.map(Option.match({
      onSome: () => OauthClientsService.layerConfig.pipe(Layer.provide(NodeHttpClient.layerUndici)),
      onNone: () => Layer.provideMerge(announce(faults), layerTest(options))
    })),
    Layer.unwrapEffect
  )

const announce = (faults: ReadonlyArray<Fault.Fault>) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const fake = yield* FakeProcessMaker
    yield* fake.script(...faults)
    yield* Console.error("PROCESSMAKER_BASE_URL is not set: this runs on a fake server in memory")
  }))
