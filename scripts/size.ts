/**
 * What this package costs its users: kilobytes on top of the same program written by hand, and time on top of importing
 * the modules of Effect that it uses. Fails above the bound. Needs `dist`.
 */
import * as esbuild from "esbuild"
import { execFileSync } from "node:child_process"
import * as path from "node:path"
import { gzipSync } from "node:zlib"

/** In kB, minified and gzipped. */
const bound = 28

const options = { bundle: true, minify: true, format: "esm", target: "es2022", write: false, metafile: true } as const

const gzipped = async (entryPoint: string, packages: "bundle" | "external" = "bundle"): Promise<number> => {
  const { outputFiles } = await esbuild.build({ ...options, entryPoints: [entryPoint], packages })
  return outputFiles.reduce((sum, file) => sum + gzipSync(file.contents, { level: 9 }).length / 1000, 0)
}

const withPackage = await gzipped("scripts/size/with-package.ts")
const byHand = await gzipped("scripts/size/by-hand.ts")
const own = await gzipped("src/index.ts", "external")
const added = withPackage - byHand
console.log(
  `adds ${added.toFixed(1)} kB (at most ${bound}): ${withPackage.toFixed(1)} kB gzipped, by hand ${
    byHand.toFixed(1)
  } kB; ` +
    `its own code is ${own.toFixed(1)} kB`
)

const roomOf = (file: string): string => {
  const folder = path.relative("src", path.dirname(file))
  return folder === "" ? "public modules" : path.basename(folder)
}
const door = await esbuild.build({ ...options, entryPoints: ["src/index.ts"], packages: "external" })
const bytes = new Map<string, number>()
for (const { inputs } of Object.values(door.metafile.outputs)) {
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    bytes.set(roomOf(file), (bytes.get(roomOf(file)) ?? 0) + bytesInOutput)
  }
}
const whole = [...bytes.values()].reduce((sum, size) => sum + size, 0)
console.log(`of its own code, ${(whole / 1000).toFixed(1)} kB minified:`)
for (const [room, size] of [...bytes].sort(([, a], [, b]) => b - a)) {
  console.log(
    `  ${room.padEnd(15)} ${(size / 1000).toFixed(1).padStart(5)} kB  ${
      ((size / whole) * 100).toFixed(0).padStart(2)
    } %`
  )
}

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

if (added > bound) {
  // Last, where a summary of the output finds it.
  console.error(`over the bound: adds ${added.toFixed(1)} kB, at most ${bound} kB are allowed`)
  process.exitCode = 1
}
