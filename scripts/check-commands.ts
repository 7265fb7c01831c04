/**
 * Runs the commands of README.md, CONTRIBUTING.md and the guides in docs/: each `sh` fence by itself, in a copy of this
 * repository for its page, or in an empty folder if it installs packages. A fence that says `no-run` behind `sh` says why, or what
 * runs it instead. What is named between backticks has to exist.
 *
 *     npm run docs:commands [-- docs/batches.md]
 */
import { execFileSync, spawn } from "node:child_process"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync
} from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"

interface Fence {
  readonly place: string
  readonly flags: string
  readonly script: string
}

// Whoever checks this runs them first; run again in here, they would run this.
const ranBefore = ["npm ci", "npm test", "npm run verify"]
const ci = readFileSync(".ci/run", "utf8")
const scripts: Readonly<Record<string, string>> = JSON.parse(readFileSync("package.json", "utf8")).scripts

const guides = readdirSync("docs").filter((name) => name.endsWith(".md")).sort().map((name) => `docs/${name}`)
const chosen = process.argv.slice(2)
const pages = ["README.md", "CONTRIBUTING.md", ...guides].filter((page) => chosen.length === 0 || chosen.includes(page))

const problems: Array<string> = []
const temp = mkdtempSync(path.join(tmpdir(), "commands-"))
process.on("exit", () => rmSync(temp, { recursive: true, force: true }))

const fencesOf = (page: string): ReadonlyArray<Fence> => {
  const text = readFileSync(page, "utf8")
  for (const [odd] of text.matchAll(/^(?:[ \t]+```sh\b|[ \t]*```(?:bash|shell|console)\b).*/gm)) {
    problems.push(`${page}: "${odd.trim()}" is not run; start it at the margin with \`\`\`sh`)
  }
  return [...text.matchAll(/^```sh\b(?<flags>.*)\n(?<script>[^]*?)^```$/gm)].map(({ groups = {}, index }) => ({
    place: `${page}:${text.slice(0, index).split("\n").length}`,
    flags: (groups["flags"] ?? "").trim(),
    script: groups["script"] ?? ""
  }))
}

/** What a sentence names is there: the scripts of commands, and files. */
const checkNames = (page: string): void => {
  const text = readFileSync(page, "utf8")
  for (const [, script = ""] of text.matchAll(/`npm run (?:--silent )?([\w:-]+)[^`\n]*`/g)) {
    if (!(script in scripts)) problems.push(`${page}: there is no script ${script}`)
  }
  for (const [, file = ""] of text.matchAll(/`[^`\n]*?(?<![\w.])((?:test|src|examples|scripts)\/[\w./-]+)[^`\n]*`/g)) {
    if (!existsSync(file)) problems.push(`${page}: there is no ${file}`)
  }
}

/** What a clone of the repository would hold, with the dependencies that are installed here. */
const copyRepository = (): string => {
  const copy = mkdtempSync(path.join(temp, "clone-"))
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { encoding: "utf8" }).trim().split("\n")
  for (const file of files.filter((name) => existsSync(name))) {
    mkdirSync(path.join(copy, path.dirname(file)), { recursive: true })
    copyFileSync(file, path.join(copy, file))
  }
  symlinkSync(path.resolve("node_modules"), path.join(copy, "node_modules"))
  return copy
}

const [packed] = JSON.parse(
  execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", temp], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"]
  })
)

const environment = {
  // A command must never reach the tenant, the database or the collector of whoever runs the check.
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:PROCESSMAKER|BATCH|OTEL|npm)_/.test(name))
  ),
  // Whether versions go together is told without fetching them.
  npm_config_package_lock_only: "true",
  npm_config_prefer_offline: "true",
  npm_config_audit: "false",
  npm_config_fund: "false",
  CI: "true"
}

/** A server runs until it is stopped: it has done so once it has printed something. */
const isServer = (script: string): boolean => /^npm run (?:--silent )?fake\b/.test(script)

const run = ({ place, script }: Fence, clone: string): Promise<void> =>
  new Promise((resolve) => {
    const installs = /^npm install\b/m.test(script)
    const commands = installs
      ? script.replaceAll("effect-processmaker-oauth ", `${path.join(temp, packed.filename)} `)
      : script.split(/\n| && /).filter((command) => !ranBefore.includes(command)).join("\n")
    const cwd = installs ? mkdtempSync(path.join(temp, "empty-")) : clone
    const child = spawn("bash", ["-euc", commands], { cwd, env: environment, detached: true })
    const stop = () => process.kill(-(child.pid ?? Number.NaN), "SIGTERM")
    const timer = setTimeout(stop, 180_000)
    let output = ""
    let stopped = false
    child.stdout.on("data", (chunk) => {
      output += chunk
      if (isServer(script) && !stopped) {
        stopped = true
        stop()
      }
    })
    child.stderr.on("data", (chunk) => output += chunk)
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      if (code !== 0 && !stopped) problems.push(`${place}: ended with ${signal ?? code}\n${output.slice(-2000)}`)
      resolve()
    })
  })

for (const command of ranBefore) {
  if (!ci.includes(command)) problems.push(`.ci/run does not run ${command}`)
}
pages.forEach(checkNames)
const counts = { run: 0, marked: 0 }

/** The commands of a page one after the other, in a copy of their own. */
const runPage = async (page: string): Promise<void> => {
  const clone = copyRepository()
  for (const fence of fencesOf(page)) {
    if (!fence.flags.startsWith("no-run")) {
      const start = Date.now()
      await run(fence, clone)
      counts.run += 1
      console.log(`${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${fence.place}`)
    } else if (fence.flags.replace(/^no-run:? */, "").length < 10) {
      problems.push(`${fence.place}: "no-run" has to say why`)
    } else {
      counts.marked += 1
    }
  }
}

const left = [...pages]
const worker = async (): Promise<void> => {
  for (let page = left.shift(); page !== undefined; page = left.shift()) await runPage(page)
}
await Promise.all([worker(), worker()])
for (const problem of problems) console.error(problem)
console.log(`${counts.run} blocks of commands run, ${counts.marked} marked, ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
