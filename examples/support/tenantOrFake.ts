/** The server of the examples: the tenant in the environment, or an in-memory fake. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { Fault, TestOptions } from "effect-processmaker-oauth/testing"
import { FakeProcessMaker, layerTest } from "effect-processmaker-oauth/testing"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

const tenant = Config.option(Config.nonEmptyString("PROCESSMAKER_BASE_URL"))

/** A setting that a tenant requires is missing. */
export class NotSaid extends Data.TaggedError("NotSaid")<{ readonly message: string }> {}

/** A setting that a tenant requires. With the fake, it defaults to the generated value. */
export const onTenant = <A, E>(
  told: Effect.Effect<A, E>,
  madeUp: A
): Effect.Effect<A, E | ConfigError.ConfigError> =>
  Effect.flatMap(tenant, Option.match({ onNone: () => Effect.succeed(madeUp), onSome: () => told }))

/** The user ID of the example. */
export const userIdOr = (madeUp: string): Effect.Effect<string, ConfigError.ConfigError | NotSaid> =>
  onTenant(
    Effect.orElseFail(
      Config.nonEmptyString("PROCESSMAKER_USER_ID"),
      () => new NotSaid({ message: "set PROCESSMAKER_USER_ID to the ID of the user who owns the clients" })
    ),
    madeUp
  )

export const layerTenantOrFake = (
  options: TestOptions,
  ...faults: ReadonlyArray<Fault.Fault>
): Layer.Layer<OauthClientsService, ConfigError.ConfigError> =>
  tenant.pipe(
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
