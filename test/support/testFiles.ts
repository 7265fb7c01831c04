/** Which test files there are, by what they import. */
import { readdirSync, readFileSync } from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../", import.meta.url))

const files = readdirSync(Path.join(root, "test"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => `test/${file.replaceAll("\\", "/")}`)
  .sort()
  .map((file) => ({ file, text: readFileSync(Path.join(root, file), "utf8") }))

export const filesThat = (matching: RegExp): ReadonlyArray<string> =>
  files.filter(({ text }) => matching.test(text)).map(({ file }) => file)

/** Files with random tests. */
export const deepFiles: ReadonlyArray<string> = filesThat(/effect\/FastCheck|support\/runs\.js/)
