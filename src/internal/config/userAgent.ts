import * as Predicate from "effect/Predicate"

/** The version in package.json. */
const version = "0.2.0"

const isBrowser = (): boolean => {
  const navigator = Predicate.hasProperty(globalThis, "navigator") ? globalThis.navigator : undefined
  return Predicate.hasProperty(navigator, "userAgent") && String(navigator.userAgent).startsWith("Mozilla/")
}

/** None in browsers, where a custom header would cause a preflight request. */
export const defaultUserAgent = (): string | undefined =>
  isBrowser() ? undefined : `effect-processmaker-oauth/${version}`

/** Whether it can be sent (RFC 9110, section 5.5). */
export const isUserAgent = (value: unknown): value is string =>
  Predicate.isString(value) && /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)
