/** Gets the package as built, and the runtimes, into a temporary folder. */
import * as Effect from "effect/Effect"
import * as esbuild from "esbuild"
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { run, Trouble } from "./processes.js"

const root = fileURLToPath(new URL("../..", import.meta.url))

const readJson = (file: string) => JSON.parse(readFileSync(file, "utf8"))

const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]

const npmInstall = (folder: string, ...specifiers: ReadonlyArray<string>): Effect.Effect<string, Trouble> =>
  Effect.gen(function*() {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
    yield* run("npm", ["install", ...flags, ...specifiers], { cwd: folder })
    return folder
  })

// All that @effect/platform-node asks for, in the versions of the lock file: a new release must not break this check.
const companions = [
  "effect",
  "@effect/platform",
  "@effect/platform-node",
  "@effect/cluster",
  "@effect/experimental",
  "@effect/rpc",
  "@effect/sql",
  "@effect/workflow"
]

const bundle = (folder: string, packages: "bundle" | "external", ...names: ReadonlyArray<string>) =>
  Effect.tryPromise({
    try: () =>
      esbuild.build({
        // Outside the repository, where tsconfig.json would point the package's name at src.
        absWorkingDir: folder,
        entryPoints: names.map((name) => `program/${name}.ts`),
        outdir: folder,
        bundle: true,
        packages,
        format: "esm",
        target: "es2022",
        platform: packages === "bundle" ? "browser" : "node",
        logLevel: "error"
      }),
    catch: (error) => new Trouble({ message: String(error) })
  })

/** A project that has the packed package installed and the smoke programs built. */
export const installPrograms = (temp: string): Effect.Effect<string, Trouble> =>
  Effect.gen(function*() {
    const packed = yield* run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", temp], { cwd: root })
    const [{ filename }] = JSON.parse(packed)
    const pinned = companions.map((name) =>
      `${name}@${readJson(path.join(root, "node_modules", name, "package.json")).version}`
    )
    const folder = yield* npmInstall(path.join(temp, "programs"), path.join(temp, filename), ...pinned)
    cpSync(path.join(root, "scripts/runtimes/program"), path.join(folder, "program"), { recursive: true })
    yield* bundle(folder, "external", "with-fetch", "with-undici")
    yield* bundle(folder, "bundle", "in-worker", "in-page")
    return folder
  })

/** How the binary of a runtime is had. */
export type Source = (temp: string) => Effect.Effect<string, Trouble>

export const npmPackage = (name: string, version: string, binary: string): Source => (temp) =>
  npmInstall(path.join(temp, `${name}-${version}`.replaceAll(/\W/g, "-")), `${name}@${version}`).pipe(
    Effect.map((folder) => path.join(folder, "node_modules", name, binary)),
    Effect.filterOrFail(existsSync, (file) => new Trouble({ message: `${name}@${version} has no ${file}` }))
  )

/** The package of the system, installed only where it is missing. */
export const debianPackage = (name: string): Source => () =>
  Effect.gen(function*() {
    const binary = `/usr/bin/${name}`
    if (!existsSync(binary)) {
      const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
      yield* run("apt-get", ["install", "--yes", "--no-install-recommends", name], { env }).pipe(
        Effect.catchAll(() =>
          Effect.zipRight(
            run("apt-get", ["update"], { env }),
            run("apt-get", ["install", "--yes", "--no-install-recommends", name], { env })
          )
        )
      )
    }
    return binary
  })
