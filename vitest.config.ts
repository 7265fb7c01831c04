import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { deepFiles } from "./test/support/deepRuns.js"

const source = (file: string) => fileURLToPath(new URL(`./src/${file}`, import.meta.url))

const deep = process.env["DEEP"] === "1"

// Workers inherit it: all random tests of a run share one seed.
process.env["SEED"] ??= String(Date.now() % 2 ** 31)
if (!/^-?\d+$/.test(process.env["SEED"])) throw new Error(`SEED must be a whole number, not ${process.env["SEED"]}`)

export default defineConfig({
  resolve: {
    // The package under its own name, without a build.
    alias: [
      { find: /^effect-processmaker-oauth$/, replacement: source("index.ts") },
      { find: /^effect-processmaker-oauth\/testing$/, replacement: source("testing.ts") }
    ]
  },
  test: {
    include: deep ? [...deepFiles] : ["test/**/*.test.ts"],
    globalSetup: ["test/support/bundledExamples.ts", "test/support/deepRuns.ts"],
    setupFiles: ["test/support/runs.ts"],
    // A deep test is many quick ones.
    testTimeout: deep ? 1_200_000 : 60_000,
    // On two cores vitest would else use one.
    maxWorkers: Math.max(2, availableParallelism()),
    minWorkers: 1,
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["text", "html", "json-summary"],
      thresholds: { statements: 90, branches: 90, functions: 90, lines: 90 }
    }
  }
})
