/**
 * What this package costs its users: kilobytes on top of the same program written by hand, and time on top of importing
 * the modules of Effect that it uses. Needs `dist`.
 */
import * as esbuild from "esbuild"
import { execFileSync } from "node:child_process"
import { basename } from "node:path"
import { gzipSync } from "node:zlib"

const aim = 12

const options = { bundle: true, minify: true, format: "esm", target: "es2022", write: false, metafile: true } as const

const gzipped = async (entryPoint: string, packages: "bundle" | "external" = "bundle"): Promise<number> => {
  const { outputFiles } = await esbuild.build({ ...options, entryPoints: [entryPoint], packages })
  return outputFiles.reduce((sum, file) => sum + gzipSync(file.contents, { level: 9 }).length / 1000, 0)
}

const withPackage = await gzipped("scripts/size/with-package.ts")
const byHand = await gzipped("scripts/size/by-hand.ts")
const own = await gzipped("src/index.ts", "external")
console.log(
  `size: ${withPackage.toFixed(1)} kB gzipped, by hand ${byHand.toFixed(1)} kB; the package adds ` +
    `${(withPackage - byHand).toFixed(1)} kB (aim: below ${aim} kB); its own code is ${own.toFixed(1)} kB`
)

// Where it goes, by what a file is for: the first part that its name fits.
const parts: ReadonlyArray<readonly [string, RegExp]> = [
  ["streams", /pag(e|ination)|stream|recentIds/i],
  ["errors", /error|describe|failure|conceal|schemaIssues/i],
  ["tokens", /token|secrets/i],
  ["attempts", /attempt|retry|policy|ledger|hold|pacing|exchange|receivedBody|status/i],
  ["configuration", /config|baseUrl|settings|duration/i],
  ["operations and wire format", /./]
]
const door = await esbuild.build({ ...options, entryPoints: ["src/index.ts"], packages: "external" })
const bytes = Object.values(door.metafile.outputs).flatMap(({ inputs }) =>
  Object.entries(inputs).map(([file, { bytesInOutput }]) => ({
    part: parts.find(([, names]) => names.test(basename(file)))?.[0],
    size: bytesInOutput
  }))
)
const sum = (of: typeof bytes): number => of.reduce((total, { size }) => total + size, 0)
const shares = parts.map(([part]) => ({ part, share: sum(bytes.filter((file) => file.part === part)) / sum(bytes) }))
console.log(`of its own code: ${shares.map(({ part, share }) => `${part} ${(share * 100).toFixed(0)} %`).join(", ")}`)

const importTime = (specifiers: ReadonlyArray<string>): number => {
  const program = `
    const start = performance.now()
    await Promise.all(${JSON.stringify(specifiers)}.map((specifier) => import(specifier)))
    console.log(performance.now() - start)`
  return Number(execFileSync(process.execPath, ["--input-type=module", "--eval", program]))
}

const median = (numbers: ReadonlyArray<number>): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

const effectModules = Object.values(door.metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
// Taken in turns, so that a busy moment of the machine falls on both.
const runs = Array.from({ length: 15 }, () => ({
  effect: importTime(effectModules),
  door: importTime(["effect-processmaker-oauth"])
}))
const effectTime = median(runs.map((run) => run.effect))
const doorTime = median(runs.map((run) => run.door))
console.log(
  `start: ${doorTime.toFixed(0)} ms, the modules of Effect alone ${effectTime.toFixed(0)} ms; ` +
    `the package adds ${((doorTime / effectTime - 1) * 100).toFixed(0)} %`
)
