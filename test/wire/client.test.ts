import { assert, describe, it } from "@effect/vitest"
import { OauthClient } from "effect-processmaker-oauth"
import * as Equal from "effect/Equal"
import * as FastCheck from "effect/FastCheck"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { inspect } from "node:util"
import { readResource, resourceIssues } from "../../src/internal/wire/client.js"
import { lazySecret } from "../../src/internal/wire/lazySecret.js"
import { runs } from "../support/runs.js"

/** Values that are read, and others. */
interface Values {
  readonly good: ReadonlyArray<unknown>
  readonly bad: ReadonlyArray<unknown>
}

const ids: Values = {
  good: ["17", 17, "1e3", 0, 2 ** 53 - 1, "ab-c"],
  bad: [-0, "", " ", 1.5, -1, 2 ** 53, true, null, undefined, [], {}]
}
const flags: Values = {
  good: [true, false, 0, 1, "0", "1", null, undefined],
  bad: ["true", "yes", 2, -1, "", [], {}]
}
const times: Values = {
  good: [
    "2017-11-03T09:15:42+00:00",
    "2017-11-03 09:15:42",
    "2017-11-03t09:15:42z",
    "0000-00-00 00:00:00",
    { date: "2016-10-05 07:30:11.000000", timezone_type: 3, timezone: "UTC" },
    "",
    false,
    null,
    undefined
  ],
  bad: [{ date: "", timezone_type: 3 }, "yesterday", "2017-02-30 00:00:00", 0, true, [], {}]
}
const names: Values = { good: ["CI", "", "ü\ud800"], bad: [null, undefined, 7, [], {}, true] }
const secrets: Values = { good: ["CI", "", "ü\ud800", null, undefined], bad: [7, [], {}, true] }

type Pick = (values: Values) => FastCheck.Arbitrary<unknown>

const attributesOf = (pick: Pick) =>
  FastCheck.record({
    name: pick(names),
    secret: pick(secrets),
    personal_access_client: pick(flags),
    password_client: pick(flags),
    revoked: pick(flags),
    created_at: pick(times),
    updated_at: pick(times),
    user_id: FastCheck.jsonValue()
  }, { requiredKeys: ["name"] })

const mostly = (arbitrary: FastCheck.Arbitrary<unknown>) =>
  FastCheck.oneof({ weight: 9, arbitrary }, FastCheck.jsonValue())
const anyOf: Pick = ({ bad, good }) => mostly(FastCheck.constantFrom(...good, ...bad))
const goodOf: Pick = ({ good }) => FastCheck.constantFrom(...good)

// Of rows of any values, one in hundreds is good.
const rows = FastCheck.oneof(
  {
    weight: 9,
    arbitrary: FastCheck.record(
      { type: mostly(FastCheck.constant("client")), id: anyOf(ids), attributes: mostly(attributesOf(anyOf)) },
      { requiredKeys: [] }
    )
  },
  FastCheck.record({ type: FastCheck.constant("client"), id: goodOf(ids), attributes: attributesOf(goodOf) })
)

// As plainly as it can be said, over Effect's own schemas.
const Reference = Schema.is(Schema.Struct({
  type: Schema.Literal("client"),
  id: Schema.Union(
    Schema.String.pipe(Schema.filter((id) => id.trim() !== "")),
    Schema.NonNegativeInt.pipe(Schema.filter((id) => Number.isSafeInteger(id) && !Object.is(id, -0)))
  ),
  attributes: Schema.Struct({
    name: Schema.String,
    secret: Schema.optional(Schema.NullOr(Schema.String)),
    personal_access_client: Schema.optional(Schema.NullOr(Schema.Literal(true, false, 0, 1, "0", "1"))),
    password_client: Schema.optional(Schema.NullOr(Schema.Literal(true, false, 0, 1, "0", "1"))),
    revoked: Schema.optional(Schema.NullOr(Schema.Literal(true, false, 0, 1, "0", "1")))
  })
}))

const isValid = Schema.is(Schema.typeSchema(OauthClient))

describe("a row", () => {
  it("is read if the schema takes it, and refused with a place if it does not", () => {
    let good = 0
    FastCheck.assert(
      FastCheck.property(rows, (row) => {
        const client = readResource(row)
        const issues = resourceIssues(row, ["data", 3])
        if (client === undefined) {
          assert.isAbove(issues.length, 0)
          for (const issue of issues) {
            assert.deepStrictEqual(issue.path.slice(0, 2), ["data", 3])
            assert.notStrictEqual(issue.expected, "must be a client", "the schema took what the reader refused")
          }
          return
        }
        good += 1
        assert.deepStrictEqual(issues, [{ path: ["data", 3], expected: "must be a client" }])
        assert.isTrue(Reference(row))
        assert.isTrue(isValid(client))
        assert.instanceOf(client, OauthClient)
        // As the constructor would make it, with its checks.
        const { secret, ...rest } = client
        const checked = new OauthClient({
          ...rest,
          secret: Option.map(secret, (kept) => Redacted.make(Redacted.value(kept)))
        })
        assert.deepStrictEqual(Object.keys(client), Object.keys(checked))
        assert.isTrue(Equal.equals(client, checked))
        assert.strictEqual(Hash.hash(client), Hash.hash(checked))
      }),
      runs(2000)
    )
    assert.isAbove(good, 0, "none of the rows was good")
  })
})

describe("a secret that nobody looked at", () => {
  const text = "q8Zt1mVxK4bN7cYr2LhD9wPs6JfGe3RaU5oTi0Ek"
  it("is as an option of a redacted one in every way", () => {
    const eager = Option.some(Redacted.make(text))
    const lazy = lazySecret(text)
    assert.isTrue(Option.isOption(lazy) && Option.isSome(lazy))
    assert.deepStrictEqual(Object.keys(lazy), Object.keys(eager))
    assert.strictEqual(Object.getPrototypeOf(lazy), Object.getPrototypeOf(eager))
    assert.strictEqual(inspect(lazy, { showHidden: true, getters: true, depth: 9 }).includes(text), false)
    assert.strictEqual(JSON.stringify(lazy), JSON.stringify(eager))
    assert.strictEqual(String(lazy), String(eager))
    assert.deepStrictEqual(lazy, eager)
    assert.isTrue(Equal.equals(lazy, eager))
    assert.strictEqual(Hash.hash(lazy), Hash.hash(eager))
    assert.strictEqual(Option.getOrThrow(lazy), Option.getOrThrow(lazy))
    assert.strictEqual(Redacted.value(Option.getOrThrow(lazy)), text)
    assert.strictEqual(Redacted.value(Option.getOrThrow(Option.map({ ...lazy } as typeof lazy, (kept) => kept))), text)
  })
})
