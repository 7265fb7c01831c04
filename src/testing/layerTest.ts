/**
 * The service, connected to the fake.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { OauthClientsService } from "../OauthClientsService.js"
import type { RetryPolicyOptions } from "../RetryPolicy.js"
import type { FakeOptions } from "./FakeOptions.js"
import { FakeProcessMaker } from "./FakeProcessMaker.js"

/**
 * Options of `layerTest`.
 *
 * @since 0.1.0
 * @category options
 */
export interface TestOptions extends FakeOptions {
  /** Fields of the service's retry policy. Default: `RetryPolicy.defaults`. */
  readonly retry?: RetryPolicyOptions | undefined
  /** Whether the service refuses to delete or revoke the client that it logs in with. Default: true. */
  readonly protectLogin?: boolean | undefined
}

/**
 * The real `OauthClientsService`, connected to a new in-process fake, along with the fake itself to seed, inspect and
 * script.
 *
 * **Details**
 *
 * It needs no socket and works under `TestClock`. Invalid options are a defect.
 *
 * **Gotchas**
 *
 * Each call creates a new fake. Provide one per test rather than one per file.
 *
 * @example
 * ```ts
 * import { OauthClientsService } from "effect-processmaker-oauth"
 * import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function*() {
 *   const fake = yield* FakeProcessMaker
 *   const service = yield* OauthClientsService
 *   yield* fake.script(Fault.onOperation("findOauthClients", Fault.twice(Fault.resetBefore)))
 *   const page = yield* service.findOauthClients(fake.userIds[0] ?? "")
 *   if (page.pagination.total !== 250) return yield* Effect.dieMessage("a client was lost")
 * })
 *
 * Effect.runPromise(Effect.provide(program, layerTest({ clients: 250 })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerTest = (options: TestOptions = {}): Layer.Layer<OauthClientsService | FakeProcessMaker> =>
  Layer.unwrapEffect(
    Effect.map(
      FakeProcessMaker,
      ({ baseUrl, credentials }) => OauthClientsService.layer({ ...options, baseUrl, credentials })
    )
  ).pipe(
    Layer.provide(FakeProcessMaker.layerHttpClient),
    Layer.provideMerge(FakeProcessMaker.layer(options)),
    Layer.orDie
  )
