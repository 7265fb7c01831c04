import { assert, describe, it } from "@effect/vitest"
import * as door from "effect-processmaker-oauth"
import { readFileSync } from "node:fs"

const page = readFileSync("docs/errors.md", "utf8")
const sections = new Map(page.split(/^## /m).map((section) => [section.split("\n")[0] ?? "", section]))

/** What `reason` may be, where that is one of a few texts. */
const reasonsOf = (name: string): ReadonlyArray<string> => {
  const classes: Readonly<Record<string, unknown>> = door
  const { fields } = classes[name] as { readonly fields: { readonly reason?: { readonly literals?: Array<string> } } }
  return fields.reason?.literals ?? []
}

describe("docs/errors.md", () => {
  const names = Object.keys(door).filter((name) => /^ProcessMaker(?!Config$|Error$)/.test(name))
  assert.isAbove(names.length, 10)

  for (const name of names) {
    it(`says what to do about ${name}, and links to it from the top`, () => {
      assert.include(sections.get(name), "**What to do.**")
      assert.include(page, `[\`${name}\`](#${name.toLowerCase()})`)
    })

    const reasons = reasonsOf(name)
    if (reasons.length === 0) continue
    it(`names each reason of ${name}`, () => {
      for (const reason of reasons) assert.include(sections.get(name), `"${reason}"`)
    })
  }
})
