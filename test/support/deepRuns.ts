/** The test files with random tests, and what `npm test` says of them at its end. */
import { readdirSync, readFileSync } from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../", import.meta.url))

export const deepFiles: ReadonlyArray<string> = readdirSync(Path.join(root, "test"), {
  recursive: true,
  encoding: "utf8"
})
  .map((file) => `test/${file.replaceAll("\\", "/")}`)
  .filter((file) =>
    file.endsWith(".test.ts") && /effect\/FastCheck|support\/runs\.js/.test(readFileSync(Path.join(root, file), "utf8"))
  )
  .sort()

export default () => () => {
  const seed = process.env["SEED"]
  if (process.env["DEEP"] === "1") {
    console.log(`\nDeep runs from seed ${seed}; the same again: SEED=${seed} npm run test:deep`)
    return
  }
  console.log(
    [
      "",
      `Random tests ran few cases, from seed ${seed}; the same again: SEED=${seed} npm test`,
      "Many more cases (minutes): npm run test:deep, or npm run test:deep -- <file> for one of",
      ...deepFiles.map((file) => `  ${file}`)
    ].join("\n")
  )
}
