/**
 * Pseudorandom values that are the same on every machine and in every run.
 *
 * @since 0.1.0
 */
import * as Hash from "effect/Hash"
import * as Utils from "effect/Utils"

type Seed = ReadonlyArray<number | string>

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/** A generator whose numbers depend on the seed alone. */
export const generator = (...seed: Seed): Utils.PCGRandom => new Utils.PCGRandom(Hash.array(seed))

/** A string of letters and digits, like Passport's secrets. */
export const alphanumeric = (length: number, ...seed: Seed): string => {
  const random = generator(...seed)
  return Array.from({ length }, () => alphabet.charAt(random.integer(alphabet.length))).join("")
}

/** An ID in the format of a version 4 UUID. */
export const uuid = (...seed: Seed): string => {
  const random = generator(...seed)
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => random.integer(16).toString(16))
}
