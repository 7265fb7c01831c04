/**
 * Values that look random and are the same on every machine and in every run.
 *
 * @since 0.1.0
 */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

const avalanche = (value: number): number => {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Mixes whole numbers into one of 32 bits. */
export const mix = (...parts: ReadonlyArray<number>): number =>
  parts.reduce((hash, part) => avalanche((Math.imul(hash, 31) + part + 0x9e3779b9) | 0), 0)

/** Mixes the characters of a text into a number of 32 bits. */
export const mixText = (text: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return avalanche(hash)
}

/** A generator of numbers from 0 (included) to 1 (not included). */
export const generator = (...seed: ReadonlyArray<number>): () => number => {
  let state = mix(...seed)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    return avalanche(state) / 0x100000000
  }
}

/** A text of letters and digits, as the secrets of Passport are. */
export const alphanumeric = (length: number, ...seed: ReadonlyArray<number>): string => {
  const next = generator(...seed)
  let text = ""
  while (text.length < length) text += alphabet.charAt(Math.floor(next() * alphabet.length))
  return text
}

/** An id in the form of a version 4 UUID. */
export const uuid = (...seed: ReadonlyArray<number>): string => {
  const next = generator(...seed)
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => Math.floor(next() * 16).toString(16))
}
