/**
 * Packs the package as it would be published, installs the tarball into empty projects and uses it from there.
 * Needs `dist`.
 */
import { buildSync } from "esbuild"
import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const name = "effect-processmaker-oauth"
const temp = mkdtempSync(path.join(tmpdir(), `${name}-`))
process.on("exit", () => rmSync(temp, { recursive: true, force: true }))

const readJson = (file: string) => JSON.parse(readFileSync(file, "utf8"))

const assert = (condition: boolean, message: string): void => {
  if (!condition) {
    throw new Error(message)
  }
}

const step = (title: string, check: () => void): void => {
  check()
  console.log(`ok  ${title}`)
}

const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): string => {
  const { output, status } = spawnSync(command, args, { cwd, encoding: "utf8" })
  assert(status === 0, `${command} ${args.join(" ")} failed\n${output.join("\n")}`)
  return output.join("\n")
}

const project = (folder: string): string => {
  const cwd = path.join(temp, folder)
  mkdirSync(cwd)
  writeFileSync(path.join(cwd, "package.json"), JSON.stringify({ private: true, type: "module" }))
  return cwd
}

const [packed] = JSON.parse(
  execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", temp], { cwd: root }).toString()
)
const tarball = path.join(temp, packed.filename)

step("the tarball holds only what belongs", () => {
  const files: ReadonlyArray<string> = packed.files.map((file: { readonly path: string }) => file.path)
  const top = ["CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "package.json"]
  const belongs =
    /^(?:(?:dist|src)\/.+\.(?:js|ts|map)|docs\/(?!index)[\w-]+\.md|docs\/\w+\/[\w-]+\.(?:png|svg|json)|examples\/.+)$/
  const stray = files.filter((file) => !top.includes(file) && !belongs.test(file))
  const missing = top.filter((file) => !files.includes(file))
  assert(stray.length === 0, `does not belong into the package: ${stray.join(", ")}`)
  assert(missing.length === 0, `is missing in the package: ${missing.join(", ")}`)
})

step("every link in its pages leads to a file in it, every anchor to a heading", () => {
  const files = new Set<string>(packed.files.map((file: { readonly path: string }) => file.path))
  const folders = new Set(
    [...files].flatMap((file) => file.split("/").map((_, depth, parts) => parts.slice(0, depth).join("/")))
  )
  const headings = (page: string): ReadonlyArray<string> =>
    Array.from(
      readFileSync(path.join(root, page), "utf8").matchAll(/^#+ (.+)$/gm),
      ([, heading = ""]) => heading.toLowerCase().replaceAll(/[^\w\s-]/g, "").trim().replaceAll(/\s/g, "-")
    )
  const dead = [...files].filter((file) => file.endsWith(".md")).flatMap((page) =>
    Array.from(readFileSync(path.join(root, page), "utf8").matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g))
      .filter(([, link = "", anchor]) => {
        const target = link === "" ? page : path.normalize(path.join(path.dirname(page), link)).replace(/\/$/, "")
        if (!files.has(target)) return !folders.has(target)
        return anchor !== undefined && target.endsWith(".md") && !headings(target).includes(anchor)
      })
      .map(([link]) => `${page}: ${link}`)
  )
  assert(dead.length === 0, `dead links:\n${dead.join("\n")}`)
})

step("publint", () => run(root, "publint", "run", tarball, "--strict"))
step("are the types wrong?", () => run(root, "attw", tarball, "--profile", "esm-only", "--no-color"))

const peers: Readonly<Record<string, string>> = readJson(path.join(root, "package.json")).peerDependencies
// The versions of the lock file, so that a new release of a peer cannot break this check.
const pinned = Object.keys(peers).map((peer) => {
  const installed = readJson(path.join(root, "node_modules", peer, "package.json"))
  return `${peer}@${installed.version}`
})

const install = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]
const consumer = project("consumer")
const compilersToInstall = ["typescript@~7.0.2", "typescript-5.4@npm:typescript@~5.4.5"]
step(
  "installs beside its peers",
  () => run(consumer, "npm", ...install, tarball, ...pinned, ...compilersToInstall)
)
cpSync(path.join(root, "scripts", "consumer"), consumer, { recursive: true })

const compilers = {
  // The declarations of Effect need 5.9. What matters is that this package's own do not.
  "TypeScript 5.4": { tsc: path.join(consumer, "node_modules/typescript-5.4/bin/tsc"), peersFail: true },
  "TypeScript 5.9": { tsc: path.join(root, "node_modules/typescript/bin/tsc"), peersFail: false },
  "TypeScript 7.0": { tsc: path.join(consumer, "node_modules/typescript/bin/tsc"), peersFail: false }
}
const inPeers = /^node_modules\/(?:effect|@effect\/platform)\//
for (const [compiler, { peersFail, tsc }] of Object.entries(compilers)) {
  for (const [resolution, module] of [["NodeNext", "NodeNext"], ["Bundler", "ESNext"]]) {
    step(`${compiler} with ${resolution} resolution`, () => {
      const compilerOptions = {
        noEmit: true,
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        target: "ES2022",
        lib: ["ES2022", "DOM"],
        types: [],
        module,
        moduleResolution: resolution
      }
      writeFileSync(path.join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }))
      const { stderr, stdout } = spawnSync(process.execPath, [tsc, "--pretty", "false"], {
        cwd: consumer,
        encoding: "utf8"
      })
      const errors = `${stdout}${stderr}`.split("\n").filter((line) =>
        line !== "" && !(peersFail && inPeers.test(line))
      )
      assert(errors.length === 0, errors.join("\n"))
    })
  }
}

/** What of this package ends up in a bundle for a browser, by the names of its modules, and the bundle itself. */
const bundled = (entry: string) => {
  const { metafile, outputFiles } = buildSync({
    entryPoints: [path.join(consumer, entry)],
    bundle: true,
    minify: true,
    // A module of Node is an error.
    platform: "browser",
    format: "esm",
    metafile: true,
    write: false,
    logLevel: "silent"
  })
  const modules = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file)
  )
  const ours = modules.flatMap((file) => file.split(`node_modules/${name}/dist/`)[1] ?? [])
  return { ours, code: outputFiles.map(({ text }) => text).join("") }
}

step("a bundle for the browser holds the client, nothing of the fake and nothing of Node", () => {
  const { code, ours } = bundled("bundles/client.ts")
  assert(ours.includes("OauthClientsService.js"), "there is no client in it")
  assert(!ours.some((file) => file.startsWith("testing")), `${ours.join(", ")}: the fake is in it`)
  assert(!/from ?"node:|require\("node:/.test(code), "a module of Node is in it")
})

step("a bundle of the schemas alone holds no client, and one of nothing is empty", () => {
  const shared = ["ErrorDetail.js", "OauthClient.js", "ProcessMakerError.js"]
  const { ours } = bundled("bundles/schemas.ts")
  assert([...ours].sort().join() === shared.join(), `expected ${shared.join(", ")}, got ${ours.join(", ")}`)
  assert(bundled("bundles/nothing.ts").code.trim() === "", "what nobody imports has side effects")
})

step("plain JavaScript uses both doors and cannot reach inside", () => run(consumer, process.execPath, "consumer.js"))

step("source maps resolve inside the package", () => {
  const home = path.join(consumer, "node_modules", name)
  const maps = readdirSync(path.join(home, "dist"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".map"))
    .map((file) => path.join(home, "dist", file))
  assert(maps.length > 0, "there are no source maps")
  for (const map of maps) {
    for (const source of readJson(map).sources) {
      const target = path.resolve(path.dirname(map), source)
      assert(
        target.startsWith(path.join(home, "src")) && existsSync(target),
        `${map} names ${source}, which is not there`
      )
    }
  }
})

// The second would do for @effect/platform: it is this package's own range that refuses it.
for (const wrong of ["effect@4", "effect@3.22.2", "@effect/platform@0.80"]) {
  step(`${wrong} is refused`, () => {
    const { output, status } = spawnSync(
      "npm",
      [...install, "--package-lock-only", "--legacy-peer-deps=false", tarball, wrong],
      { cwd: project(wrong.replaceAll(/\W/g, "-")), encoding: "utf8" }
    )
    assert(status !== 0 && output.join("").includes("ERESOLVE"), `expected ERESOLVE, got\n${output.join("\n")}`)
  })
}
