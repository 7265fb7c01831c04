/**
 * Redacts known secrets, in any encoding, and strings that look like secrets.
 */
import { oneLine, unprintable } from "../../ErrorDetail.js"
import type { ErrorDetail } from "../../ErrorDetail.js"
import type { Failure } from "../failure/failure.js"
import { findSecrets } from "./knownSecrets.js"
import type { KnownSecret } from "./knownSecrets.js"

/**
 * Redacts a text, or its first `most` characters, without splitting a secret. `known` redacts known secrets only, since
 * an ID may look like a secret.
 */
export type Redact = (text: string, most?: number, known?: "known") => string

const hidden = "<redacted>"

// A value after a telling name, as in a dump of a request, a query or a configuration.
const name = /(?:secret|passw(?:or)?d|pwd|token|api_?key)["'\]]{0,2}\s{0,3}/.source
// A token that starts with a known secret is redacted up to its end; the words after it stay.
const begun = `${hidden}[\\w.~+/%=-]*`
const named = new RegExp(
  `(${name}(?:=>?|:)\\s{0,3})(?:"[^"]*"?|'[^']*'?)|(${name}=)(?:${begun}|[^\\s&,;)"']+)`,
  "gi"
)
const inHeader = new RegExp(`\\b(bearer|basic)\\s+(?:${begun}|(?=[^\\s"',]*\\d)[^\\s"',]{8,})`, "gi")
// Laravel's QueryException quotes the statement with its values.
const inStatement = /\b(SQL: )[^]*/

const run = /[\w+=~%/.-]{24,}/g
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const word = /^\d{0,6}(?:[A-Z]{0,20}|[a-z]{0,20}(?:[A-Z][a-z]{1,20})*[A-Z]{0,3})\d{0,6}$/

const isPlain = (segment: string): boolean =>
  uuid.test(segment) || segment.split(/[-_=+~%]+/).every((part) => word.test(part) || /^\d+$/.test(part))

// A random string is long and not a chain of words and numbers, unlike names, paths, hosts and UUIDs.
const hideLookalikes = (text: string): string =>
  text.replaceAll(run, (found) => {
    const segments = found.split(/([/.])/)
    const odd = segments.filter((segment) => !isPlain(segment)).reduce((sum, segment) => sum + segment.length, 0)
    return odd < 24 ? found : segments.map((segment) => isPlain(segment) ? segment : hidden).join("")
  })

// Characters to search beyond the cut, so that a secret across it is found.
const lookahead = 512

/** Reads the secrets only when there is a text to redact, since most calls do not fail. */
export const makeRedact = (secrets: () => ReadonlyArray<KnownSecret>): Redact => {
  let known: ReadonlyArray<KnownSecret> | undefined
  return (text, most = text.length, only) => {
    known ??= secrets()
    const left = withoutMarked(text.slice(0, most), findSecrets(text.slice(0, most + lookahead), known))
    // A truncated secret might not look like one.
    const safe = (text.length > most ? left.replace(/[\w+=~%/.-]+$/, "") : left)
      .replaceAll(named, `$1$2${hidden}`)
      .replaceAll(inHeader, `$1 ${hidden}`)
      .replace(inStatement, `$1${hidden}`)
    return only === undefined ? hideLookalikes(safe) : safe
  }
}

const withoutMarked = (text: string, marks: Uint8Array): string => {
  let left = ""
  for (let at = 0; at < text.length;) {
    const mark = marks[at]
    const start = at
    while (at < text.length && marks[at] === mark) at += 1
    left += mark === 1 ? hidden : text.slice(start, at)
  }
  return left
}

const mostDetails = 20
const longestText = 200
/** A host name has at most 253 characters. */
const longestOrigin = 270

/** Redacts a failure and limits the length of its texts. */
export const redactFailure = <F extends Failure>(failure: F, redact: Redact): F => ({
  ...failure,
  ...("errors" in failure && failure.errors !== undefined ? { errors: redactDetails(failure.errors, redact) } : {}),
  // The server chooses the host name and the request ID, and the transport its message.
  ...("redirectOrigin" in failure ? { redirectOrigin: redactText(failure.redirectOrigin, longestOrigin, redact) } : {}),
  ...("requestId" in failure
    ? { requestId: redactText(failure.requestId, longestText, (id) => redact(id, longestText, "known")) }
    : {}),
  ...("words" in failure ? { words: redactText(failure.words, longestText, redact) } : {})
})

const redactText = (text: string | undefined, most: number, redact: Redact): string | undefined =>
  text === undefined ? undefined : oneLine(redact(text, most)).trim()

const redactDetails = (errors: ReadonlyArray<ErrorDetail>, redact: Redact): ReadonlyArray<ErrorDetail> =>
  errors.slice(0, mostDetails)
    .map((said) => redactDetail(said, redact))
    .filter((said) => Object.keys(said).length > 0)

// The codes of RFC 6749, section 5.2, and of older servers, which are never secrets.
const oauthCode = /^(invalid_(request|client|grant|scope|credentials)|unauthorized_client|unsupported_grant_type)$/

const redactDetail = (said: ErrorDetail, redact: Redact): ErrorDetail =>
  Object.fromEntries(
    Object.entries(said).flatMap(([key, value]) => {
      if (value === undefined) return []
      if (key === "code" && oauthCode.test(value)) return [[key, value]]
      // A field of several megabytes must not be searched as a whole.
      const safe = oneLine(redact(value, 4 * longestText)).trim()
      const short = safe.length > longestText
        ? `${safe.slice(0, longestText - 3)}...`.replaceAll(unprintable, "")
        : safe
      return short === "" ? [] : [[key, short]]
    })
  )
