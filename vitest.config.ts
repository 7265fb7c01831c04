import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import type { TestProjectInlineConfiguration } from "vitest/config"
import { defineConfig } from "vitest/config"
import { randomRuns } from "./test/support/randomRuns.js"
import { deepFiles, filesThat } from "./test/support/testFiles.js"

const source = (file: string) => fileURLToPath(new URL(`./src/${file}`, import.meta.url))

const deep = process.env["DEEP"] === "1"

// Workers inherit it: all random tests of a run share one seed.
process.env["SEED"] ??= String(Date.now() % 2 ** 31)
if (!/^-?\d+$/.test(process.env["SEED"])) throw new Error(`SEED must be a whole number, not ${process.env["SEED"]}`)

const files = deep ? deepFiles : filesThat(/(?:)/)
/** By what they import: what measures the process it runs in, what needs sockets or processes, and all else. */
const projectOf = new Map<string, "alone" | "real">([
  ...filesThat(/node:(?:http|net|child_process)"|platform-node\/|\/(?:servers|programs|ways)\.js"/)
    .map((file) => [file, "real"] as const),
  ...filesThat(/getActiveResourcesInfo|\/soaking\.js"/).map((file) => [file, "alone"] as const)
])

const project = (name: "virtual" | "real" | "alone"): TestProjectInlineConfiguration => ({
  extends: true,
  test: {
    name,
    include: files.filter((file) => (projectOf.get(file) ?? "virtual") === name),
    globalSetup: name === "real" ? ["test/support/bundledExamples.ts"] : []
  }
})

export default defineConfig({
  resolve: {
    // The package under its own name, without a build.
    alias: [
      { find: /^effect-processmaker-oauth$/, replacement: source("index.ts") },
      { find: /^effect-processmaker-oauth\/testing$/, replacement: source("testing.ts") }
    ]
  },
  test: {
    // Vitest asks this of the whole, not of a project; each project has processes of its own, which its files share.
    isolate: false,
    projects: [project("virtual"), project("real"), project("alone")],
    reporters: ["default", randomRuns],
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
