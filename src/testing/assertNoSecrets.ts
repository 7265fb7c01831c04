/**
 * Asserts that no secret shows in anything that a program can print.
 *
 * @since 0.1.0
 */
import type * as Redacted from "effect/Redacted"
import { type SecretForm, secretForms } from "./secrets/encodings.js"
import { type Way, ways } from "./secrets/formatters.js"
import { reachableTexts } from "./secrets/reachableTexts.js"

const shown = (text: string, forms: ReadonlyArray<SecretForm>): SecretForm | undefined =>
  forms.find((form) => text.includes(form.text))

const named = (way: string, form: SecretForm): string => form.encoding === "" ? way : `${way} (${form.encoding})`

// A formatter that throws produces text, too: the error's message.
const textBy = (way: Way, value: unknown): string => {
  try {
    return way(value) ?? ""
  } catch (error) {
    return error instanceof Error ? error.message : ""
  }
}

const byText = (value: unknown, forms: ReadonlyArray<SecretForm>): ReadonlyArray<string> => {
  const known = new Map<string, SecretForm | undefined>()
  return ways.flatMap(([name, way]) => {
    const text = textBy(way, value)
    const form = known.has(text) ? known.get(text) : shown(text, forms)
    known.set(text, form)
    return form === undefined ? [] : [named(name, form)]
  })
}

const byProperty = (value: unknown, forms: ReadonlyArray<SecretForm>): ReadonlyArray<string> => {
  for (const { path, text } of reachableTexts(value)) {
    const form = shown(text, forms)
    if (form === undefined) continue
    return [named(shown(path, forms) === undefined ? path : "a property with a secret name", form)]
  }
  return []
}

/**
 * Throws if the value exposes one of the secrets. The message names the nearest property that holds it (such as
 * `value.log`), then each formatter that showed it. It does not contain the secret.
 *
 * **Details**
 *
 * It formats the value with `String`, templates and JSON; with `Inspectable` and `util.inspect`, including hidden
 * properties; as the message, stack and causes of an error; with `Cause.pretty`; and with each of Effect's loggers as
 * message, annotation and cause. It also searches everything that is reachable through properties, getters, maps, sets,
 * bytes and the tags of metrics. It finds a secret in plain text, percent-encoded, form-encoded, in base64, in hex, and
 * escaped for JSON or XML.
 *
 * **Gotchas**
 *
 * The search ends after 20,000 objects, nearest first. It does not consume iterators, generators and streams: collect
 * them first. `util.inspect` requires Node 20.16 or later and is skipped elsewhere.
 *
 * @example
 * ```ts
 * import { assertNoSecrets } from "effect-processmaker-oauth/testing"
 * import * as Either from "effect/Either"
 * import * as Redacted from "effect/Redacted"
 *
 * const secret = Redacted.make("q8Zt1mVxK4bN7cYr")
 * assertNoSecrets({ name: "Billing bot", secret }, [secret])
 *
 * // Throws, and names each formatter that shows it:
 * const leaking = Either.try(() => assertNoSecrets(new Error("refused q8Zt1mVxK4bN7cYr"), [secret]))
 * if (Either.isRight(leaking)) throw new Error("the secret was not seen")
 * ```
 *
 * @since 0.1.0
 * @category assertions
 */
export const assertNoSecrets = (value: unknown, secrets: Iterable<string | Redacted.Redacted<string>>): void => {
  const forms = secretForms(secrets)
  if (forms.length === 0) throw new Error("There is no secret to look for: none was given, or all are empty")
  const places = byProperty(value, forms).map((place) => ` at ${place}`)
  const shownBy = byText(value, forms).map((way) => `\n  by ${way}`)
  if (places.length + shownBy.length > 0) throw new Error(["A secret is shown", ...places, ...shownBy].join(""))
}
