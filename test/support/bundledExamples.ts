/**
 * Bundles every example once, before the tests, together with all that it imports: a process that transpiles `src` for
 * itself and loads Effect module by module takes two seconds to start, a bundled one a quarter of a second.
 */
import { build } from "esbuild"
import { existsSync, readdirSync, rmSync } from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../", import.meta.url))
const folder = ".bundle"

/** The bundle of an example, from its path below `examples`. */
export const bundleOf = (example: string): string =>
  Path.join(folder, Path.relative("examples", example).replace(/\.ts$/, ".js"))

const programs = (): ReadonlyArray<string> =>
  readdirSync(Path.join(root, "examples"), { withFileTypes: true }).flatMap((entry) => {
    if (entry.isFile()) return entry.name.endsWith(".ts") ? [entry.name] : []
    const main = Path.join(entry.name, "main.ts")
    return existsSync(Path.join(root, "examples", main)) ? [main] : []
  }).map((file) => Path.join("examples", file))

export default async (): Promise<void> => {
  // The names of chunks change with their content.
  rmSync(Path.join(root, folder), { recursive: true, force: true })
  await build({
    absWorkingDir: root,
    entryPoints: [...programs()],
    outbase: "examples",
    outdir: folder,
    bundle: true,
    // What an example imports only when it needs it is loaded only then.
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    // For dependencies that are CommonJS.
    banner: {
      js: "import { createRequire as makeRequire } from \"node:module\"; const require = makeRequire(import.meta.url);"
    },
    // It looks for its native part in its own folder.
    external: ["@libsql/client"],
    alias: {
      "effect-processmaker-oauth": Path.join(root, "src/index.ts"),
      "effect-processmaker-oauth/testing": Path.join(root, "src/testing.ts")
    }
  })
}
