/** The laws of the lenient readers: what a strict one reads is read the same, and what is refused is never a guess. */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { idOf, isSameId, readFlag, readWhole } from "../../src/internal/wire/client.js"
import { readClient, readPage } from "../../src/internal/wire/document.js"
import { runs } from "../support/runs.js"

interface Kind {
  readonly read: (wire: unknown) => unknown
  /** The only form that a strict reader takes, of which it makes nothing else. */
  readonly strict: (wire: unknown) => boolean
  readonly values: FastCheck.Arbitrary<unknown>
  /** All ways of writing a value. */
  readonly spellings: (value: unknown) => ReadonlyArray<unknown>
}

const flag = (value: unknown): ReadonlyArray<unknown> => value === true ? [true, 1, "1"] : [false, 0, "0"]
const whole = (value: unknown): ReadonlyArray<unknown> => [value, String(value), `00${String(value)}`]
const isExact = (id: unknown) => typeof id === "string" && /^(0|[1-9]\d*)$/.test(id) && Number.isSafeInteger(Number(id))

const kinds: Readonly<Record<string, Kind>> = {
  flag: {
    read: readFlag,
    strict: Schema.is(Schema.Boolean),
    values: FastCheck.boolean(),
    spellings: (value) => value === true ? flag(true) : [...flag(false), null, undefined]
  },
  "whole number": {
    read: readWhole,
    strict: Schema.is(Schema.NonNegativeInt.pipe(Schema.filter(Number.isSafeInteger))),
    values: FastCheck.oneof(FastCheck.nat(200), FastCheck.maxSafeNat()),
    spellings: whole
  },
  id: {
    read: (id) => idOf({ id }),
    strict: Schema.is(Schema.String.pipe(Schema.filter((id) => id.trim() !== ""))),
    values: FastCheck.oneof(
      FastCheck.maxSafeNat().map(String),
      FastCheck.uuid(),
      FastCheck.constantFrom("007", "1e3", " 7")
    ),
    spellings: (value) => isExact(value) ? [value, Number(value)] : [value]
  }
}

const near = FastCheck.oneof(
  FastCheck.constantFrom("", " ", "0x1", "1.0", "1e3", "true", "yes", "-0", "+1", "\u0661", "9007199254740992", "null"),
  FastCheck.constantFrom(-0, 0.5, -1, 2, 1e3, 2 ** 53, 1e300, Number.NaN, Number.POSITIVE_INFINITY),
  FastCheck.tuple(FastCheck.maxSafeNat(), FastCheck.constantFrom("", " ", "-", ".0", "e0", "n", "\n")).chain((
    [n, extra]
  ) => FastCheck.constantFrom(`${n}${extra}`, `${extra}${n}`, [n], [String(n)], { value: n }, n + 0.5, -n)),
  FastCheck.jsonValue()
)

describe("a lenient reader", () => {
  for (const [name, { read, spellings, strict, values }] of Object.entries(kinds)) {
    it(`reads a ${name} in each way of writing it`, () =>
      FastCheck.assert(
        FastCheck.property(values, (value) => {
          for (const wire of spellings(value)) {
            assert.strictEqual(read(wire), typeof value === "string" ? String(wire) : value)
          }
        }),
        runs(200)
      ))

    it(`reads what a strict reader of a ${name} reads as it does, and nothing else but other ways of writing it`, () =>
      FastCheck.assert(
        FastCheck.property(FastCheck.oneof(near, values), (wire) => {
          const value = read(wire)
          if (strict(wire)) return assert.strictEqual(value, wire)
          if (value === undefined) return
          assert.isTrue(strict(value))
          const digits = typeof wire === "string" ? wire.replace(/^0+(?=\d)/, "") : wire
          assert.include(spellings(value), digits, `${JSON.stringify(wire)} was read as ${String(value)}`)
        }),
        runs(1000)
      ))
  }

  it("takes a UUID in any case for the same id, and no other text", () =>
    FastCheck.assert(
      FastCheck.property(FastCheck.uuid(), FastCheck.nat(35), (id, at) => {
        assert.isTrue(isSameId(id, id.toUpperCase()))
        const other = `${id.slice(0, at)}${id[at] === "7" ? "8" : "7"}${id.slice(at + 1)}`
        assert.isFalse(isSameId(id, other))
        assert.isFalse(isSameId(`x${id}`, `x${id}`.toUpperCase()) || isSameId("abc", "ABC"))
      }),
      runs(200)
    ))
})

const one = <A>(values: ReadonlyArray<A>) => FastCheck.constantFrom(...values)
const empty = one([undefined, null, [], {}])
const dated = FastCheck.date({ min: new Date(0), max: new Date("2099-01-01"), noInvalidDate: true })
  .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000))
const spelledDate = (date: Date) => {
  const [day = "", time = ""] = date.toISOString().slice(0, 19).split("T")
  return one([
    `${day}T${time}+00:00`,
    `${day}t${time}z`,
    `${day} ${time}`,
    `${day}T${time}.000000Z`,
    `${day}T${time}+00`,
    { date: `${day} ${time}.000000`, timezone_type: 3, timezone: "UTC" }
  ])
}
const noDate = one([undefined, null, "", false, "0000-00-00 00:00:00", "-0001-11-30T00:00:00+00:00"])

/** A client as the API's description has it, and the same one in the ways of other servers. */
const twice = FastCheck.record({
  id: FastCheck.maxSafeNat(),
  name: FastCheck.string(),
  revoked: FastCheck.boolean(),
  password: FastCheck.boolean(),
  created: dated
}).chain(({ created, id, name, password, revoked }) =>
  FastCheck.record({
    strict: FastCheck.constant({
      type: "client",
      id: String(id),
      attributes: {
        name,
        revoked,
        password_client: password,
        personal_access_client: false,
        created_at: created.toISOString()
      }
    }),
    lenient: FastCheck.record({
      type: FastCheck.constant("client"),
      id: one([id, String(id)]),
      attributes: FastCheck.record({
        name: FastCheck.constant(name),
        revoked: one(flag(revoked)),
        password_client: one(flag(password)),
        personal_access_client: one([...flag(false), null, undefined]),
        created_at: spelledDate(created),
        updated_at: noDate,
        secret: one([null, undefined])
      })
    }),
    around: FastCheck.record({ meta: empty, links: empty, errors: empty })
  })
)

const answer = (body: unknown) => ({ status: 200, contentType: "", text: () => JSON.stringify(body) })

describe("a document in the ways of other servers", () => {
  it("is the client that it is in the way of the API's description", () =>
    FastCheck.assert(
      FastCheck.property(twice, ({ around, lenient, strict }) => {
        const expected = Either.getOrThrow(readClient(answer({ data: strict }), strict.id)).client
        const found = Either.getOrThrow(readClient(answer({ data: lenient, ...around }), strict.id)).client
        assert.isTrue(Equal.equals(found, expected))
        assert.strictEqual(found.name, strict.attributes.name)
        assert.strictEqual(found.id, strict.id)
        assert.isTrue(Option.isSome(found.createdAt) && Option.isNone(found.updatedAt))
      }),
      runs(300)
    ))

  it("is the page that it is there", () => {
    const names = ["total", "count", "per_page", "current_page", "total_pages"] as const
    const numbers = FastCheck.array(FastCheck.option(FastCheck.nat(10_000)), { minLength: 5, maxLength: 5 })
    FastCheck.assert(
      FastCheck.property(
        numbers,
        FastCheck.array(twice, { maxLength: 4 }),
        FastCheck.nat(3),
        (values, clients, ways) => {
          const said = (spell: (value: number) => unknown) =>
            Object.fromEntries(values.map((value, index) => [names[index], value === null ? undefined : spell(value)]))
          const page = (data: unknown, pagination: unknown) =>
            Either.getOrThrow(readPage(answer({ data, meta: { pagination } })))
          const rows = clients.map(({ lenient }) => lenient)
          const expected = page(clients.map(({ strict }) => strict), said((value) => value))
          const found = page(
            ways % 2 === 0 ? rows : Object.fromEntries(rows.map((row, index) => [2 * index, row])),
            said((value) => ways < 2 ? String(value) : value)
          )
          assert.deepStrictEqual(found.numbers, expected.numbers)
          assert.isTrue(found.rows.every((row, index) => Equal.equals(row, expected.rows[index])))
          assert.strictEqual(found.rows.length, expected.rows.length)
        }
      ),
      runs(200)
    )
  })
})
