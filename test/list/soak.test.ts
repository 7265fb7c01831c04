import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { soak } from "../bench/soaking.js"

it.live("memory does not grow with the list", () =>
  Effect.gen(function*() {
    const { clients, heaps } = yield* soak(600)
    const [first, ...rest] = heaps.map(({ megabytes }) => megabytes)
    assert.strictEqual(clients, 60_000)
    assert.isAtMost(Math.max(...rest), (first ?? 0) * 1.2)
  }), 120_000)
