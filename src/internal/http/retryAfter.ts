import * as Option from "effect/Option"

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

// IMF-fixdate, RFC 850 and asctime: the three forms of RFC 9110, section 5.6.7. `Date.parse` would take much else.
const imfFixdate =
  /^[A-Z][a-z]{2}, (?<day>\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/
const rfc850 = /^[A-Z][a-z]{5,8}, (?<day>\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/
const asctime = /^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/

// A two-digit year that seems more than 50 years ahead is the most recent past one (RFC 9110, section 5.6.7); the year
// after 2099 is 2100.
const fullYear = (year: string, now: number): number => {
  if (year.length === 4) return Number(year)
  const current = new Date(now).getUTCFullYear()
  const candidate = Math.floor(current / 100) * 100 + Number(year)
  if (candidate > current + 50) return candidate - 100
  return candidate < current - 49 ? candidate + 100 : candidate
}

/** An HTTP date as epoch milliseconds. */
export const parseHttpDate = (text: string, now: number): Option.Option<number> => {
  const groups = (imfFixdate.exec(text) ?? rfc850.exec(text) ?? asctime.exec(text))?.groups
  if (groups === undefined) return Option.none()
  const { day = "", month = "", time = "", year = "" } = groups
  const [hours = Number.NaN, minutes = Number.NaN, seconds = Number.NaN] = time.split(":").map(Number)
  const date = new Date(Date.UTC(fullYear(year, now), months.indexOf(month), Number(day), hours, minutes, seconds))
  // `Date` carries the 32nd of a month over into the next one.
  return months.includes(month) && date.getUTCDate() === Number(day) && date.getUTCHours() === hours
    ? Option.some(date.getTime())
    : Option.none()
}

/** The server's time from its `Date` header, which its other times refer to. */
export const serverTime = (date: string | undefined, now: number): number =>
  Option.getOrElse(parseHttpDate(date ?? "", now), () => now)

/** A wait of more than a day is a mistake. */
const believable = (millis: number): boolean => millis >= 0 && millis <= 86_400_000

const number = /^\d+(\.\d+)?$/

const longest = (waits: ReadonlyArray<number>): number | undefined => {
  const believed = waits.filter(believable)
  return believed.length === 0 ? undefined : Math.max(...believed)
}

// A proxy may add the header again: repeated headers are combined into a list (RFC 9110, section 5.3). A date also has
// a comma.
const values = (header: string | undefined): ReadonlyArray<string> =>
  (header ?? "").slice(0, 1000).match(/\s*(?:[A-Z][a-z]+, )?[^,]+/g)?.map((value) => value.trim()) ?? []

/**
 * `Retry-After` (RFC 9110, section 10.2.3) in milliseconds from now: whole seconds, rounded up, and the longest of
 * several. Invalid values, past dates and waits of more than a day are ignored.
 */
export const parseRetryAfter = (header: string | undefined, now: number): number | undefined =>
  longest(
    values(header).flatMap((value) => {
      if (number.test(value)) return [Math.ceil(Number(value)) * 1000]
      return Option.toArray(Option.filter(parseHttpDate(value, now), (date) => date > now)).map((date) => date - now)
    })
  )

const prefixes = ["x-ratelimit-", "x-rate-limit-", "ratelimit-"]

/**
 * Milliseconds until the rate limit resets, unless requests remain. The spelling depends on the server (wire-facts,
 * section 8). There are three units: seconds from now, epoch seconds and epoch milliseconds, which are unambiguous for
 * waits of up to a day.
 */
export const parseReset = (
  headers: Readonly<Record<string, string | undefined>>,
  now: number
): number | undefined => {
  const read = (name: string) => prefixes.map((prefix) => headers[prefix + name]).find((value) => value !== undefined)
  if ((read("remaining")?.trim() ?? "0") !== "0") return undefined
  return longest(
    values(read("reset")).filter((value) => number.test(value)).map((value) => {
      const reset = Number(value)
      const millis = reset < 1e8 ? now + reset * 1000 : reset < 1e11 ? reset * 1000 : reset
      return Math.ceil(millis - now)
    }).filter((millis) => millis > 0)
  )
}
