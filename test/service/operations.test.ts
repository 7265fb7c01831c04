import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { operations } from "../../src/internal/service/operations.js"
import { json, layerOver, operations as calls, scripted } from "../support/scripted.js"
import type { Reply } from "../support/scripted.js"
import { simulated } from "../support/simulatedTime.js"

const all = Object.values(operations)

const broken = (code: string, syscall: string): Reply => Object.assign(new Error("no answer"), { code, syscall })

/** How many requests an operation sends when its first one meets this, and all others 404. */
const sentAfter = (id: keyof typeof operations, first: () => Reply) =>
  Effect.gen(function*() {
    const { client, seen } = scripted(() => seen.length === 1 ? first() : json({ errors: [] }, 404))
    const exit = yield* OauthClientsService.pipe(
      Effect.flatMap((service) => Effect.exit(calls[id](service))),
      Effect.provide(layerOver(client, { retry: { maxAttempts: 2 } })),
      simulated
    )
    return { sent: seen, exit }
  })

const repeated = {
  safe: { reset: 2, failed: 2, unsent: 2, told: 2, refused: 1 },
  idempotent: { reset: 2, failed: 1, unsent: 2, told: 2, refused: 1 },
  notApplied: { reset: 1, failed: 1, unsent: 2, told: 2, refused: 1 }
}

describe("what an operation says of itself is what it does", () => {
  for (const { errors, id, method, repeats, template, whenGone } of all) {
    it.effect(id, () =>
      Effect.gen(function*() {
        const { exit, sent } = yield* sentAfter(id, () => broken("ECONNRESET", "read"))
        const path = template.replace("{user_id}", "u-7").replace("{client_id}", "17")
        assert.deepStrictEqual([...new Set(sent.map((seen) => `${seen.method} ${seen.url.pathname}`))], [
          `${method} /api/v1${path}`
        ])
        assert.strictEqual(exit._tag, whenGone === undefined ? "Failure" : "Success")
        const counts = {
          reset: sent.length,
          failed: (yield* sentAfter(id, () => json({}, 500))).sent.length,
          unsent: (yield* sentAfter(id, () => broken("ECONNREFUSED", "connect"))).sent.length,
          told: (yield* sentAfter(id, () => json({}, 503, { "retry-after": "1" }))).sent.length,
          refused: (yield* sentAfter(id, () => json({}, 403))).sent.length
        }
        assert.deepStrictEqual(counts, repeated[repeats])
        assert.strictEqual(new Set(errors).size, errors.length)
      }))
  }

  it("in docs/calls.md too", () => {
    const rows = readFileSync("docs/calls.md", "utf8").split("\n").filter((line) => line.startsWith("| `"))
      .map((line) => line.split("|").map((cell) => cell.trim()))
    const words = {
      safe: "after any transient failure",
      idempotent: "after any transient failure except 500",
      notApplied: "only if certainly not carried out"
    }
    for (const { id, method, repeats, template } of all) {
      const [, , http, , retried] = rows.find(([, name]) => name?.startsWith(`\`${id}(`)) ?? assert.fail(id)
      assert.deepStrictEqual([http, retried], [`${method} \`${template}\``, words[repeats]])
    }
  })
})
