/** Says at the end of a run how to repeat it, and how to try more. */
import type { Reporter } from "vitest/reporters"
import { deepFiles } from "./testFiles.js"

export const randomRuns: Reporter = {
  onFinished: () => {
    const seed = process.env["SEED"]
    const deep = process.env["DEEP"] === "1"
    console.log(`\nRandom tests ran from seed ${seed}. To repeat: SEED=${seed} npm ${deep ? "run test:deep" : "test"}`)
    if (deep) return
    console.log("Deep runs try many times as many cases: npm run test:deep, or npm run test:deep -- <file>, for")
    for (const file of deepFiles) console.log(`  ${file}`)
  }
}
