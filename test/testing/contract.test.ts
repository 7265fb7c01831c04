import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { FakeOptions, FakeProfile } from "effect-processmaker-oauth/testing"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { failure } from "./callers.js"
import { contract, Tenant } from "./contract.js"
import { Target, type Way, ways } from "./ways.js"

const profileNames: ReadonlyArray<FakeProfile> = [
  "default",
  "spec",
  "laravel54",
  "laravel55",
  "carbon2016",
  "jsonapi014"
]

const service = Layer.unwrapEffect(
  Effect.map(
    Target,
    ({ baseUrl, credentials, tokenUrl }) =>
      OauthClientsService.layer({ baseUrl, credentials, tokenUrl, retry: { baseDelay: "1 millis" } })
  )
)

const tenant = Layer.effect(Tenant, Effect.map(FakeProcessMaker, ({ userIds: [userId = ""] }) => ({ userId })))

const over = (way: Way, options: FakeOptions) => Layer.provideMerge(Layer.merge(service, tenant), way(options))

for (const [name, way] of Object.entries(ways)) {
  for (const profile of profileNames) {
    if (name !== "in process" && profile !== "default" && profile !== "laravel54") continue
    contract(`${profile}, ${name}`, () => over(way, { profile }))

    describe(`${profile}, ${name}`, () => {
      it.live("streams through faults", () =>
        Effect.gen(function*() {
          const fake = yield* FakeProcessMaker
          const oauthClients = yield* OauthClientsService
          const { userId } = yield* Tenant
          yield* fake.script(
            Fault.onPage(1, Fault.resetBefore, Fault.truncate),
            Fault.onPage(2, Fault.tooManyRequests("0 seconds"), Fault.badGateway),
            Fault.onPage(3, Fault.expireTokens, Fault.drip("1 millis", 3)),
            Fault.onPage(4, Fault.revokeTokens)
          )
          const ids = yield* Stream.runCollect(
            Stream.map(oauthClients.streamOauthClients(userId, { perPage: 10 }), ({ id }) => id)
          )
          const kept = yield* fake.clients(userId)
          assert.deepStrictEqual([...ids].map(String), kept.map(({ id }) => id))
        }).pipe(Effect.provide(over(way, { profile, clients: 45 }))))

      it.live("says what is wrong in its own classes", () =>
        Effect.gen(function*() {
          const fake = yield* FakeProcessMaker
          const oauthClients = yield* OauthClientsService
          const { userId } = yield* Tenant
          const tagAfter = (step: Fault.FaultStep) =>
            Effect.zipRight(
              fake.script(Fault.onOperation("addOauthClient", step)),
              Effect.map(failure(oauthClients.addOauthClient(userId, { name: "A" })), ({ _tag }) => _tag)
            )
          assert.strictEqual(yield* tagAfter(Fault.resetAfter), "ProcessMakerTransportError")
          assert.strictEqual(yield* tagAfter(Fault.badGateway), "ProcessMakerServerError")
          assert.strictEqual(yield* tagAfter(Fault.loginRedirect), "ProcessMakerUnexpectedStatus")
          assert.strictEqual(yield* tagAfter(Fault.malformedBody), "ProcessMakerInvalidResponse")
          yield* fake.insertClients(userId, [{ id: fake.credentials.clientId, revoked: true }])
          const locked = yield* failure(oauthClients.findOauthClients(userId))
          assert.strictEqual(locked._tag, "ProcessMakerLoginFailed")
        }).pipe(Effect.provide(over(way, { profile }))))

      it.live("understands when to come back", () =>
        Effect.gen(function*() {
          const fake = yield* FakeProcessMaker
          const oauthClients = yield* OauthClientsService
          const { userId } = yield* Tenant
          yield* fake.script(Fault.onOperation("findOauthClients", Fault.tooManyRequests({ date: "2 hours" })))
          const error = yield* failure(oauthClients.findOauthClients(userId))
          assert.strictEqual(error._tag, "ProcessMakerRateLimited")
          const wait = error._tag === "ProcessMakerRateLimited" ? Option.getOrThrow(error.retryAfter) : assert.fail()
          assert.approximately(Duration.toMinutes(wait), 120, 1)
        }).pipe(Effect.provide(over(way, { profile }))))
    })
  }
}

const realTenant = Layer.merge(
  Layer.provide(OauthClientsService.layerConfig, NodeHttpClient.layerUndici),
  Layer.effect(Tenant, Effect.map(Config.string("PROCESSMAKER_USER_ID"), (userId) => ({ userId })))
)

const skip = process.env["PROCESSMAKER_BASE_URL"] === undefined

contract(
  skip
    ? "a real tenant (skipped: set PROCESSMAKER_BASE_URL, PROCESSMAKER_USER_ID and the credentials)"
    : `a real tenant, ${process.env["PROCESSMAKER_BASE_URL"]}`,
  () => realTenant,
  { skip }
)
