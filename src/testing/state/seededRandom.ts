/**
 * Pseudorandom values that are the same on every machine and in every run.
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

/** Hashes integers to 32 bits. */
export const mix = (...parts: ReadonlyArray<number>): number =>
  parts.reduce((hash, part) => avalanche((Math.imul(hash, 31) + part + 0x9e3779b9) | 0), 0)

/** Hashes a string to 32 bits. */
export const mixText = (text: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return avalanche(hash)
}

/** A generator of numbers in [0, 1). */
export const generator = (...seed: ReadonlyArray<number>): () => number => {
  let state = mix(...seed)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    return avalanche(state) / 0x100000000
  }
}

/** A string of letters and digits, like Passport's secrets. */
export const alphanumeric = (length: number, ...seed: ReadonlyArray<number>): string => {
  const next = generator(...seed)
  let text = ""
  while (text.length < length) text += alphabet.charAt(Math.floor(next() * alphabet.length))
  return text
}

/** An ID in the format of a version 4 UUID. */
export const uuid = (...seed: ReadonlyArray<number>): string => {
  const next = generator(...seed)
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => Math.floor(next() * 16).toString(16))
}
