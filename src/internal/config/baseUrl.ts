import * as Either from "effect/Either"

const bareHost = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.?(:\d+)?(?=\/?$)/i

// The URL parser normalizes every notation of an IPv4 address.
const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" ||
  /^127(\.\d{1,3}){3}$/.test(hostname)

// `URL.canParse` is newer than the oldest runtimes of docs/runtimes.md.
const parseUrl = (input: string): URL | undefined => {
  try {
    return new URL(input)
  } catch {
    return undefined
  }
}

type Hosts = ReadonlyArray<string>

const hostOf = (host: unknown): string | undefined => {
  const url = typeof host === "string" && /^[^\s*/?#@\\]+$/.test(host) ? parseUrl(`http://${host}`) : undefined
  // Only `host` contains the port.
  return url?.host === url?.hostname ? url?.hostname : undefined
}

/** Host names as the URL parser spells them. */
export const parseHosts = (hosts: unknown): Either.Either<Hosts, string> => {
  const parsed = Array.isArray(hosts) ? hosts.map(hostOf) : [undefined]
  const known = parsed.filter((host) => host !== undefined)
  return known.length === parsed.length
    ? Either.right(known)
    : Either.left("must be a list of host names, without scheme, port, path or wildcard")
}

// Messages never contain the value, which may hold a password.
const checkUrl = (input: string, example: string, insecureHosts: Hosts): Either.Either<URL, string> => {
  const url = parseUrl(input)
  // The parser would silently remove line breaks and tabs.
  if (url === undefined || /\s/.test(input)) {
    return Either.left(`must be a complete URL that starts with https://, for example ${example}`)
  }
  const mayBePlain = isLoopback(url.hostname) || insecureHosts.includes(url.hostname)
  if (url.protocol !== "https:" && !(url.protocol === "http:" && mayBePlain)) {
    return Either.left(
      "must start with https:// (http:// is allowed on localhost, *.localhost, 127.0.0.0/8, [::1] and insecureHosts only)"
    )
  }
  if (url.username !== "" || url.password !== "") return Either.left("must not contain a user name or a password")
  // `url.search` and `url.hash` are empty for a lone "?" or "#".
  if (/[?#]/.test(url.href)) return Either.left("must not have a query or a fragment")
  if (/(^|\.)changeme(\.|$)/.test(url.hostname)) {
    return Either.left("must name the host of your ProcessMaker I/O instance in place of CHANGEME")
  }
  return Either.right(url)
}

// An unset environment variable would otherwise be the host "undefined".
const textOf = (input: unknown): string =>
  input instanceof URL ? input.href : typeof input === "string" ? input.trim() : ""

/** Parses a base URL by the rules of `ProcessMakerConfigOptions.baseUrl`. The left side says what to set. */
export const parseBaseUrl = (input: string | URL, insecureHosts: Hosts = []): Either.Either<URL, string> => {
  const text = textOf(input)
  const host = bareHost.exec(text)?.[0]
  return checkUrl(
    host === undefined ? text : `https://${host}/api/v1`,
    "https://acme.api.processmaker.io/api/v1",
    insecureHosts
  )
}

/** Parses a token URL by the same rules. It defaults to the base URL's origin (wire-facts, section 7). */
export const parseTokenUrl = (
  input: string | URL | undefined,
  base: URL,
  insecureHosts: Hosts = []
): Either.Either<URL, string> =>
  input === undefined
    ? Either.right(new URL("/oauth/access_token", base))
    : checkUrl(textOf(input), "https://acme.api.processmaker.io/oauth/access_token", insecureHosts)
