import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** Tests that need PostgreSQL (`apt-get install postgresql`): npm run test:cluster. */
export default defineConfig({
  root: file("."),
  resolve: {
    alias: [
      { find: /^effect-processmaker-oauth$/, replacement: file("src/index.ts") },
      { find: /^effect-processmaker-oauth\/testing$/, replacement: file("src/testing.ts") }
    ]
  },
  test: {
    include: ["test/cluster/*.cluster.ts"],
    globalSetup: ["test/support/bundledExamples.ts"],
    testTimeout: 480_000,
    fileParallelism: false
  }
})
