/**
 * Holds the rooms of `docs/architecture.md` against `src`: the tree of files between `<!-- tree:start -->` and
 * `<!-- tree:end -->`, the files that a room shows to others (`shows`), and the diagram of imports between rooms, type
 * imports among them (`rooms`).
 *
 *     tsx scripts/check-rooms.ts [--write]
 */
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import * as path from "node:path"

const file = "docs/architecture.md"
const write = process.argv.includes("--write")

const fail = (message: string): never => {
  console.error(message)
  process.exit(1)
}

/** Public modules that build layers, and the two doors; the other public modules are the model. */
const doors = new Set([
  "index.ts",
  "testing.ts",
  "OauthClientsService.ts",
  "AccessTokenProvider.ts",
  "ProcessMakerConfig.ts"
])

const roomOf = (module: string): string => {
  const folder = path.dirname(module)
  if (folder !== ".") return folder.replace("internal/", "")
  return doors.has(module) ? "doors" : "model"
}

const readModules = (): Readonly<Record<string, ReadonlyArray<string>>> =>
  JSON.parse(
    execFileSync("madge", ["--json", "--extensions", "ts", "--ts-config", "tsconfig.json", "src"], { encoding: "utf8" })
  )

/**
 * Imports go down this order, never up and never between rooms of one rank: `list` and `token` do not know each other.
 * The testing door stands above all of it.
 */
const ranks = [
  ["testing", "doors"],
  ["service"],
  ["list", "token"],
  ["call"],
  ["http"],
  ["wire", "secrets"],
  ["watch"],
  ["failure", "config"],
  ["model"]
]
const rankOf = (room: string): number =>
  ranks.findIndex((rooms) => rooms.includes(room.replace(/^testing\/.*/, "testing")))

const text = readFileSync(file, "utf8")
const between = (name: string): RegExp => new RegExp(`(?<=<!-- ${name}:start -->)[^]*?(?=<!-- ${name}:end -->)`)
const block = (name: string): string =>
  text.match(between(name))?.[0] ??
    fail(`${file} has no block between <!-- ${name}:start --> and <!-- ${name}:end -->.`)

const shown = new Set(
  Array.from(
    block("shows").matchAll(/^\| (\w+) +\| (.*)/gm),
    ([, room = "", files = ""]) =>
      Array.from(files.matchAll(/`(\w+\.ts)`/g), ([, name = ""]) => `internal/${room}/${name}`)
  ).flat()
)

const modules = readModules()
const arrows = new Set<string>()
const used = new Set<string>()
for (const [module, targets] of Object.entries(modules)) {
  for (const target of targets) {
    const [from, to] = [roomOf(module), roomOf(target)]
    if (to.startsWith("testing") && !from.startsWith("testing") && module !== "testing.ts") {
      fail(`src/${module} imports the testing door, which would ship the fake to every user.`)
    }
    if (from === to) continue
    arrows.add(`  ${from} --> ${to}`)
    const isWithin = rankOf(from) === 0 && rankOf(to) === 0
    if (!isWithin && rankOf(to) <= rankOf(from)) {
      fail(`src/${module} imports src/${target}: ${to} does not stand below ${from} in ${file}.`)
    }
    if (target.startsWith("internal/")) {
      if (!shown.has(target)) fail(`src/${module} imports src/${target}, which ${to} does not show by ${file}.`)
      used.add(target)
    }
  }
}
const idle = [...shown].filter((target) => !used.has(target))
if (idle.length > 0) fail(`${file} says that rooms show what no other room imports: ${idle.join(", ")}.`)

const inTree = new Set(Array.from(block("tree").matchAll(/^ +(\w+\.ts) /gm), ([, name = ""]) => name))
const inSource = new Set(
  Object.keys(modules).filter((module) => !module.startsWith("testing/")).map((module) => path.basename(module))
)
const untrue = [...inSource].filter((name) => !inTree.has(name)).concat(
  [...inTree].filter((name) => !inSource.has(name))
)
if (untrue.length > 0) fail(`The tree of files in ${file} and src differ in ${untrue.join(", ")}.`)

const diagram = `\n\n\`\`\`mermaid\n${["graph TD", ...[...arrows].sort()].join("\n")}\n\`\`\`\n\n`
if (write) {
  writeFileSync(file, text.replace(between("rooms"), () => diagram))
} else if (block("rooms") !== diagram) {
  fail(`The diagram of rooms in ${file} is not that of src; "npm run cycles:write" draws it anew.`)
}
