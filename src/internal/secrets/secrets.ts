/**
 * The only file that reveals a secret: here it becomes a header or a form field, or is taken out of a text.
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

// What a variable of the environment that is not set gives is no text, whatever the types say.
const textOf = (secret: Redacted.Redacted<unknown>): string => {
  const value = Redacted.value(secret)
  return Predicate.isString(value) ? value : ""
}

/** Whether it can stand in a header at all: visible ASCII (RFC 6749, appendix A.12). */
export const isToken = (token: Redacted.Redacted<unknown>): boolean => /^[\x21-\x7e]+$/.test(textOf(token))

/** A line break at either end: what `echo` adds to a secret. No credential has one (RFC 6749, appendix A). */
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

/** RFC 6749, section 6. The server compares the client id with the one of the first grant, as text. */
export const refreshGrant = (credentials: PasswordCredentials, refreshToken: Secret): Record<string, string> => ({
  grant_type: "refresh_token",
  refresh_token: Redacted.value(refreshToken),
  client_id: credentials.clientId,
  client_secret: Redacted.value(credentials.clientSecret)
})

// Each is prepared once, and forgotten with the secret.
const known = new WeakMap<Secret, KnownSecret>()

const knownSecret = (secret: Secret): KnownSecret => {
  const prepared = known.get(secret) ?? makeKnownSecret(textOf(secret))
  known.set(secret, prepared)
  return prepared
}

/** Takes the given secrets, and whatever looks like one, out of a text that a server sent. */
export const redactor = (secrets: () => ReadonlyArray<Secret>): Redact => makeRedact(() => secrets().map(knownSecret))
