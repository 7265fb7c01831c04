/**
 * Does what a maintainer does before publishing, and prints one table: first what can be told at once, then the checks.
 *
 *     npm run release:check [-- --tag v0.2.0]
 */
import Table from "cli-table3"
import { execFileSync, spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import * as path from "node:path"

interface Row {
  readonly what: string
  readonly problem: string | undefined
  readonly seconds: number
}

const tag = process.argv.includes("--tag") ? process.argv[process.argv.indexOf("--tag") + 1] : undefined
const manifest: { readonly version: string; readonly repository?: unknown } = JSON.parse(
  readFileSync("package.json", "utf8")
)
const { version } = manifest
const rows: Array<Row> = []

const check = (what: string, find: () => string | undefined): void => {
  const start = Date.now()
  let problem: string | undefined
  try {
    problem = find()
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error)
  }
  rows.push({ what, problem, seconds: Math.round((Date.now() - start) / 1000) })
  console.log(`${problem === undefined ? "ok" : "NOT OK"}  ${what}`)
}

const git = (...args: ReadonlyArray<string>): string => execFileSync("git", args, { encoding: "utf8" }).trim()

const succeeds = (command: string, ...args: ReadonlyArray<string>) => (): string | undefined => {
  const { output, status } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 28 })
  return status === 0 ? undefined : output.join("").trim().split("\n").slice(-5).join("\n")
}

// A public name is never said to be newer than the version that brings it.
const newerThan = (limit: string): ReadonlyArray<string> =>
  readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts")).flatMap((file) =>
    Array.from(readFileSync(path.join("src", file), "utf8").matchAll(/@since (\S+)/g), ([, since = ""]) => since)
      .filter((since) => since.localeCompare(limit, "en", { numeric: true }) > 0)
      .map((since) => `${file}: @since ${since}`)
  )

check("nothing is left to commit", () => git("status", "--porcelain") || undefined)
check(
  "the tag is that of package.json",
  () => tag === undefined || tag === `v${version}` ? undefined : `${tag} is not v${version}`
)
check("the lock file has the same version", () => {
  const { version: locked } = JSON.parse(readFileSync("package-lock.json", "utf8"))
  return locked === version ? undefined : `package-lock.json says ${locked}`
})
check(
  "CHANGELOG.md has a dated section for it",
  () =>
    new RegExp(`^## ${version.replaceAll(".", "\\.")} \\(\\d{4}-\\d{2}-\\d{2}\\)$`, "m").test(
        readFileSync("CHANGELOG.md", "utf8")
      )
      ? undefined
      : `there is no "## ${version} (YYYY-MM-DD)"`
)
check("no @since is newer", () => newerThan(version)[0])
// Nobody can know it before there is one, and the job that publishes runs in it, with a tag.
const unnamed = manifest.repository === undefined
if (tag === undefined && unnamed) {
  console.log("to do   package.json names the repository: provenance needs it, and the release job asks for it")
} else {
  check("package.json names the repository", () => unnamed ? "provenance needs it" : undefined)
}
check("npm test", succeeds("npm", "test"))
check("npm run verify", succeeds("npm", "run", "verify"))
check("npm run size", succeeds("npm", "run", "size"))
check("npm pack", succeeds("npm", "pack", "--dry-run"))

const table = new Table({ head: [`${version}`, "", "s"], style: { head: [], border: [] } })
for (const { problem, seconds, what } of rows) table.push([what, problem ?? "ok", seconds])
console.log(table.toString())
process.exitCode = rows.every(({ problem }) => problem === undefined) ? 0 : 1
