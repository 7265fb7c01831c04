/** What an editor shows of the testing door: the compiler and docgen do not look at it. */
import { assert, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const folder = fileURLToPath(new URL("../../src/testing/", import.meta.url))
const sources = readdirSync(folder).filter((file) => file.endsWith(".ts")).map((file) =>
  [file, readFileSync(folder + file, "utf8")] as const
)

it("every member of a public interface is documented", () => {
  const missing = sources.flatMap(([file, text]) =>
    // What is internal has no category.
    [...text.matchAll(/@category(?:(?!\*\/)[^])*\*\/\nexport interface (?<name>\w+)[^{]*\{\n(?<body>[^]*?)\n\}/g)]
      .flatMap(({ groups = {} }) =>
        [...(groups["body"] ?? "").matchAll(/(?<=^|(?<doc>\*\/)?\n) {2}readonly (?<member>\w+)/g)]
          .filter(({ groups: found = {} }) => found["doc"] === undefined && found["member"] !== "_tag")
          .map(({ groups: found = {} }) => `${file}: ${groups["name"]}.${found["member"]}`)
      )
  )
  assert.deepStrictEqual(missing, [])
})

it("every example says what it imports", () => {
  // Docgen adds this one import, and hides that it is missing.
  for (const [file, text] of sources) assert.notMatch(text, /^ \* .*\bassert\./m, file)
})
