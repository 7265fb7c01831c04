/**
 * What this package costs beside the clients that people use instead, all in one process, against one server process on
 * loopback: `npm run bench`, with `--quick` in less than a minute, with `--json FILE` for other programs to read.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { readStrictPage } from "../../src/internal/wire/document.js"
import { naivePage, naiveStream } from "./naive.js"
import { pageText } from "./pageText.js"
import { peers } from "./peers.js"
import type { ReadPage } from "./peers.js"
import { race } from "./race.js"
import type { Contestant, Race } from "./race.js"
import { heapInUse } from "./soaking.js"

const { values: options } = parseArgs({ options: { quick: { type: "boolean" }, json: { type: "string" } } })
const quick = options.quick === true
const pace = quick ? { warmUp: 150, rounds: 5, pages: 30 } : { warmUp: 1000, rounds: 9, pages: 250 }

const server = spawn(
  process.execPath,
  [Path.join(Path.dirname(fileURLToPath(import.meta.url)), "server.js")],
  { stdio: ["pipe", "pipe", "inherit"] }
)
const [printed] = await once(server.stdout, "data")
const baseUrl = `http://127.0.0.1:${String(printed).trim()}/api/v1`

const urlOf = (user: string, page: number, perPage: number): string =>
  `${baseUrl}/users/${user}/clients?page=${page}&per_page=${perPage}`

const runtime = ManagedRuntime.make(
  OauthClientsService.layer({ baseUrl, credentials: { accessToken: Redacted.make("bench") } }).pipe(
    Layer.provideMerge(NodeHttpClient.layerUndici)
  )
)

// The same 20 pages over and over.
const pageAt = (index: number): number => (index % 20) + 1
const inTurn = (pages: number, read: (page: number) => Promise<unknown>): Promise<unknown> =>
  Array.from({ length: pages }).reduce<Promise<unknown>>(
    (before, _, index) => before.then(() => read(index)),
    Promise.resolve()
  )
const effectInTurn = <A, E, R>(
  pages: number,
  read: (page: number) => Effect.Effect<A, E, R>
): Effect.Effect<void, E, R> =>
  Effect.suspend(() => {
    let page = 0
    return Effect.whileLoop({ while: () => page < pages, body: () => read(page), step: () => void (page += 1) })
  })

const peer = (name: string): ReadPage => {
  const found = peers.find(([candidate]) => candidate === name)
  if (found === undefined) throw new Error(`no such peer: ${name}`)
  return found[1]
}

const finds = (user: string, perPage: number) => ({
  peer: (name: string, as = name): Contestant => ({
    name: as,
    run: (pages) => inTurn(pages, (index) => peer(name)(urlOf(user, pageAt(index), perPage)))
  }),
  naive: {
    name: "Effect + Schema",
    run: (pages: number) =>
      runtime.runPromise(effectInTurn(pages, (index) => naivePage(urlOf(user, pageAt(index), perPage))))
  },
  ours: (name = "ours: find"): Contestant => ({
    name,
    run: (pages) =>
      runtime.runPromise(
        Effect.flatMap(OauthClientsService, (service) =>
          effectInTurn(pages, (index) => service.findOauthClients(user, { page: pageAt(index), perPage })))
      )
  })
})

const streams = (way: string) => ({
  naive: {
    name: "Effect + Schema",
    run: (pages: number) =>
      runtime.runPromise(Stream.runDrain(naiveStream((page) => urlOf(`${pages * 100}-${way}`, page, 100))))
  },
  ours: (name: string, prefetch?: number): Contestant => ({
    name,
    run: (pages) =>
      runtime.runPromise(
        Effect.flatMap(OauthClientsService, (service) =>
          Stream.runDrain(service.streamOauthClients(`${pages * 100}-${way}`, { prefetch })))
      )
  })
})

const hundred = finds("2000-announced", 100)
const chunked = finds("2000-chunked", 100)
const single = finds("20-announced", 1)

const races: Record<string, Race> = {}
const run = async (name: string, contestants: ReadonlyArray<Contestant>, how = pace): Promise<Race> => {
  const done = races[name] = await race(contestants, how)
  console.log(`\n${name}`)
  const [first = ""] = done.names
  for (const contestant of done.names) {
    const micros = done.micros(contestant).toFixed(0).padStart(8)
    console.log(`  ${contestant.padEnd(32)}${micros} us${done.ratio(contestant, first).toFixed(2).padStart(8)}`)
  }
  return done
}

const load = (): string => Os.loadavg().map((average) => average.toFixed(1)).join(" ")
const cpu = Os.cpus()[0]?.model ?? "unknown processor"
console.log(`Node ${process.versions.node}, ${Os.cpus().length} x ${cpu}, load ${load()}${quick ? ", quick" : ""}`)

const find = await run("a page of 100", [
  ...peers.map(([name]) => hundred.peer(name)),
  hundred.naive,
  hundred.ours(),
  chunked.peer("undici", "undici, chunked"),
  chunked.ours("ours: find, chunked")
])
const stream = await run("100 clients of a stream", [
  hundred.peer("undici"),
  hundred.peer("ky + zod"),
  streams("announced").naive,
  streams("announced").ours("ours: prefetch 0", 0),
  streams("announced").ours("ours: defaults")
])
const one = await run("a page of one client", [
  single.peer("undici"),
  single.peer("ky + zod"),
  single.naive,
  single.ours()
])

const text = pageText(100, 1, 100)
const numbers = pageText(100, 1, 100, (index) => index)
const decode = (body: string) => {
  const answer = { status: 200, contentType: "application/vnd.api+json", text: () => body }
  return Either.getOrThrow(readStrictPage(answer)).rows.length
}
const repeatedly = (work: () => unknown) => async (times: number) => {
  for (let time = 0; time < times; time++) work()
}
const decoding = await run("decoding a page of 100", [
  { name: "JSON.parse", run: repeatedly(() => JSON.parse(text)) },
  { name: "ours: IDs as texts", run: repeatedly(() => decode(text)) },
  { name: "ours: IDs as numbers", run: repeatedly(() => decode(numbers)) }
])

const inFlight = async (pages: number): Promise<void> => {
  let page = 0
  const read = peer("undici")
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (page < pages) await read(urlOf(`${pages * 100}-slow`, ++page, 100))
  }))
}
const slow = await run("100 clients, 20 ms a page, 16 in flight", [
  { name: "undici", run: inFlight },
  streams("slow").ours("ours: prefetch 15", 15)
], { warmUp: 200, rounds: quick ? 3 : 7, pages: 200 })

/** The most alive after the first tenth, to what was alive then. */
const heap = async (clients: number): Promise<number> => {
  const alive: Array<number> = []
  let pages = 0
  await runtime.runPromise(
    Effect.flatMap(
      OauthClientsService,
      (service) =>
        Stream.runForEach(service.streamOauthClientPages(`${clients}-fresh`), () =>
          Effect.suspend(() => {
            pages += 1
            return pages % (clients / 1000) === 0
              ? Effect.map(heapInUse, (heap) => alive.push(heap))
              : Effect.void
          }))
    )
  )
  return Math.max(...alive.slice(1)) / (alive[0] ?? Number.NaN)
}
const growth = await heap(quick ? 100_000 : 1_000_000)

const bounds: ReadonlyArray<readonly [what: string, measured: number, atMost: number]> = [
  ["a page of 100, to undici", find.ratio("ours: find", "undici"), 3.4],
  ["a page of 100, to Effect + Schema", find.ratio("ours: find", "Effect + Schema"), 0.7],
  ["prefetch 0, to undici", stream.ratio("ours: prefetch 0", "undici"), 4.5],
  ["prefetch 0, to Effect + Schema", stream.ratio("ours: prefetch 0", "Effect + Schema"), 0.95],
  ["defaults, to ky + zod", stream.ratio("ours: defaults", "ky + zod"), 1.5],
  ["defaults, to prefetch 0", stream.ratio("ours: defaults", "ours: prefetch 0"), 1],
  ["chunked, to announced", find.ratio("ours: find, chunked", "ours: find"), 1.1],
  ["a page of one client, to Effect + Schema", one.ratio("ours: find", "Effect + Schema"), 1.05],
  ["decoding, to JSON.parse", decoding.ratio("ours: IDs as texts", "JSON.parse"), 4],
  ["decoding, IDs as numbers, to JSON.parse", decoding.ratio("ours: IDs as numbers", "JSON.parse"), 4],
  ["20 ms a page, 16 in flight, to undici", slow.ratio("ours: prefetch 15", "undici"), 1.6],
  [`heap over ${quick ? "100,000" : "1,000,000"} clients, to after the first tenth`, growth, 1.2]
]

console.log(`\n${"bound".padEnd(56)}at most  measured`)
for (const [what, measured, atMost] of bounds) {
  console.log(
    `${what.padEnd(56)}${atMost.toFixed(2).padStart(7)}${measured.toFixed(2).padStart(10)}${
      measured > atMost ? "  over" : ""
    }`
  )
}
console.log(`load at the end ${load()}`)

if (options.json !== undefined) {
  const report = {
    node: process.versions.node,
    cpu,
    cores: Os.cpus().length,
    quick,
    load: Os.loadavg(),
    races: Object.fromEntries(
      Object.entries(races).map(([name, done]) => [
        name,
        Object.fromEntries(
          done.names.map((contestant) => [contestant, {
            micros: done.micros(contestant),
            ratio: done.ratio(contestant, done.names[0] ?? "")
          }])
        )
      ])
    ),
    bounds: bounds.map(([what, measured, atMost]) => ({ what, measured, atMost }))
  }
  writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`)
}

await runtime.dispose()
server.kill()
process.exit()
