/**
 * The encoded forms of a secret.
 *
 * @since 0.1.0
 */
import * as Array from "effect/Array"
import * as Encoding from "effect/Encoding"
import * as Redacted from "effect/Redacted"

/** A form of a secret and its encoding. */
export interface SecretForm {
  readonly encoding: string
  readonly text: string
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1)

// The encoders reject lone surrogates.
const wellFormed = (text: string): string => new TextDecoder().decode(new TextEncoder().encode(text))

// The base64 of the secret after 0, 1 or 2 other bytes, without the characters that depend on adjacent bytes.
const base64 = (text: string): ReadonlyArray<string> =>
  ["", "-", "--"].map((before) => {
    const bytes = new TextEncoder().encode(before + text)
    return Encoding.encodeBase64(bytes).slice(Math.ceil((before.length * 8) / 6), Math.floor((bytes.length * 8) / 6))
  })

// Some encoders write escapes in lower case.
const eitherCase = (...forms: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...forms,
  ...forms.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (digits) => digits.toLowerCase()))
]

const ascii = (text: string): string =>
  text.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)

const upperCase = (text: string): string => text.replaceAll(/(?<=\\u)[0-9a-f]{4}/g, (digits) => digits.toUpperCase())

// PHP also escapes slashes and non-ASCII characters.
const json = (text: string): ReadonlyArray<string> => {
  const plain = escaped(text)
  const forms = [plain, ascii(plain), upperCase(ascii(plain))]
  const all = [...forms, ...forms.map((form) => form.replaceAll("/", "\\/"))]
  return [...all, ...all.map(escaped)]
}

// Text between tags keeps its quotes.
const quotes: ReadonlyArray<readonly [double: string, single: string]> = [
  ["\"", "'"],
  ["&quot;", "'"],
  ["&quot;", "&apos;"],
  ["&quot;", "&#39;"],
  ["&quot;", "&#039;"],
  ["&quot;", "&#x27;"],
  ["&#34;", "&#39;"]
]

const xml = (text: string): ReadonlyArray<string> => {
  const plain = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
  return quotes.map(([double, single]) => plain.replaceAll("\"", double).replaceAll("'", single))
}

const encodings: ReadonlyArray<readonly [string, (text: string) => ReadonlyArray<string>]> = [
  ["", (text) => [text]],
  ["percent-encoded", (text) => eitherCase(encodeURIComponent(text), encodeURI(text))],
  ["form-encoded", (text) => eitherCase(new URLSearchParams([["", text]]).toString().slice(1))],
  ["base64", base64],
  ["base64url", (text) => base64(text).map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))],
  ["hex", (text) => [Encoding.encodeHex(text), Encoding.encodeHex(text).toUpperCase()]],
  ["JSON-escaped", json],
  ["XML-escaped", xml]
]

const formsOf = (secret: string): ReadonlyArray<SecretForm> => {
  const forms = encodings.flatMap(([encoding, encode]) =>
    encode(wellFormed(secret)).map((text) => ({ encoding, text }))
  )
  return Array.dedupeWith(forms.filter(({ text }) => text !== ""), (one, other) => one.text === other.text)
}

const plain = (secret: string | Redacted.Redacted<string>): string =>
  typeof secret === "string" ? secret : Redacted.value(secret)

/** Every form of every secret. Empty secrets are ignored. */
export const secretForms = (
  secrets: Iterable<string | Redacted.Redacted<string>>
): ReadonlyArray<SecretForm> => Array.dedupe(Array.map(Array.fromIterable(secrets), plain)).flatMap(formsOf)
