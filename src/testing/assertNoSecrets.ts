/**
 * A check that nothing a program can print shows a secret.
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

// A way that throws has made a text too: that of the error.
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
 * Throws an error if the value shows one of the secrets. The message names the place first (`value.log`, the nearest if
 * there are several), then each way of printing that showed it. It does not hold the secret.
 *
 * **Details**
 *
 * The ways: `String`, templates and JSON; `Inspectable` and `util.inspect`, hidden properties too; messages, stacks and
 * causes of errors; `Cause.pretty`; each of Effect's loggers with the value as message, annotation and cause; and a
 * walk over everything that can be reached through properties, getters, maps, sets, bytes and the tags of metrics. A
 * secret is found as it is, percent-encoded, form-encoded, in base64, in hex, and escaped for JSON or XML.
 *
 * **Gotchas**
 *
 * The walk ends after 20,000 objects, nearest first. It does not take values out of iterators, generators and streams,
 * which would be used up by it: collect them first. `util.inspect` is tried where there is Node, from 20.16.
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
 * // Throws, and names each way that shows it:
 * const leaking = Either.try(() => assertNoSecrets(new Error("refused q8Zt1mVxK4bN7cYr"), [secret]))
 * if (Either.isRight(leaking)) throw new Error("the secret was not seen")
 * ```
 *
 * @since 0.1.0
 * @category assertions
 */
export const assertNoSecrets = (value: unknown, secrets: Iterable<string | Redacted.Redacted<string>>): void => {
  const forms = secretForms(secrets)
  if (forms.length === 0) throw new Error("There is no secret to look for: each of those given is empty")
  const places = byProperty(value, forms).map((place) => ` at ${place}`)
  const shownBy = byText(value, forms).map((way) => `\n  by ${way}`)
  if (places.length + shownBy.length > 0) throw new Error(["A secret is shown", ...places, ...shownBy].join(""))
}
