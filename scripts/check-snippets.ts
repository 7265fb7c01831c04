/**
 * Type-checks every `ts` fence of README.md and the guides in docs/, and runs those not marked `no-run`.
 *
 * A fence is a complete module. One that follows `<!-- example: examples/quickstart.ts -->` is that file's text to the
 * letter; `--write` copies the text in. Then it is the file itself that runs.
 */
import { build } from "esbuild"
import { execFileSync, spawn } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import * as path from "node:path"

interface Snippet {
  readonly place: string
  readonly code: string
  readonly line: number
  readonly example: string | undefined
  readonly run: boolean
}

const write = process.argv.includes("--write")
// Inside the repository, so that packages and the paths of tsconfig.json resolve.
const folder = ".snippets"
const timeout = 60_000
const problems: Array<string> = []

const fence = /^(?:<!-- example: (?<example>\S+) -->\s+)?^```ts\b(?<flags>.*)\n(?<code>[^]*?)^```$/gm

const pages = [
  "README.md",
  ...readdirSync("docs").filter((name) => name.endsWith(".md")).sort().map((name) => `docs/${name}`)
]

const snippetsOf = (page: string): ReadonlyArray<Snippet> => {
  const text = readFileSync(page, "utf8")
  for (const [odd] of text.matchAll(/^(?:[ \t]+```ts\b|[ \t]*```(?:typescript|tsx)\b).*/gm)) {
    problems.push(`${page}: "${odd.trim()}" is not checked; start it at the margin with \`\`\`ts`)
  }
  return [...text.matchAll(fence)].map(({ 0: match, index, groups = {} }) => {
    const opening = index + match.indexOf("```ts")
    const line = text.slice(0, opening).split("\n").length
    return {
      place: `${page}:${line}`,
      code: groups["code"] ?? "",
      line,
      example: groups["example"],
      run: !(groups["flags"] ?? "").includes("no-run")
    }
  })
}

const refresh = (page: string): void => {
  const text = readFileSync(page, "utf8")
  const fresh = text.replace(
    fence,
    (match, example: string | undefined, _flags: string, code: string) =>
      example === undefined
        ? match
        : `${match.slice(0, -3 - code.length)}${readFileSync(example, "utf8")}\`\`\``
  )
  if (fresh !== text) {
    writeFileSync(page, fresh)
  }
}

const fileOf = (snippet: Snippet): string =>
  snippet.example ?? path.join(folder, `${snippet.place.replaceAll(/[/:]/g, "_")}.ts`)

const typeCheck = (snippets: ReadonlyArray<Snippet>): void => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const tsconfig = {
    extends: "../tsconfig.json",
    compilerOptions: { noUnusedLocals: false, incremental: false, tsBuildInfoFile: null },
    include: ["*.ts"]
  }
  writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(tsconfig))
  for (const snippet of snippets) {
    if (snippet.example === undefined) {
      // Pushed down to the line it has on its page, so that errors name that line.
      writeFileSync(fileOf(snippet), "\n".repeat(snippet.line) + snippet.code)
    } else if (readFileSync(snippet.example, "utf8") !== snippet.code) {
      problems.push(`${snippet.place}: is not ${snippet.example}; "npm run docs:snippets -- --write" copies it in`)
    }
  }
  try {
    execFileSync("tsc", ["-p", folder, "--pretty", "false"])
  } catch (error) {
    problems.push(String((error as { readonly stdout: Buffer }).stdout))
  }
}

const bundleOf = (snippet: Snippet): string =>
  path.join(folder, "run", path.basename(fileOf(snippet)).replace(/ts$/, "js"))

/** Bundles all at once: a process that transpiles `src` by itself takes two seconds to start. */
const bundle = (snippets: ReadonlyArray<Snippet>) =>
  build({
    entryPoints: snippets.map((snippet) => ({ in: fileOf(snippet), out: path.basename(fileOf(snippet), ".ts") })),
    outdir: path.join(folder, "run"),
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
    // For dependencies that are CommonJS.
    banner: {
      js: "import { createRequire as makeRequire } from \"node:module\"; const require = makeRequire(import.meta.url);"
    },
    alias: {
      "effect-processmaker-oauth": path.resolve("src/index.ts"),
      "effect-processmaker-oauth/testing": path.resolve("src/testing.ts")
    }
  })

const run = (snippet: Snippet): Promise<void> =>
  new Promise((resolve) => {
    // A snippet must never reach the tenant of whoever runs the check.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PROCESSMAKER_")))
    const child = spawn(process.execPath, [bundleOf(snippet)], { env, timeout })
    let output = ""
    child.stdout.on("data", (chunk) => output += chunk)
    child.stderr.on("data", (chunk) => output += chunk)
    child.on("close", (code, signal) => {
      if (code !== 0) {
        problems.push(`${snippet.place}: ended with ${signal ?? code}\n${output}`)
      }
      resolve()
    })
  })

if (write) {
  pages.forEach(refresh)
}
const snippets = pages.flatMap(snippetsOf)
typeCheck(snippets)
const runnable = problems.length === 0 ? snippets.filter((snippet) => snippet.run) : []
await bundle(runnable)
const queue = runnable.values()
const worker = async () => {
  for (const snippet of queue) {
    await run(snippet)
  }
}
await Promise.all([worker(), worker()])
rmSync(folder, { recursive: true, force: true })
for (const problem of problems) {
  console.error(problem)
}
console.log(`${snippets.length} snippets type-checked, ${runnable.length} run, ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
