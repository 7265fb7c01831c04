// A program of someone who installed the package and writes plain JavaScript.
import { OauthClientsService } from "effect-processmaker-oauth"
import { layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import assert from "node:assert/strict"

const program = Effect.gen(function*() {
  const oauthClients = yield* OauthClientsService
  return yield* Effect.flip(oauthClients.findOauthClientById("no-such-user", "no-such-client"))
})

const error = await Effect.runPromise(Effect.provide(program, layerTest()))
assert.equal(error._tag, "ProcessMakerNotFound")

for (const inside of ["internal/wire/jsonApi.js", "dist/internal/wire/jsonApi.js", "src/index.ts"]) {
  await assert.rejects(import(`effect-processmaker-oauth/${inside}`), { code: "ERR_PACKAGE_PATH_NOT_EXPORTED" })
}
