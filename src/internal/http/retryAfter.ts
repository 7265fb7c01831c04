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

/** The server's own time, as its `Date` shows it: what it says of a moment is said by that clock. */
export const serverTime = (date: string | undefined, now: number): number =>
  Option.getOrElse(parseHttpDate(date ?? "", now), () => now)

/**
 * `Retry-After` (RFC 9110, section 10.2.3) as milliseconds from now. Junk, and what is past, is no wish.
 */
export const parseRetryAfter = (value: string | undefined, now: number): number | undefined => {
  const text = value?.trim() ?? ""
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const delay = Option.map(parseHttpDate(text, now), (date) => date - now)
  return Option.getOrUndefined(Option.filter(delay, (millis) => millis > 0))
}

/**
 * Milliseconds until the window of a rate limit resets, when the headers say that nothing is left of it. Both spellings
 * are in use (wire-facts, section 8); the reset is in epoch seconds.
 */
export const parseReset = (
  headers: Readonly<Record<string, string | undefined>>,
  now: number
): number | undefined => {
  const read = (name: string) => headers[`x-ratelimit-${name}`] ?? headers[`x-rate-limit-${name}`]
  const reset = read("reset")?.trim() ?? ""
  if (read("remaining")?.trim() !== "0" || !/^\d+$/.test(reset)) return undefined
  const delay = Number(reset) * 1000 - now
  return delay > 0 ? delay : undefined
}
