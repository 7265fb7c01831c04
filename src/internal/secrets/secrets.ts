/**
 * The only file that reveals secrets: in headers and form fields, and to redact them from texts.
 */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type { PasswordCredentials } from "../../AccessToken.js"
import { makeKnownSecret } from "./knownSecrets.js"
import type { KnownSecret } from "./knownSecrets.js"
import { makeRedact } from "./redact.js"
import type { Redact } from "./redact.js"

type Secret = Redacted.Redacted<string>

/** RFC 6750, section 2.1. */
export const withBearer = (request: HttpClientRequest.HttpClientRequest, token: Secret) =>
  HttpClientRequest.setHeader(request, "authorization", `Bearer ${Redacted.value(token)}`)

// An unset environment variable is not a string, despite its type.
const textOf = (secret: Redacted.Redacted<unknown>): string => {
  const value = Redacted.value(secret)
  return Predicate.isString(value) ? value : ""
}

/** Whether it can be sent in a header: visible ASCII (RFC 6749, appendix A.12). */
export const isToken = (token: Redacted.Redacted<unknown>): boolean => /^[\x21-\x7e]+$/.test(textOf(token))

/** Whether it has a line break at either end, as added by `echo`. No credential has one (RFC 6749, appendix A). */
export const isBroken = (secret: Secret): boolean => /^[\r\n]|[\r\n]$/.test(textOf(secret))

export const isEmpty = (secret: Secret): boolean => textOf(secret) === ""

/** RFC 6749, section 4.3.2, with the client's own credentials in the body (section 2.3.1). */
export const passwordGrant = (credentials: PasswordCredentials): Record<string, string> => ({
  grant_type: "password",
  client_id: credentials.clientId,
  client_secret: Redacted.value(credentials.clientSecret),
  username: credentials.username,
  password: Redacted.value(credentials.password),
  ...(credentials.scope === undefined ? {} : { scope: credentials.scope })
})

/** RFC 6749, section 6. The server compares the client ID with that of the first grant, as a string. */
export const refreshGrant = (credentials: PasswordCredentials, refreshToken: Secret): Record<string, string> => ({
  grant_type: "refresh_token",
  refresh_token: Redacted.value(refreshToken),
  client_id: credentials.clientId,
  client_secret: Redacted.value(credentials.clientSecret)
})

// Prepares each secret once. An entry lives as long as its secret.
const known = new WeakMap<Secret, KnownSecret>()

const knownSecret = (secret: Secret): KnownSecret => {
  const prepared = known.get(secret) ?? makeKnownSecret(textOf(secret))
  known.set(secret, prepared)
  return prepared
}

/** Redacts the given secrets, and strings that look like secrets. */
export const redactor = (secrets: () => ReadonlyArray<Secret>): Redact => makeRedact(() => secrets().map(knownSecret))
