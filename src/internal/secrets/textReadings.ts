/**
 * Reads a text with its escapes decoded, even nested ones, and invisible characters skipped. It is read from every
 * position, so that preceding characters cannot hide a secret, and a match is a range of the original text.
 */

/** For each position: the character read there (a folded code point), where it ends, and the next position. */
export interface Reading {
  readonly codes: Int32Array
  readonly ends: Int32Array
  readonly next: Int32Array
}

export interface Manner {
  /** Whether line breaks are skipped with the indentation after them, or merged with adjacent blanks into one. */
  readonly breaks: "skipped" | "blank"
  /** Whether escapes are decoded. */
  readonly escapes: boolean
}

const isBreak = (point: number): boolean => point === 0x0a || point === 0x0d || point === 0x2028 || point === 0x2029

const isBlank = (point: number): boolean => point === 0x20 || point === 0x09 || point === 0xa0 || isBreak(point)

// Controls, joiners, marks of direction, variation selectors, tags.
const isInvisible = (point: number): boolean =>
  (point < 0x20 || (point >= 0x7f && point <= 0x10ffff)) && /[\p{Cc}\p{DI}]/u.test(String.fromCodePoint(point))

// Ignores case. "+" is a blank in a form, and base64url uses "-" and "_" for "+" and "/".
const fold = (point: number): number => {
  if (point === 0x2b || point === 0x2d || isBlank(point)) return 0x20
  if (point === 0x5f) return 0x2f
  if (point < 0x80) return point >= 0x41 && point <= 0x5a ? point + 0x20 : point
  return String.fromCodePoint(point).toLowerCase().codePointAt(0) ?? point
}

/** Marks an escaped byte: alone it is a Latin-1 character, in a sequence a UTF-8 character. */
const byteMark = 0x110000

const controls: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }
const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: "\"",
  apos: "'",
  nbsp: " ",
  szlig: "\u00df",
  sect: "\u00a7"
}
/** Combining characters, which follow their letter. */
const accents: Readonly<Record<string, string>> = {
  grave: "\u0300",
  acute: "\u0301",
  circ: "\u0302",
  tilde: "\u0303",
  uml: "\u0308",
  ring: "\u030a",
  cedil: "\u0327"
}
const escape =
  /^(?:(?:%|=|\\x)(?<byte>[\da-f]{2})|\\u(?:(?<unit>[\da-f]{4})|\{(?<point>[\da-f]{1,6})\})|\\(?<control>[bfnrt])|&#(?:(?<decimal>\d{1,8})|x(?<hex>[\da-f]{1,8}));?|&(?<name>[a-z]{2,6});)/

/** The character of an escape, NaN if there is none. */
const pointOf = (groups: Readonly<Partial<Record<string, string>>>): number => {
  const { byte, control = "", decimal, hex, name = "", point, unit } = groups
  if (byte !== undefined) return Number.parseInt(byte, 16) + (byte < "80" ? 0 : byteMark)
  if (decimal !== undefined) return Number(decimal)
  const accent = accents[name.slice(1)]
  const written = controls[control] ?? entities[name] ?? (accent && `${name.slice(0, 1)}${accent}`.normalize())
  return written?.codePointAt(0) ?? Number.parseInt(hex ?? point ?? unit ?? "", 16)
}

/** The length of the longest escape, in characters. */
const longest = 12
/** The maximum nesting of escapes: two, with one more for their container. */
const deepest = 3

export const isMark = (point: number): boolean => point === 0x25 || point === 0x5c || point === 0x26 || point === 0x3d

export const read = (text: string, { breaks, escapes }: Manner): Reading => {
  const size = text.length
  const [codes, ends, next] = [new Int32Array(size), new Int32Array(size), new Int32Array(size)]
  // For each position: the first visible character from there, and the first that is also not blank.
  const seen = new Int32Array(size + 1).fill(size)
  const solid = new Int32Array(size + 1).fill(size)
  const after = (end: number): number => {
    const at = seen[end] ?? size
    return breaks === "skipped" && isBreak(codes[at] ?? 0) ? solid[at] ?? size : at
  }
  const joined = (first: number, start: number, isJoined: (point: number) => boolean, bits: number, more: number) => {
    let [point, end] = [first, start]
    for (let left = more; left > 0; left--) {
      const at = seen[end] ?? size
      if (!isJoined(codes[at] ?? 0)) return undefined
      point = (point << bits) | ((codes[at] ?? 0) & ((1 << bits) - 1))
      end = ends[at] ?? size
    }
    return { point, end }
  }
  const unescaped = (mark: number, start: number) => {
    let written = String.fromCharCode(mark)
    const stops: Array<number> = [start]
    for (let at = seen[start] ?? size; at < size && written.length < longest; at = seen[stops.at(-1) ?? size] ?? size) {
      const point = codes[at] ?? 0
      if (point > 0x7e) break
      written += String.fromCharCode(point)
      stops.push(ends[at] ?? size)
    }
    const found = escape.exec(written)
    if (found?.groups === undefined) return undefined
    const point = pointOf(found.groups)
    if (!(point <= byteMark + 0xff)) return undefined
    const end = stops[found[0].length - 1] ?? size
    if (point < byteMark + 0xc2) return { point, end }
    const more = point < byteMark + 0xe0 ? 1 : point < byteMark + 0xf0 ? 2 : 3
    const isFollowing = (byte: number) => byte >= byteMark + 0x80 && byte < byteMark + 0xc0
    return joined((point - byteMark) & (0x3f >> more), end, isFollowing, 6, more) ?? { point, end }
  }
  for (let at = size - 1; at >= 0; at--) {
    let [point, end] = [text.charCodeAt(at), at + 1]
    const isSoftBreak = escapes && point === 0x3d && /^\r?\n/.test(text.slice(end, end + 2))
    for (let depth = escapes ? deepest : 0; depth > 0 && isMark(point); depth--) {
      const found = unescaped(point, end)
      if (found === undefined) break
      point = found.point
      end = found.end
    }
    if (point >= 0xd800 && point < 0xdc00) {
      const pair = joined(point - 0xd800, end, (low) => low >= 0xdc00 && low < 0xe000, 10, 1)
      if (pair !== undefined) {
        point = pair.point + 0x10000
        end = pair.end
      }
    }
    const empty = isBlank(point)
    const hidden = isSoftBreak || (!empty && (isInvisible(point) || (escapes && point === 0x5c)))
    codes[at] = isBreak(point) || point >= byteMark ? point : fold(point)
    ends[at] = end
    next[at] = after(end)
    const merged = breaks === "blank" && empty && isBlank(codes[seen[end] ?? size] ?? 0)
    const beyond = isSoftBreak ? text.indexOf("\n", end) + 1 : end
    seen[at] = hidden || merged ? seen[beyond] ?? size : at
    solid[at] = hidden || empty ? solid[beyond] ?? size : at
  }
  const final = codes.map((point) => fold(point >= byteMark ? point - byteMark : point))
  return { codes: final, ends, next }
}
