import { assert, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { ClientOrder } from "../../src/testing/state/clientOrder.js"

const change = FastCheck.record({ insert: FastCheck.boolean(), at: FastCheck.nat(40) })

it("an order of clients behaves like an array", () => {
  FastCheck.assert(
    FastCheck.property(FastCheck.nat(20), FastCheck.array(change, { maxLength: 40 }), (count, changes) => {
      const order = new ClientOrder(100, count)
      const model = Array.from({ length: count }, (_, index) => 100 + index)
      let next = 100 + count
      for (const { at, insert } of changes) {
        if (insert) {
          order.insert(next, at)
          model.splice(at, 0, next++)
        } else {
          const client = model[at] ?? -1
          assert.strictEqual(order.remove(client), model.includes(client))
          if (at < model.length) model.splice(at, 1)
        }
      }
      assert.deepStrictEqual([...order], model)
      assert.strictEqual(order.size, model.length)
      for (const from of [0, 1, 7, model.length - 1, model.length, model.length + 3]) {
        if (from >= 0) assert.deepStrictEqual(order.slice(from, 5), model.slice(from, from + 5))
      }
      for (let client = 95; client < next + 5; client++) assert.strictEqual(order.has(client), model.includes(client))
    })
  )
})
