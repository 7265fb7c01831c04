import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type { RefusedStatus } from "../failure/failure.js"
import { isUnauthorized, statusMeaning } from "../failure/status.js"
import { readRequestId } from "../wire/errorBody.js"
import type { Redirect } from "./redirects.js"
import { parseReset, parseRetryAfter, serverTime } from "./retryAfter.js"

/** Describes an error response by status and headers, before its body is read. */
export const describeRefusal = (
  { headers, status }: HttpClientResponse.HttpClientResponse,
  redirect: Redirect,
  now: number
): RefusedStatus => {
  const server = serverTime(headers["date"], now)
  // Rate limit headers count only on a 429. On a 503, they do not mean that the request was not processed.
  const reset = statusMeaning(status).error === "RateLimited" ? parseReset(headers, server) : undefined
  return {
    _tag: "RefusedStatus",
    status,
    retryAfter: parseRetryAfter(headers["retry-after"], server) ?? reset,
    requestId: readRequestId(headers),
    challenge: isUnauthorized(status) ? challengeOf(headers["www-authenticate"] ?? "") : undefined,
    ...redirect
  }
}

// Laravel sends no challenge (wire-facts, section 8). If there is one, it says why another token would not help.
const challengeOf = (header: string): RefusedStatus["challenge"] => {
  if (/\berror\s*=\s*"?insufficient_scope\b/i.test(header)) return "insufficientScope"
  // RFC 9110, section 11.6.1: challenges are a comma-separated list, and so are the parameters of each.
  const unquoted = header.replaceAll(/"(?:\\.|[^"\\])*"/g, "")
  const schemes = Array.from(
    unquoted.matchAll(/(?:^|,)\s*([\w-]+)(?=\s+[\w-]|\s*(?:,|$))/g),
    ([, scheme = ""]) => scheme
  )
  return schemes.length > 0 && !schemes.some((scheme) => /^bearer$/i.test(scheme)) ? "otherScheme" : undefined
}
