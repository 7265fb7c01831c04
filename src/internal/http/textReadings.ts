/**
 * A text in all the ways that it may be read: as it stands, with its escapes undone, with or without its line breaks. It is
 * read from every place on, so that what stands before a secret cannot garble it, and a find is a range of the text itself.
 */

/** From any place: the character (a code point) that is read there, where it ends, and the place to go on at. */
export interface Reading {
  readonly codes: Int32Array
  readonly ends: Int32Array
  readonly next: Int32Array
}

const code = (character: string): number => character.charCodeAt(0)
const [amp, backslash, blank, equals, feed, percent] = [
  code("&"),
  code("\\"),
  code(" "),
  code("="),
  code("\n"),
  code("%")
]

/** The text as it stands. */
export const rawReading = (text: string): Reading => {
  const codes = new Int32Array(text.length)
  const ends = new Int32Array(text.length)
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at) ?? 0
    codes[at] = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point
    ends[at] = point > 0xffff ? at + 2 : at + 1
  }
  return { codes, ends, next: ends }
}

const isBreak = (point: number): boolean => point === feed || point === 0x0d || point === 0x2028 || point === 0x2029

const isBlank = (point: number): boolean => point === blank || point === 0x09 || point === 0xa0

// Controls, joiners, marks of direction, variation selectors, tags.
const isInvisible = (point: number): boolean =>
  point < 0x20
    ? point !== 0x09 && !isBreak(point)
    : point >= 0x7f && (point < 0xa0 || point === 0xad || point === 0x34f || point === 0x61c || point === 0x180e ||
      (point >= 0x200b && point <= 0x200f) || (point >= 0x202a && point <= 0x202e) ||
      (point >= 0x2060 && point <= 0x206f) || (point >= 0xfe00 && point <= 0xfe0f) || point === 0xfeff ||
      (point >= 0xe0000 && point <= 0xe0fff))

/** Line breaks are skipped with the indentation behind them, or taken for one blank with all the blanks around. */
export type Breaks = "skipped" | "blanks"

export const withoutInvisible = ({ codes, ends, next }: Reading, breaks: Breaks): Reading => {
  const size = codes.length
  // From each place: the first character that is seen, and the first that is no blank either.
  const seen = new Int32Array(size + 1).fill(size)
  const solid = new Int32Array(size + 1).fill(size)
  for (let at = size - 1; at >= 0; at--) {
    const point = codes[at] ?? 0
    const after = next[at] ?? size
    const behind = seen[after] ?? size
    const empty = isBlank(point) || isBreak(point)
    solid[at] = empty || isInvisible(point) ? solid[after] ?? size : at
    const follows = codes[behind] ?? 0
    const merged = breaks === "blanks" && empty && (isBlank(follows) || isBreak(follows))
    seen[at] = breaks === "skipped" && isBreak(point)
      ? solid[after] ?? size
      : isInvisible(point) || merged
      ? behind
      : at
  }
  return { codes, ends, next: next.map((place) => seen[place] ?? size) }
}

class Cursor {
  at = 0
  end = 0
  readonly reading: Reading

  constructor(reading: Reading) {
    this.reading = reading
  }

  peek(): number {
    return this.reading.codes[this.at] ?? -1
  }

  take(): number {
    const point = this.peek()
    this.end = this.reading.ends[this.at] ?? this.end
    this.at = this.reading.next[this.at] ?? this.at
    return point
  }

  /** A number of `most` hexadecimal digits, or of fewer where that will do; -1 if there is none. */
  number(radix: 10 | 16, least: number, most: number): number {
    let value = 0
    let digits = 0
    for (; digits < most; digits++) {
      const digit = Number.parseInt(String.fromCharCode(Math.max(0, this.peek())), radix)
      if (Number.isNaN(digit)) break
      value = value * radix + digit
      this.take()
    }
    return digits < least ? -1 : value
  }
}

type Escape = (cursor: Cursor) => number

/** A byte behind `marks`, or the character that several such bytes are in UTF-8, and else in Latin-1. */
const bytes = (...marks: ReadonlyArray<number>): Escape => {
  const byte: Escape = (cursor) => marks.every((mark) => cursor.take() === mark) ? cursor.number(16, 2, 2) : -1
  return (cursor) => {
    const first = byte(cursor)
    if (first < 0xc2) return first
    const { at, end } = cursor
    const more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3
    let point = first & (0x3f >> more)
    for (let left = more; left > 0; left--) {
      const following = byte(cursor)
      if ((following & 0xc0) !== 0x80 || following < 0) {
        cursor.at = at
        cursor.end = end
        return first
      }
      point = (point << 6) | (following & 0x3f)
    }
    return point
  }
}

const percentEscape = bytes(percent)
const hexEscape = bytes(backslash, code("x"))
const printableEscape = bytes(equals)

const quotedPrintable: Escape = (cursor) => {
  if (cursor.peek() !== equals) return -1
  const start = cursor.at
  const byte = printableEscape(cursor)
  if (byte >= 0) return byte
  cursor.at = start
  cursor.take()
  if (cursor.peek() === 0x0d) cursor.take()
  return cursor.take() === feed ? feed : -1
}

const controls: ReadonlyMap<number, number> = new Map(
  Object.entries({ b: 8, t: 9, n: 10, f: 12, r: 13 }).map(([letter, point]) => [code(letter), point])
)

const unicodeEscape: Escape = (cursor) => {
  if (cursor.take() !== backslash || cursor.take() !== code("u")) return -1
  if (cursor.peek() !== code("{")) return cursor.number(16, 4, 4)
  cursor.take()
  const point = cursor.number(16, 1, 6)
  return cursor.take() === code("}") ? point : -1
}

const backslashEscape: Escape = (cursor) => {
  const start = cursor.at
  cursor.take()
  const letter = cursor.take()
  if (letter !== code("x") && letter !== code("u")) {
    const isWord = /\w/.test(String.fromCodePoint(Math.max(0, letter)))
    return controls.get(letter) ?? (isWord ? -1 : letter)
  }
  cursor.at = start
  if (letter === code("x")) return hexEscape(cursor)
  const unit = unicodeEscape(cursor)
  if (unit < 0xd800 || unit > 0xdbff) return unit
  const low = unicodeEscape(cursor)
  return low >= 0xdc00 && low <= 0xdfff ? 0x10000 + ((unit - 0xd800) << 10) + low - 0xdc00 : -1
}

const entities: ReadonlyMap<string, string> = new Map(
  Object.entries({ amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'", nbsp: " ", szlig: "\u00df", sect: "\u00a7" })
)
const accents: ReadonlyMap<string, string> = new Map(
  Object.entries({
    grave: "\u0300",
    acute: "\u0301",
    circ: "\u0302",
    tilde: "\u0303",
    uml: "\u0308",
    ring: "\u030a",
    cedil: "\u0327"
  })
)

const entity: Escape = (cursor) => {
  cursor.take()
  if (cursor.peek() === code("#")) {
    cursor.take()
    const isHex = (cursor.peek() | 0x20) === code("x")
    if (isHex) cursor.take()
    const point = isHex ? cursor.number(16, 1, 8) : cursor.number(10, 1, 8)
    if (cursor.peek() === code(";")) cursor.take()
    return point
  }
  let name = ""
  for (let left = 8; left > 0; left--) {
    const letter = cursor.take()
    if (letter === code(";")) break
    name += String.fromCodePoint(Math.max(0, letter))
  }
  const accent = accents.get(name.slice(1))
  const character = accent === undefined ? entities.get(name) : `${name.slice(0, 1)}${accent}`.normalize()
  return character?.codePointAt(0) ?? -1
}

const escapes: Escape = (cursor) => {
  const mark = cursor.peek()
  return mark === percent
    ? percentEscape(cursor)
    : mark === backslash
    ? backslashEscape(cursor)
    : mark === amp
    ? entity(cursor)
    : -1
}

const unescaped = (reading: Reading, escape: Escape): Reading | undefined => {
  const [codes, ends, next] = [reading.codes.slice(), reading.ends.slice(), reading.next.slice()]
  const cursor = new Cursor(reading)
  let changed = false
  for (let at = 0; at < codes.length; at++) {
    cursor.at = at
    const point = escape(cursor)
    if (point < 0 || point > 0x10ffff) continue
    changed = true
    codes[at] = point
    ends[at] = cursor.end
    next[at] = cursor.at
  }
  return changed ? { codes, ends, next } : undefined
}

// In any case; "+" is a blank in a form, and base64url has "-" and "_" for "+" and "/".
const foldPoint = (point: number): number => {
  if (point === code("+") || point === code("-") || isBlank(point) || isBreak(point)) return blank
  if (point === code("_")) return code("/")
  if (point < 0x80) return point >= 0x41 && point <= 0x5a ? point + 0x20 : point
  return String.fromCodePoint(point).toLowerCase().codePointAt(0) ?? point
}

export const folded = (reading: Reading): Reading => ({ ...reading, codes: reading.codes.map(foldPoint) })

/** The text as it stands and with its escapes read, up to three times over: twice, and once for what carries it. */
export function* readings(text: string, breaks: Breaks): Generator<Reading> {
  const raw = rawReading(text)
  for (const start of [raw, unescaped(raw, quotedPrintable)]) {
    let reading = start
    for (let depth = 0; reading !== undefined && depth < 4; depth++) {
      const visible = withoutInvisible(reading, breaks)
      yield folded(visible)
      reading = unescaped(visible, escapes)
    }
  }
}
