/**
 * Pseudorandom values that are the same on every machine and in every run.
 *
 * @since 0.1.0
 */
import * as Hash from "effect/Hash"
import * as Utils from "effect/Utils"

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/** A generator whose numbers depend on the seed alone. */
export const generator = (...seed: ReadonlyArray<number | string>): Utils.PCGRandom =>
  new Utils.PCGRandom(Hash.array(seed))

/** A string of letters and digits, like Passport's secrets. */
export const alphanumeric = (length: number, random: Utils.PCGRandom): string =>
  Array.from({ length }, () => alphabet.charAt(random.integer(alphabet.length))).join("")

/** An ID in the format of a version 4 UUID. */
export const uuid = (random: Utils.PCGRandom): string =>
  "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => random.integer(16).toString(16))
