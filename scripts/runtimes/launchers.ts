/** How the smoke program gets into a runtime, and its outcome out of it. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import * as path from "node:path"
import { listening } from "./fake.js"
import type { Outcome, Place } from "./place.js"
import { run, started, Trouble } from "./processes.js"
import type { Child } from "./processes.js"

export interface Launch {
  readonly binary: string
  /** Where the bundles are, with `node_modules` beside them. */
  readonly programs: string
  /** The runtime may leave here what it likes. */
  readonly home: string
  readonly place: Place
}

export type Launcher = (launch: Launch) => Effect.Effect<Outcome, Trouble, Scope.Scope>

// Nothing of the environment of whoever runs this: neither a tenant nor a proxy is meant.
const environment = (home: string) => ({ PATH: "/usr/bin:/bin", HOME: home, DENO_DIR: home, DENO_NO_UPDATE_CHECK: "1" })

const read = (text: string): Effect.Effect<Outcome, Trouble> =>
  Effect.try({ try: () => JSON.parse(text), catch: () => new Trouble({ message: `no outcome in "${text}"` }) })

const tooEarly = (child: Child) =>
  Effect.flatMap(child.end, (code) => Effect.fail(new Trouble({ message: `ended with ${code}: ${child.said()}` })))

/** For runtimes that run a file and have a standard output. */
export const commandLine = (program: string, ...flags: ReadonlyArray<string>): Launcher => (launch) =>
  run(launch.binary, [...flags, path.join(launch.programs, `${program}.js`), JSON.stringify(launch.place)], {
    cwd: launch.programs,
    env: environment(launch.home)
  }).pipe(Effect.flatMap(read))

const workerConfig = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "smoke", worker = (
      modules = [(name = "smoke", esModule = embed "in-worker.js")],
      compatibilityDate = "2026-01-01",
      globalOutbound = "loopback",
    )),
    (name = "loopback", network = (allow = ["127.0.0.1/32"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "smoke")],
);
`

const controlChannel = 3

const portOf = (child: Child) =>
  Effect.async<number>((resume) => {
    let text = ""
    child.streams[controlChannel]?.on("data", (chunk) => {
      text += chunk
      const port = /"port":\s*(\d+)/.exec(text)?.[1]
      if (port !== undefined) {
        resume(Effect.succeed(Number(port)))
      }
    })
  })

export const worker: Launcher = ({ binary, home, place, programs }) =>
  Effect.gen(function*() {
    const config = path.join(programs, "worker.capnp")
    yield* Effect.promise(() => writeFile(config, workerConfig))
    const child = yield* started(binary, ["serve", `--control-fd=${controlChannel}`, config], {
      env: environment(home),
      stdio: ["ignore", "pipe", "pipe", "pipe"]
    })
    const port = yield* Effect.raceFirst(portOf(child), tooEarly(child))
    const answer = Effect.tryPromise({
      try: (signal) =>
        fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: JSON.stringify(place), signal }).then((response) =>
          response.text()
        ),
      catch: (error) => new Trouble({ message: `${error}: ${child.said()}` })
    })
    return yield* Effect.flatMap(Effect.raceFirst(answer, tooEarly(child)), read)
  })

const page = `<!doctype html>
<meta charset="utf-8">
<title>Smoke</title>
<link rel="icon" href="data:,">
<script>
  const report = (why) =>
    fetch("/outcome", { method: "POST", body: JSON.stringify({ passed: false, why: String(why) }) })
  addEventListener("error", ({ message }) => report(message))
  addEventListener("unhandledrejection", ({ reason }) => report(reason))
</script>
<script type="module" src="/smoke.js"></script>
`

const browserFlags = [
  "--headless",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

// Its own port makes it another origin than the fake's, as the page of a real application would be.
const pageServer = ({ place, programs }: Launch, report: (text: string) => void) => {
  const files = new Map([
    ["/", { type: "text/html", body: page }],
    ["/smoke.js", { type: "text/javascript", body: readFileSync(path.join(programs, "in-page.js"), "utf8") }],
    ["/place", { type: "application/json", body: JSON.stringify(place) }]
  ])
  return createServer((request, response) => {
    const file = files.get(request.url ?? "")
    if (request.method === "POST") {
      let text = ""
      request.on("data", (chunk) => text += chunk)
      request.on("end", () => {
        report(text)
        response.end()
      })
    } else {
      response.writeHead(file === undefined ? 404 : 200, { "content-type": file?.type ?? "text/plain" }).end(file?.body)
    }
  })
}

export const browser: Launcher = (launch) =>
  Effect.gen(function*() {
    let report: (text: string) => void = () => {}
    const reported = new Promise<string>((resolve) => report = resolve)
    const port = yield* listening(pageServer(launch, report))
    const child = yield* started(launch.binary, [
      ...browserFlags,
      // Chromium does not run as root inside its sandbox.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      `--user-data-dir=${launch.home}`,
      `http://127.0.0.1:${port}/`
    ], { env: environment(launch.home) })
    return yield* Effect.flatMap(Effect.raceFirst(Effect.promise(() => reported), tooEarly(child)), read)
  })
