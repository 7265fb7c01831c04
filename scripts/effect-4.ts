/**
 * How far the source is from Effect 4: type-checks a copy of `src` against it, with `@effect/platform/*` read as
 * `effect/http/*` and nothing else changed, and prints counts. `docs/effect-4.md` has its output.
 *
 *     npm run effect-4
 */
import { spawnSync } from "node:child_process"
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const trial = realpathSync(mkdtempSync(path.join(tmpdir(), "effect-4-")))
process.on("exit", () => rmSync(trial, { recursive: true, force: true }))

cpSync(path.join(root, "src"), path.join(trial, "src"), { recursive: true })
mkdirSync(path.join(trial, "node_modules"))
symlinkSync(path.join(root, "node_modules/effect-4"), path.join(trial, "node_modules/effect"))

const files = readdirSync(path.join(trial, "src"), { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts")
)
let onPlatform = 0
for (const file of files) {
  const text = readFileSync(path.join(trial, "src", file), "utf8")
  if (!text.includes("@effect/platform/")) continue
  onPlatform += 1
  writeFileSync(path.join(trial, "src", file), text.replaceAll("@effect/platform/", "effect/http/"))
}

const compilerOptions = {
  target: "ES2022",
  lib: ["ES2022", "DOM", "DOM.Iterable"],
  module: "NodeNext",
  moduleDetection: "force",
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  types: []
}
writeFileSync(path.join(trial, "package.json"), JSON.stringify({ type: "module" }))
writeFileSync(path.join(trial, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }))
const tsc = path.join(root, "node_modules/typescript/bin/tsc")
const { stdout } = spawnSync(process.execPath, [tsc, "-p", trial, "--pretty", "false"], {
  cwd: trial,
  encoding: "utf8",
  maxBuffer: 2 ** 28
})

const errors = new Map<string, number>()
for (const [, file = ""] of stdout.matchAll(/^src\/(.+?)\(\d+,\d+\): error/gm)) {
  errors.set(file, (errors.get(file) ?? 0) + 1)
}

const { version } = JSON.parse(readFileSync(path.join(root, "node_modules/effect-4/package.json"), "utf8"))
const sum = [...errors.values()].reduce((total, count) => total + count, 0)
console.log(
  `effect ${version}: of ${files.length} files, ${onPlatform} import @effect/platform; ` +
    `${files.length - errors.size} compile as they are, ${errors.size} have ${sum} errors`
)
for (const folder of [...new Set(files.map((file) => path.dirname(file)))].sort()) {
  const inside = files.filter((file) => path.dirname(file) === folder)
  const good = inside.filter((file) => !errors.has(file))
  console.log(`  ${folder.padEnd(20)} ${good.length} of ${inside.length}`)
}
