/**
 * Finds known secrets in a text, however they are written there: whole, or cut short down to twelve characters.
 */
import { folded, rawReading, readings, withoutInvisible } from "./textReadings.js"
import type { Breaks, Reading } from "./textReadings.js"

/** Pieces of this length give a secret away. A writing that is shorter is found as a whole only. */
const piece = 12
/** Shorter secrets are words of every day. */
const shortest = 8
/** Whether a piece can begin here is known from so many characters. */
const head = 4

/** A secret, ready to be looked for. */
export interface KnownSecret {
  /** The secret itself, where it is so short that it is hidden as a word only. */
  readonly word: string | undefined
  readonly pieces: ReadonlyArray<Pieces>
}

/** All pieces of one length that the writings of a secret have. */
interface Pieces {
  readonly breaks: Breaks
  readonly length: number
  readonly codes: ReadonlyArray<number>
  /** By its hash: where in `codes` a piece begins. */
  readonly starts: ReadonlyMap<number, ReadonlyArray<number>>
  readonly heads: Uint8Array
}

const mix = (hash: number, point: number): number => Math.imul(hash ^ point, 0x01000193) ^ (hash >>> 13)
const headOf = (hash: number): number => hash & 0x3fff

const codesOf = (text: string, breaks: Breaks): ReadonlyArray<number> => {
  const { codes, next } = folded(withoutInvisible(rawReading(text), breaks))
  const visible: Array<number> = []
  for (let at = 0; at < codes.length; at = next[at] ?? codes.length) visible.push(codes[at] ?? 0)
  return visible
}

const toPieces = (writings: ReadonlyArray<ReadonlyArray<number>>, length: number, breaks: Breaks): Pieces => {
  const codes = writings.flat()
  const starts = new Map<number, Array<number>>()
  const heads = new Uint8Array(0x4000)
  const isSame = (one: number, other: number) => {
    let step = 0
    while (step < length && codes[one + step] === codes[other + step]) step += 1
    return step === length
  }
  let end = 0
  let start = 0
  for (const writing of writings) {
    end += writing.length
    for (; start + length <= end; start++) {
      let hash = 0
      for (let step = 0; step < length; step++) {
        hash = mix(hash, codes[start + step] ?? 0)
        if (step === head - 1) heads[headOf(hash)] = 1
      }
      const others = starts.get(hash) ?? []
      if (!others.some((other) => isSame(start, other))) starts.set(hash, [...others, start])
    }
    start = end
  }
  return { breaks, length, codes, starts, heads }
}

const piecesOf = (texts: ReadonlyArray<string>, breaks: Breaks): ReadonlyArray<Pieces> => {
  const byLength = new Map<number, Array<ReadonlyArray<number>>>()
  for (const codes of texts.map((text) => codesOf(text, breaks))) {
    const length = Math.min(piece, codes.length)
    byLength.set(length, [...byLength.get(length) ?? [], codes])
  }
  return Array.from(byLength, ([length, writings]) => toPieces(writings, length, breaks))
}

// Behind 0, 1 or 2 other bytes: the characters that depend on nothing but the secret.
const base64 = (utf8: Uint8Array): ReadonlyArray<string> =>
  ["", "\0", "\0\0"].map((before) => {
    const shifted = before + Array.from(utf8, (byte) => String.fromCharCode(byte)).join("")
    return btoa(shifted).slice(Math.ceil((before.length * 8) / 6), Math.floor((shifted.length * 8) / 6))
  })

export const makeKnownSecret = (secret: string): KnownSecret => {
  if (codesOf(secret, "skipped").length < shortest) return { word: secret, pieces: [] }
  const utf8 = new TextEncoder().encode(secret)
  const hex = Array.from(utf8, (byte) => byte.toString(16).padStart(2, "0")).join("")
  const pieces = piecesOf([secret, hex, ...base64(utf8)], "skipped")
  return { word: undefined, pieces: /\s/.test(secret) ? [...pieces, ...piecesOf([secret], "blanks")] : pieces }
}

const markPieces = ({ codes, ends, next }: Reading, pieces: Pieces, marks: Uint8Array): void => {
  const { heads, length, starts } = pieces
  const isAt = (start: number) => (offset: number): boolean => {
    let at = start
    let step = 0
    for (; step < length && codes[at] === pieces.codes[offset + step]; step++) at = next[at] ?? codes.length
    return step === length
  }
  let marked = 0
  for (let start = 0; start < codes.length; start++) {
    let [at, end, hash, step] = [start, start, 0, 0]
    for (; step < length && at < codes.length; step++) {
      if (step === head && heads[headOf(hash)] === 0) break
      hash = mix(hash, codes[at] ?? 0)
      end = ends[at] ?? end
      at = next[at] ?? codes.length
    }
    if (step < length || starts.get(hash)?.some(isAt(start)) !== true) continue
    marks.fill(1, Math.max(start, marked), end)
    marked = Math.max(marked, end)
  }
}

const isWordCharacter = (character: string): boolean => /[\p{L}\p{N}_]/u.test(character)

const markWord = (text: string, word: string, marks: Uint8Array): void => {
  if (word === "") return
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const end = at + word.length
    const isGlued = (isWordCharacter(text.slice(at - 1, at)) && isWordCharacter(word.slice(0, 1))) ||
      (isWordCharacter(text.slice(end, end + 1)) && isWordCharacter(word.slice(-1)))
    if (!isGlued) marks.fill(1, at, end)
  }
}

/** One mark for each code unit of the text that belongs to a secret. */
export const findSecrets = (text: string, secrets: ReadonlyArray<KnownSecret>): Uint8Array => {
  const marks = new Uint8Array(text.length)
  for (const { word } of secrets) markWord(text, word ?? "", marks)
  for (const breaks of ["skipped", "blanks"] satisfies ReadonlyArray<Breaks>) {
    const wanted = secrets.flatMap(({ pieces }) => pieces).filter((pieces) => pieces.breaks === breaks)
    if (wanted.length === 0) continue
    for (const reading of readings(text, breaks)) {
      for (const pieces of wanted) markPieces(reading, pieces, marks)
    }
  }
  return marks
}
