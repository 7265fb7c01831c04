import * as Either from "effect/Either"

const bareHost = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.?(:\d+)?(?=\/?$)/i

// The URL parser has already brought every way to write an IPv4 address into dotted form.
const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname)

// The messages never repeat the value: it may carry a password.
const checkUrl = (input: string, example: string): Either.Either<URL, string> => {
  // The parser would take out line breaks and tabs in silence.
  if (!URL.canParse(input) || /\s/.test(input)) {
    return Either.left(`must be a whole URL that starts with https://, for example ${example}`)
  }
  const url = new URL(input)
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    return Either.left("must start with https:// (http:// is allowed on localhost, 127.0.0.0/8 and [::1] only)")
  }
  if (url.username !== "" || url.password !== "") return Either.left("must not contain a user name or a password")
  // `url.search` and `url.hash` are empty for a lone "?" or "#".
  if (/[?#]/.test(url.href)) return Either.left("must not have a query or a fragment")
  if (/(^|\.)changeme(\.|$)/.test(url.hostname)) {
    return Either.left("must name the host of your ProcessMaker I/O instance in place of CHANGEME")
  }
  return Either.right(url)
}

// A variable of the environment that is not set would else be the host "undefined".
const textOf = (input: unknown): string =>
  input instanceof URL ? input.href : typeof input === "string" ? input.trim() : ""

/** The base URL's rules: see `ProcessMakerConfigOptions.baseUrl`. The left side says what to set. */
export const parseBaseUrl = (input: string | URL): Either.Either<URL, string> => {
  const text = textOf(input)
  const host = bareHost.exec(text)?.[0]
  return checkUrl(host === undefined ? text : `https://${host}/api/v1`, "https://acme.api.processmaker.io/api/v1")
}

/** The token URL obeys the same rules; left out, it is at the base URL's origin (wire-facts, section 7). */
export const parseTokenUrl = (input: string | URL | undefined, base: URL): Either.Either<URL, string> =>
  input === undefined
    ? Either.right(new URL("/oauth/access_token", base))
    : checkUrl(textOf(input), "https://acme.api.processmaker.io/oauth/access_token")
