/**
 * Takes secrets out of what a server says: those that are known, in whatever writing, and what looks like one.
 */
import type { ErrorDetail } from "../../ErrorDetail.js"
import { oneLine, unprintable } from "../failure/describe.js"
import type { Failure } from "../failure/failure.js"

/** The text, or the first `most` characters of it, without secrets: none is cut in two. */
export type Redact = (text: string, most?: number) => string

const hidden = "<redacted>"

/** A form this short stands in any text by chance. */
const shortestForm = 4

const escapeJson = (text: string): string => JSON.stringify(text).slice(1, -1)

const escapeUnicode = (text: string): string =>
  text.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)

const escapeHtml = (text: string, apostrophe: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")
    .replaceAll("'", apostrophe)

// Behind 0, 1 or 2 other bytes: the characters that depend on nothing but the secret.
const base64 = (bytes: Uint8Array): ReadonlyArray<string> =>
  [0, 1, 2].map((before) => {
    const shifted = new Uint8Array(before + bytes.length)
    shifted.set(bytes, before)
    const characters = Array.from(shifted, (byte) => String.fromCharCode(byte)).join("")
    return btoa(characters).slice(Math.ceil((before * 8) / 6), Math.floor((shifted.length * 8) / 6))
  })

const writings = (secret: string): ReadonlyArray<string> => {
  const bytes = new TextEncoder().encode(secret)
  // A lone surrogate cannot be percent-encoded; it is sent as U+FFFD.
  const sent = new TextDecoder().decode(bytes)
  const encoded = [
    sent,
    encodeURIComponent(sent),
    encodeURI(sent),
    new URLSearchParams([["", sent]]).toString().slice(1),
    escapeJson(sent),
    escapeJson(escapeJson(sent)),
    // What PHP's json_encode makes of it.
    escapeUnicode(escapeJson(sent)).replaceAll("/", "\\/"),
    escapeHtml(sent, "&#039;"),
    escapeHtml(sent, "&#39;"),
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    ...base64(bytes),
    ...base64(bytes).map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))
  ]
  return [secret, ...encoded.filter((form) => form.length >= shortestForm)]
}

interface Known {
  readonly pattern: RegExp
  readonly longest: number
}

// In any case: a server may write hex digits either way, or change the case of a name.
const toKnown = (secrets: ReadonlyArray<string>): Known => {
  const forms = [...new Set(secrets.filter((secret) => secret !== "").flatMap(writings))].sort((a, b) =>
    b.length - a.length
  )
  const source = forms.map((form) => form.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&")).join("|")
  return { pattern: forms.length === 0 ? /(?!)/g : new RegExp(source, "gi"), longest: forms[0]?.length ?? 0 }
}

// A value that a name gives away, as a dump of a request, a query or a configuration writes it.
const named =
  /((?:secret|passw(?:or)?d|pwd|token|api_?key)["'\]]{0,2}\s{0,3}(?:=>?|:)\s{0,3})(?:"[^"]*"?|'[^']*'?|(?<==)[^\s&,;)"']+)/gi
const inHeader = /\b(bearer|basic)\s+(?=[^\s"',]*\d)[^\s"',]{8,}/gi
// Laravel's QueryException quotes the statement with its values.
const inStatement = /\b(SQL: )[^]*/

const run = /[\w+=~%/.-]{24,}/g
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const word = /^\d{0,6}(?:[A-Z]{0,20}|[a-z]{0,20}(?:[A-Z][a-z]{1,20})*[A-Z]{0,3})\d{0,6}$/

const isPlain = (segment: string): boolean =>
  uuid.test(segment) || segment.split(/[-_=+~%]+/).every((part) => word.test(part) || /^\d+$/.test(part))

// What is made by chance is long and no chain of words and numbers; names, paths, hosts and UUIDs are.
const hideLookalikes = (text: string): string =>
  text.replaceAll(run, (found) => {
    const segments = found.split(/([/.])/)
    const odd = segments.filter((segment) => !isPlain(segment)).reduce((sum, segment) => sum + segment.length, 0)
    return odd < 24 ? found : segments.map((segment) => isPlain(segment) ? segment : hidden).join("")
  })

const cut = (text: string, most: number, { longest, pattern }: Known): string => {
  if (text.length <= most) return text
  for (const { 0: form, index } of text.slice(0, most + longest).matchAll(pattern)) {
    if (index < most && index + form.length >= most) return text.slice(0, index + form.length)
  }
  // Half of what looks like a secret would not look like one.
  return text.slice(0, most).replace(/[\w+=~%/.-]+$/, "")
}

/** The secrets are asked for when there is a text to take them out of: most calls do not fail. */
export const makeRedact = (secrets: () => ReadonlyArray<string>): Redact => {
  let known: Known | undefined
  return (text, most = text.length) => {
    known ??= toKnown(secrets())
    const left = cut(text, most, known).replaceAll(known.pattern, hidden)
      .replaceAll(named, `$1${hidden}`)
      .replaceAll(inHeader, `$1 ${hidden}`)
      .replace(inStatement, `$1${hidden}`)
    return hideLookalikes(left)
  }
}

const mostDetails = 20
const longestText = 200
/** A host name has at most 253 characters. */
const longestOrigin = 270

/** A failure as it may be shown: what was said is bounded, and without secrets. */
export const redactFailure = <F extends Failure>(failure: F, redact: Redact): F => ({
  ...failure,
  ...("errors" in failure ? { errors: redactDetails(failure.errors, redact) } : {}),
  // The server chose the host's name.
  ..."redirectOrigin" in failure && failure.redirectOrigin !== undefined
    ? { redirectOrigin: redact(failure.redirectOrigin.slice(0, longestOrigin)) }
    : {}
})

const redactDetails = (errors: ReadonlyArray<ErrorDetail>, redact: Redact): ReadonlyArray<ErrorDetail> =>
  errors.slice(0, mostDetails)
    .map((said) => redactDetail(said, redact))
    .filter((said) => Object.keys(said).length > 0)

// The codes of RFC 6749, section 5.2, and of older servers: no secret, whatever the secrets are.
const oauthCode = /^(invalid_(request|client|grant|scope|credentials)|unauthorized_client|unsupported_grant_type)$/

const redactDetail = (said: ErrorDetail, redact: Redact): ErrorDetail =>
  Object.fromEntries(
    Object.entries(said).flatMap(([key, value]) => {
      if (value === undefined) return []
      if (key === "code" && oauthCode.test(value)) return [[key, value]]
      // A body of megabytes in one field must not be searched whole.
      const safe = oneLine(redact(value, 4 * longestText)).trim()
      const short = safe.length > longestText
        ? `${safe.slice(0, longestText - 3)}...`.replaceAll(unprintable, "")
        : safe
      return short === "" ? [] : [[key, short]]
    })
  )
