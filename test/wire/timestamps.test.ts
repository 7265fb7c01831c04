import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { Timestamp } from "../../src/internal/wire/timestamp.js"

const decode = Schema.decodeUnknownEither(Timestamp)
const iso = (wire: unknown) => Either.getOrElse(Either.map(decode(wire), DateTime.formatIso), () => "refused")
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
  ["after the clock change", carbon("2016-03-27 03:00:00.000000", 3, "Europe/Berlin"), "2016-03-27T01:00:00.000Z"]
]

const bad: ReadonlyArray<unknown> = [
  "",
  "now",
  "2017-01-01",
  "2017-13-01 00:00:00",
  "2017-02-29 00:00:00",
  "2017-01-01T00:60:00Z",
  "2017-01-01T00:00:00+99:00",
  "-0001-11-30 00:00:00",
  "0000-00-00 00:00:00",
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
  null
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

  it.effect.prop("encode and decode are the same instant", [instants], ([date]) =>
    Effect.gen(function*() {
      const utc = DateTime.unsafeMake(date)
      assert.strictEqual(iso(yield* Schema.encode(Timestamp)(utc)), DateTime.formatIso(utc))
    }))
})
