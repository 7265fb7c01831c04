/**
 * The forms in which a secret can stand in a text.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"

/** A text, and what it was made from by which encoding. */
export interface SecretForm {
  readonly encoding: string
  readonly text: string
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1)

// The encoders refuse half of a surrogate pair.
const wellFormed = (text: string): string => new TextDecoder().decode(new TextEncoder().encode(text))

const binary = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text))

// What base64 makes of the secret behind 0, 1 or 2 other bytes: the characters that depend on nothing but the secret.
const base64 = (text: string): ReadonlyArray<string> =>
  [0, 1, 2].map((before) => {
    const bytes = `${"-".repeat(before)}${binary(text)}`
    return btoa(bytes).slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6))
  })

const encodings: ReadonlyArray<readonly [string, (text: string) => ReadonlyArray<string>]> = [
  ["", (text) => [text]],
  ["percent-encoded", (text) => [encodeURIComponent(text), encodeURI(text)]],
  ["form-encoded", (text) => [new URLSearchParams([["", text]]).toString().slice(1)]],
  ["base64", base64],
  ["base64url", (text) => base64(text).map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))],
  ["JSON-escaped", (text) => [escaped(text), escaped(escaped(text))]]
]

const formsOf = (secret: string): ReadonlyArray<SecretForm> => {
  const forms = new Map<string, SecretForm>()
  for (const [encoding, encode] of encodings) {
    for (const text of encode(wellFormed(secret))) {
      if (text !== "" && !forms.has(text)) forms.set(text, { encoding, text })
    }
  }
  return [...forms.values()]
}

const plain = (secret: string | Redacted.Redacted<string>): string =>
  typeof secret === "string" ? secret : Redacted.value(secret)

/** Every form of every secret; an empty text is no secret. */
export const secretForms = (
  secrets: Iterable<string | Redacted.Redacted<string>>
): ReadonlyArray<SecretForm> => Array.from(new Set(Array.from(secrets, plain)), formsOf).flat()
