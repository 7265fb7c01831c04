import { assert, describe, it } from "@effect/vitest"
import * as library from "effect-processmaker-oauth"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { runs } from "../support/runs.js"

const all: Readonly<Record<string, unknown>> = library

const isCodec = (value: unknown): value is Schema.Schema<unknown, unknown> => Schema.isSchema(value)

// All that is public and can be sent or stored.
const codecs = Object.entries(all).flatMap(([name, value]) => isCodec(value) ? [[name, value] as const] : [])

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe("through JSON and back", () => {
  it("knows what it tests", () => {
    const other = new Set(["ProcessMakerConfig", "ProcessMakerError"])
    const errors = Object.keys(all).filter((name) => name.startsWith("ProcessMaker") && !other.has(name))
    const names = codecs.map(([name]) => name)
    assert.includeMembers(names, [
      ...errors,
      "ProcessMakerError",
      "OauthClientsError",
      "OauthClient",
      "OauthClientPage",
      "PageCursor",
      "Pagination",
      "AccessToken"
    ])
    assert.strictEqual(errors.length, 14)
  })

  for (const [name, codec] of codecs) {
    it.effect.prop(name, [Arbitrary.make(codec)], ([value]) =>
      Effect.gen(function*() {
        const encoded = yield* Schema.encode(codec)(value)
        const sent = throughJson(encoded)
        const back = yield* Schema.decodeUnknown(codec)(sent)
        assert.deepStrictEqual(throughJson(yield* Schema.encode(codec)(back)), sent)
        if (value instanceof Error && back instanceof Error) {
          assert.strictEqual(back.message, value.message)
          assert.strictEqual(back.constructor, value.constructor)
        }
      }), { fastCheck: runs(15) })
  }
})
