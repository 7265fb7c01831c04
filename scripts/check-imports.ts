/**
 * Holds the import diagram between `<!-- imports:start -->` and `<!-- imports:end -->` in a Markdown file against the
 * imports of `src`, type imports among them, and the tree of files above it against the files.
 *
 *     tsx scripts/check-imports.ts docs/architecture.md [--write]
 *
 * The main door is left out, since it imports every public module, and the testing door is one node with all its parts.
 */
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import * as path from "node:path"

type Imports = ReadonlyMap<string, ReadonlySet<string>>

const file = process.argv.slice(2).find((argument) => !argument.startsWith("--")) ?? "docs/architecture.md"
const write = process.argv.includes("--write")

const fail = (message: string): never => {
  console.error(message)
  process.exit(1)
}

const nodeOf = (module: string): string => module.startsWith("testing/") ? "testing.ts" : module

const readImports = (): Imports => {
  const json = execFileSync("madge", ["--json", "--extensions", "ts", "--ts-config", "tsconfig.json", "src"])
  const modules: Readonly<Record<string, ReadonlyArray<string>>> = JSON.parse(json.toString())
  const imports = new Map<string, Set<string>>()
  for (const [module, targets] of Object.entries(modules)) {
    if (module !== "index.ts") {
      const node = nodeOf(module)
      const others = targets.map(nodeOf).filter((target) => target !== node)
      imports.set(node, new Set([...imports.get(node) ?? [], ...others]))
    }
  }
  return imports
}

const render = (imports: Imports): string => {
  const nodes = [...imports.keys()].sort()
  const label = (node: string): string => path.basename(node, ".ts")
  const twice = nodes.find((node) => nodes.some((other) => other !== node && label(other) === label(node)))
  if (twice !== undefined) {
    fail(`The diagram names modules by file name, and src has two named ${path.basename(twice)}.`)
  }
  const internal = nodes.filter((node) => node.startsWith("internal/"))
  const lines = [
    "graph TD",
    ...nodes.filter((node) => !internal.includes(node)).map((node) => `  ${label(node)}`),
    "  subgraph internal",
    ...internal.map((node) => `    ${label(node)}`),
    "  end",
    ...nodes.flatMap((node) =>
      [...imports.get(node) ?? []].sort().map((target) => `  ${label(node)} --> ${label(target)}`)
    )
  ]
  return `\n\n\`\`\`mermaid\n${lines.join("\n")}\n\`\`\`\n\n`
}

const imports = readImports()
for (const [module, targets] of imports) {
  if (targets.has("testing.ts")) {
    fail(`src/${module} imports the testing door, which would ship the fake to every user.`)
  }
}

const text = readFileSync(file, "utf8")
const inTree = new Set(Array.from(text.matchAll(/^ +(\w+\.ts) /gm), ([, name = ""]) => name))
const inSource = new Set([...imports.keys()].map((module) => path.basename(module)).concat("index.ts"))
const untrue = [...inSource].filter((name) => !inTree.has(name)).concat(
  [...inTree].filter((name) => !inSource.has(name))
)
if (untrue.length > 0) {
  fail(`The tree of files in ${file} and src differ in ${untrue.join(", ")}.`)
}
const block = /(?<=<!-- imports:start -->)[^]*?(?=<!-- imports:end -->)/
const written = text.match(block) ??
  fail(`${file} has no block between <!-- imports:start --> and <!-- imports:end -->.`)
const diagram = render(imports)
if (write) {
  writeFileSync(file, text.replace(block, () => diagram))
} else if (written[0] !== diagram) {
  fail(`The import diagram of ${file} is not that of src; "npm run cycles:write" draws it anew.`)
}
