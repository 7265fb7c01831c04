/**
 * Finds known secrets in a text, in any encoding, whole or in pieces of twelve characters or more.
 */
import { isMark, read } from "./textReadings.js"
import type { Manner, Reading } from "./textReadings.js"

/** Pieces of this length expose a secret. A shorter form is found as a whole only. */
const piece = 12
/** Shorter secrets may be common words. */
const shortest = 8
/** The number of characters that decide whether a piece can start at a position. */
const head = 4

/** A secret, prepared for the search. */
export interface KnownSecret {
  /** The secret itself, if it is so short that only a whole word is redacted. */
  readonly word: string | undefined
  readonly pieces: ReadonlyArray<Pieces>
}

/** All pieces of one length of a secret's forms, as read in one manner. */
interface Pieces {
  readonly manner: Manner
  readonly length: number
  /** By its hash. */
  readonly starts: Map<number, ReadonlyArray<ReadonlyArray<number>>>
  readonly heads: Uint8Array
}

const manners: ReadonlyArray<Manner> = [
  { breaks: "skipped", escapes: false },
  { breaks: "skipped", escapes: true },
  { breaks: "blank", escapes: false },
  { breaks: "blank", escapes: true }
]

const mix = (hash: number, point: number): number => Math.imul(hash ^ point, 0x01000193) ^ (hash >>> 13)
const headOf = (hash: number): number => hash & 0x3fff

const codesOf = (text: string, manner: Manner): ReadonlyArray<number> => {
  const { codes, next } = read(text, manner)
  const path: Array<number> = []
  for (let at = 0; at < codes.length; at = next[at] ?? codes.length) path.push(codes[at] ?? 0)
  return path
}

// A piece may split an escape that the secret contains, so each piece is read separately.
const piecesOf = (texts: ReadonlyArray<string>, manner: Manner): ReadonlyArray<Pieces> => {
  const byLength = new Map<number, Pieces>()
  for (const text of texts) {
    const visible = codesOf(text, { ...manner, escapes: false })
    for (let start = 0; start === 0 || start + piece <= visible.length; start++) {
      const part = visible.slice(start, start + piece)
      const codes = manner.escapes && part.some(isMark) ? codesOf(String.fromCodePoint(...part), manner) : part
      if (codes.length < shortest) continue
      const all: Pieces = byLength.get(codes.length) ??
        { manner, length: codes.length, starts: new Map(), heads: new Uint8Array(0x4000) }
      byLength.set(codes.length, all)
      const hash = codes.reduce(mix, 0)
      all.heads[headOf(codes.slice(0, head).reduce(mix, 0))] = 1
      const others = all.starts.get(hash) ?? []
      if (!others.some((other) => other.every((code, at) => code === codes[at]))) {
        all.starts.set(hash, [...others, codes])
      }
    }
  }
  return [...byLength.values()]
}

// The base64 after 0, 1 or 2 other bytes, without the characters that depend on adjacent bytes.
const base64 = (utf8: Uint8Array): ReadonlyArray<string> =>
  ["", "\0", "\0\0"].map((before) => {
    const shifted = before + Array.from(utf8, (byte) => String.fromCharCode(byte)).join("")
    return btoa(shifted).slice(Math.ceil((before.length * 8) / 6), Math.floor((shifted.length * 8) / 6))
  })

export const makeKnownSecret = (secret: string): KnownSecret => {
  if (codesOf(secret, { breaks: "skipped", escapes: false }).length < shortest) return { word: secret, pieces: [] }
  const utf8 = new TextEncoder().encode(secret)
  const hex = Array.from(utf8, (byte) => byte.toString(16).padStart(2, "0")).join("")
  const pieces = manners.flatMap((manner) =>
    manner.breaks === "skipped"
      ? piecesOf([secret, hex, ...base64(utf8)], manner)
      : /\s/.test(secret)
      ? piecesOf([secret], manner)
      : []
  )
  return { word: undefined, pieces }
}

const markPieces = ({ codes, ends, next }: Reading, { heads, length, starts }: Pieces, marks: Uint8Array): void => {
  const isAt = (start: number) => (wanted: ReadonlyArray<number>): boolean => {
    let at = start
    let step = 0
    for (; step < length && codes[at] === wanted[step]; step++) at = next[at] ?? codes.length
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

/** Marks each code unit of the text that belongs to a secret. */
export const findSecrets = (text: string, secrets: ReadonlyArray<KnownSecret>): Uint8Array => {
  const marks = new Uint8Array(text.length)
  for (const { word } of secrets) markWord(text, word ?? "", marks)
  for (const manner of manners) {
    const wanted = secrets.flatMap(({ pieces }) => pieces).filter((pieces) => pieces.manner === manner)
    if (wanted.length === 0) continue
    const reading = read(text, manner)
    for (const pieces of wanted) markPieces(reading, pieces, marks)
  }
  return marks
}
