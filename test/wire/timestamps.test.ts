import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { readTimestamp } from "../../src/internal/wire/timestamp.js"
import { runs } from "../support/runs.js"

const iso = (wire: unknown): string => {
  const read = readTimestamp(wire)
  return read === undefined ? "refused" : Option.match(read, { onNone: () => "none", onSome: DateTime.formatIso })
}
const carbon = (date: string, type: number, timezone: string) => ({ date, timezone_type: type, timezone })

const good: ReadonlyArray<readonly [string, unknown, string]> = [
  ["ISO with an offset", "2017-01-01T02:00:00+02:00", "2017-01-01T00:00:00.000Z"],
  ["ISO, offset without a colon", "2017-01-01T02:00:00+0200", "2017-01-01T00:00:00.000Z"],
  ["ISO before UTC", "2016-12-31T19:30:00-04:30", "2017-01-01T00:00:00.000Z"],
  ["SQL's form is UTC", "2017-01-01 00:00:00", "2017-01-01T00:00:00.000Z"],
  ["microseconds", "2020-01-01T00:00:00.123456Z", "2020-01-01T00:00:00.123Z"],
  ["one digit", "2020-01-01T00:00:00.5Z", "2020-01-01T00:00:00.500Z"],
  ["leap day", "2020-02-29T00:00:00Z", "2020-02-29T00:00:00.000Z"],
  ["Carbon, UTC", carbon("2016-08-23 18:11:05.000000", 3, "UTC"), "2016-08-23T18:11:05.000Z"],
  ["Carbon, only the date", { date: "2016-08-23 18:11:05" }, "2016-08-23T18:11:05.000Z"],
  [
    "Carbon, null zone",
    { date: "2016-08-23 18:11:05", timezone_type: null, timezone: null },
    "2016-08-23T18:11:05.000Z"
  ],
  ["type 1", carbon("2016-08-23 18:11:05.000000", 1, "+02:00"), "2016-08-23T16:11:05.000Z"],
  ["type 2, winter", carbon("2016-01-23 18:11:05.000000", 2, "EST"), "2016-01-23T23:11:05.000Z"],
  ["type 2, summer", carbon("2016-08-23 18:11:05.000000", 2, "CEST"), "2016-08-23T16:11:05.000Z"],
  [
    "type 2 is an offset, whatever the season",
    carbon("2016-08-23 18:11:05.000000", 2, "CET"),
    "2016-08-23T17:11:05.000Z"
  ],
  ["type 3, winter", carbon("2016-01-23 18:11:05.000000", 3, "Europe/Berlin"), "2016-01-23T17:11:05.000Z"],
  ["type 3, summer", carbon("2016-08-23 18:11:05.000000", 3, "Europe/Berlin"), "2016-08-23T16:11:05.000Z"],
  ["type 3, half an hour", carbon("2016-08-23 18:11:05.000000", 3, "Asia/Kolkata"), "2016-08-23T12:41:05.000Z"],
  ["type 3, south", carbon("2016-01-23 18:11:05.000000", 3, "Australia/Sydney"), "2016-01-23T07:11:05.000Z"],
  ["skipped by the clock change", carbon("2016-03-27 02:30:00.000000", 3, "Europe/Berlin"), "2016-03-27T01:30:00.000Z"],
  [
    "twice at the clock change: the first",
    carbon("2016-10-30 02:30:00.000000", 3, "Europe/Berlin"),
    "2016-10-30T00:30:00.000Z"
  ],
  ["before the clock change", carbon("2016-03-27 01:59:59.000000", 3, "Europe/Berlin"), "2016-03-27T00:59:59.000Z"],
  ["small t and z", "2017-01-01t02:00:00z", "2017-01-01T02:00:00.000Z"],
  ["an offset of hours", "2017-11-03T09:15:42+00", "2017-11-03T09:15:42.000Z"],
  ["an offset of hours before UTC", "2017-11-03 09:15:42-03", "2017-11-03T12:15:42.000Z"],
  ["type 1, hours alone", carbon("2016-08-23 18:11:05.000000", 1, "-03"), "2016-08-23T21:11:05.000Z"],
  [
    "the type as a text",
    { date: "2016-01-23 18:11:05", timezone_type: "2", timezone: "EST" },
    "2016-01-23T23:11:05.000Z"
  ],
  ["the end of a day", "2017-01-01T24:00:00Z", "2017-01-02T00:00:00.000Z"],
  ["a year before 100", "0017-01-01T00:00:00Z", "0017-01-01T00:00:00.000Z"],
  ["no date: null", null, "none"],
  ["no date: absent", undefined, "none"],
  ["no date: empty", "", "none"],
  ["no date: false", false, "none"],
  ["no date: MySQL", "0000-00-00 00:00:00", "none"],
  ["no date: PHP", "-0001-11-30T00:00:00+00:00", "none"],
  ["no date: Carbon's JSON", "-000001-11-30T00:00:00.000000Z", "none"],
  ["no date: Carbon's object", carbon("-0001-11-30 00:00:00.000000", 3, "Europe/Berlin"), "none"],
  ["no date: an empty one in Carbon's object", carbon("", 3, "UTC"), "none"],
  ["after the clock change", carbon("2016-03-27 03:00:00.000000", 3, "Europe/Berlin"), "2016-03-27T01:00:00.000Z"]
]

const bad: ReadonlyArray<unknown> = [
  " ",
  "0000-00-00 soon",
  "0000-01-00 00:00:00",
  "20a7-01-01T00:00:00Z",
  "2017-01-01T00:00:00+0",
  "2017-01-01T00:00:00+024",
  "2017-01-01T24:00:00.5Z",
  "2017-01-01T00:00:00EST",
  "now",
  "2017-01-01",
  "2017-13-01 00:00:00",
  "2017-02-29 00:00:00",
  "2017-01-01T00:60:00Z",
  "2017-01-01T00:00:00+99:00",
  "20170101T000000Z",
  "2017-01-01T00:00:00.1234567890Z",
  "2017-01-01T00:00:00 UTC",
  carbon("2016-08-23 18:11:05", 3, "Mars/Olympus"),
  carbon("2016-08-23 18:11:05", 2, "XYZ"),
  carbon("2016-08-23 18:11:05", 3, ""),
  carbon("2016-08-23 18:11:05", 3, "__proto__"),
  carbon("2016-08-23 18:11:05", 2, "constructor"),
  carbon("tomorrow", 3, "UTC"),
  carbon("2016-08-23 18:11:05", 3, "x".repeat(100_000)),
  { timezone: "UTC" },
  0,
  1_500_000_000,
  true,
  [],
  {}
]

describe("timestamps", () => {
  for (const [name, wire, expected] of good) {
    it(name, () => assert.strictEqual(iso(wire), expected))
  }

  for (const wire of bad) {
    it(`refuses ${JSON.stringify(wire)?.slice(0, 60)}`, () => assert.strictEqual(iso(wire), "refused"))
  }

  const instants = FastCheck.date({
    min: new Date("1970-01-02T00:00:00Z"),
    max: new Date("2999-12-31T00:00:00Z"),
    noInvalidDate: true
  })
  const pad = (value: number, size = 2) => String(value).padStart(size, "0")

  it.effect.prop("every form of an instant decodes to that instant", [
    instants,
    FastCheck.integer({ min: -840, max: 840 })
  ], ([date, minutes]) =>
    Effect.sync(() => {
      const shifted = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1)
      const offset = `${minutes < 0 ? "-" : "+"}${pad(Math.floor(Math.abs(minutes) / 60))}:${
        pad(Math.abs(minutes) % 60)
      }`
      const utc = date.toISOString()
      const sql = utc.slice(0, -1).replace("T", " ")
      const forms = [
        `${shifted}${offset}`,
        `${shifted.replace("T", " ")}${offset.replace(":", "")}`,
        `${utc.slice(0, -1)}000Z`,
        sql,
        { date: `${sql}000`, timezone_type: 3, timezone: "UTC" },
        { date: `${shifted.replace("T", " ")}000`, timezone_type: 1, timezone: offset }
      ]
      for (const form of forms) assert.strictEqual(iso(form), utc)
    }))

  const zones = FastCheck.constantFrom(
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Caracas",
    "UTC"
  )

  it.effect.prop(
    "the wall clock of a named zone decodes to its instant",
    [instants, zones],
    ([date, zone]) =>
      Effect.sync(() => {
        const zoned = DateTime.unsafeMakeZoned(date, { timeZone: zone })
        const wall = new Date(DateTime.toDateUtc(zoned).getTime() + DateTime.zonedOffset(zoned)).toISOString().slice(
          0,
          -1
        ).replace("T", " ")
        const found = iso({ date: wall, timezone_type: 3, timezone: zone })
        // An hour that came twice is read as its first time.
        const hour = [0, -30, -60].map((minutes) => new Date(date.getTime() + minutes * 60_000).toISOString())
        assert.include(hour, found)
      })
  )

  // What the platform reads of RFC 3339 and SQL's form, and nothing that `Date` carries over or takes for local time.
  const strict = (text: string): string => {
    const [, day = "", time = "", fraction = "", offset = "Z"] =
      /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?$/.exec(text) ?? []
    const date = new Date(`${day}T${time}${fraction}${offset}`)
    const midnight = new Date(`${day}T00:00:00Z`)
    return Number.isNaN(date.getTime()) || !midnight.toISOString().startsWith(day) ? "refused" : date.toISOString()
  }
  const digit = FastCheck.constantFrom("0", "0", "1", "2", "3", "9", "a", " ")
  const nearly = FastCheck.tuple(
    FastCheck.constantFrom("2017-11-03T09:15:42", "2016-02-29 23:59:59", "1999-12-31T24:00:00", "0099-06-30 00:00:60"),
    FastCheck.array(FastCheck.tuple(FastCheck.nat(18), digit), { maxLength: 2 }),
    FastCheck.constantFrom("", ".5", ".123456789", ".", ".1234567890", "."),
    FastCheck.constantFrom("", "Z", "+00:00", "-04:30", "+23:59", "+24:00", "z+", "+1:00")
  ).map(([base, changes, fraction, offset]) => {
    const characters = [...base]
    for (const [at, character] of changes) characters[at] = character
    return characters.join("") + fraction + offset
  })

  it("what a strict reader takes is read as it reads it, and a digit that is wrong is never a guess", () => {
    FastCheck.assert(
      FastCheck.property(nearly, (text) => {
        const expected = strict(text)
        const found = iso(text)
        // Zero dates, small letters and offsets of hours are what is read beyond it; none of them is made here but these.
        if (found === "none") assert.match(text, /^0000-00-00/)
        else assert.strictEqual(found, expected, text)
      }),
      runs(2000)
    )
  })
})
