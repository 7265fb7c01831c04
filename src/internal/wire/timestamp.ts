import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

// Date and time with up to nine fractional digits, then an offset or nothing.
const wallClock = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?$/

// What PHP calls timezone_type 2. An abbreviation is a fixed offset, unlike the zone of the same name.
const abbreviations: Readonly<Record<string, string>> = {
  UTC: "Z",
  GMT: "Z",
  Z: "Z",
  WET: "+00:00",
  WEST: "+01:00",
  BST: "+01:00",
  CET: "+01:00",
  CEST: "+02:00",
  EET: "+02:00",
  EEST: "+03:00",
  MSK: "+03:00",
  JST: "+09:00",
  AEST: "+10:00",
  AEDT: "+11:00",
  EST: "-05:00",
  EDT: "-04:00",
  CST: "-06:00",
  CDT: "-05:00",
  MST: "-07:00",
  MDT: "-06:00",
  PST: "-08:00",
  PDT: "-07:00"
}

const Carbon = Schema.Struct({
  date: Schema.String,
  timezone_type: Schema.optional(Schema.NullOr(Schema.Number)),
  timezone: Schema.optional(Schema.NullOr(Schema.String))
})

// Without the colon it is not ECMAScript's date format, and not every engine reads it.
const withColon = (offset: string): string => offset.replace(/^([+-]\d{2})(\d{2})$/, "$1:$2")

const instant = (text: string, fallbackOffset: string): Option.Option<DateTime.Utc> =>
  Option.flatMap(Option.fromNullable(wallClock.exec(text)), ([, date = "", time = "", fraction = "", offset]) => {
    // `Date` carries the 30th of February over into March.
    const sameDay = Option.map(DateTime.make(`${date}T00:00:00Z`), (day) => DateTime.formatIsoDateUtc(day) === date)
    return Option.getOrElse(sameDay, () => false)
      ? Option.map(
        DateTime.make(`${date}T${time}${fraction.slice(0, 4)}${withColon(offset ?? fallbackOffset)}`),
        DateTime.toUtc
      )
      : Option.none()
  })

const inNamedZone = (text: string, zone: string): Option.Option<DateTime.Utc> =>
  Option.gen(function*() {
    const timeZone = yield* DateTime.zoneMakeNamed(zone)
    const wall = yield* instant(text, "Z")
    return DateTime.toUtc(yield* DateTime.makeZoned(wall, { timeZone, adjustForTimeZone: true }))
  })

const fromCarbon = ({ date, timezone, timezone_type: type }: typeof Carbon.Type): Option.Option<DateTime.Utc> => {
  if (timezone === undefined || timezone === null) return instant(date, "Z")
  if (/^[+-]\d{2}:?\d{2}$/.test(timezone)) return instant(date, timezone)
  const offset = abbreviations[timezone.toUpperCase()]
  return offset !== undefined && type !== 3 ? instant(date, offset) : inNamedZone(date, timezone)
}

/**
 * The four forms of wire-facts, section 5: ISO 8601 with an offset, the same in UTC with microseconds, SQL's form
 * without a zone (which is UTC), and the object that Carbon made of a date in 2016.
 */
export const Timestamp: Schema.Schema<DateTime.Utc, string | typeof Carbon.Encoded> = Schema.transformOrFail(
  Schema.Union(Schema.String, Carbon).annotations({ description: "a date and time" }),
  Schema.DateTimeUtcFromSelf,
  {
    strict: true,
    decode: (wire, _options, ast) =>
      Option.match(typeof wire === "string" ? instant(wire, "Z") : fromCarbon(wire), {
        onNone: () => ParseResult.fail(new ParseResult.Type(ast, wire)),
        onSome: ParseResult.succeed
      }),
    encode: (date) => Effect.succeed(DateTime.formatIso(date))
  }
).annotations({ description: "a date and time" })
