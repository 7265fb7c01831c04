import { assert, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))
const sources = readdirSync(`${root}/src`, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts") && !file.startsWith("testing"))
const text = (file: string) => readFileSync(`${root}/src/${file}`, "utf8")

it("a secret is revealed in one file", () => {
  const revealing = sources.filter((file) =>
    /Redacted\.value\b|unsafeWipe|redactedRegistry|import \{[^}]*\bvalue\b[^}]*\} from "effect\/Redacted"/.test(
      text(file)
    )
  )
  assert.deepStrictEqual(revealing, ["internal/secrets/secrets.ts"])
  assert.isAbove(sources.length, 30)
})

it("nothing is needed at run time but the peers", () => {
  const manifest = JSON.parse(readFileSync(`${root}/package.json`, "utf8"))
  assert.strictEqual(manifest.dependencies, undefined)
  assert.strictEqual(manifest.optionalDependencies, undefined)
  assert.deepStrictEqual(Object.keys(manifest.peerDependencies), ["@effect/platform", "effect"])
  const imported = new Set(
    sources.flatMap((file) =>
      [...text(file).matchAll(/^(?:import|export|\}).* from "([^".][^"]*)"/gm)].map(([, name]) => name)
    )
  )
  for (const name of imported) assert.match(name ?? "", /^(effect|@effect\/platform)\//)
})

it("no install script, and nothing that runs when it is imported", () => {
  const manifest = JSON.parse(readFileSync(`${root}/package.json`, "utf8"))
  for (const script of ["preinstall", "install", "postinstall", "prepare"]) assert.notProperty(manifest.scripts, script)
  assert.isFalse(manifest.sideEffects)
})

it("no code is made from text", () => {
  for (const file of sources) assert.notMatch(text(file), /\beval\(|new Function\(|\bimport\(/)
})
