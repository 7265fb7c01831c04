import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"

const isNegative = (value: unknown): boolean =>
  Predicate.isString(value) ? value.trim().startsWith("-") : Predicate.isNumber(value) ? !(value >= 0) : false

/** A duration as a caller gives it, in milliseconds. A negative one, or no number, would become no time at all. */
export const durationMillis = (value: unknown): Option.Option<number> =>
  isNegative(value) ? Option.none() : Option.map(Duration.decodeUnknown(value), Duration.toMillis)
