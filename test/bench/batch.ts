/**
 * What a batch of many users takes: `npm run bench -- batch`, with `--users N` and `--clients N` for each of them. It runs
 * as one process, against the fake in another, and beside it the parts of its work: the requests alone, and with the store.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { createClient } from "@libsql/client"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { createInterface } from "node:readline"
import { parseArgs } from "node:util"
import { failOnSqlError } from "../../examples/batch/BatchError.js"
import { BatchStore } from "../../examples/batch/BatchStore.js"
import { layerFile } from "../../examples/batch/database.js"
import { Stop } from "../../examples/batch/Stop.js"
import { exportUser } from "../../examples/batch/workflows.js"
import metadata from "../../package.json" with { type: "json" }

const { values: options } = parseArgs({
  options: { users: { type: "string", default: "2000" }, clients: { type: "string", default: "250" } }
})
const users = Number(options.users)
const clients = Number(options.clients)
/** What a batch has by default. */
const concurrency = 8
/** How many clients are read for a part of the work. */
const sample = 50_000
// As npm runs them, which ends them with this program; the batch with an eye on it.
const [node = "", ...fakeProgram] = metadata.scripts.fake.split(" ")
const [, ...batchProgram] = metadata.scripts.batch.split(" ")
batchProgram.splice(-1, 0, "--import", "./test/bench/usage.ts")

const folder = mkdtempSync(Path.join(Os.tmpdir(), "batch-bench-"))
const file = (name: string): string => Path.join(folder, name)

type Environment = Readonly<Record<string, string>>

const startFake = async (users: number, clients: number) => {
  const args = ["--users", String(users), "--clients", String(clients)]
  const server = spawn(node, [...fakeProgram, ...args], { stdio: ["ignore", "pipe", "inherit"] })
  const [line] = await once(createInterface(server.stdout), "line")
  const { baseUrl, clientId, clientSecret, password, userIds, username } = JSON.parse(line)
  const environment: Environment = {
    PROCESSMAKER_BASE_URL: baseUrl,
    PROCESSMAKER_CLIENT_ID: clientId,
    PROCESSMAKER_CLIENT_SECRET: clientSecret,
    PROCESSMAKER_USERNAME: username,
    PROCESSMAKER_PASSWORD: password
  }
  return { userIds: userIds as ReadonlyArray<string>, environment, stop: () => server.kill() }
}

/** Reads the lists of some users, so many at a time. Seconds, on the clock and of the processor. */
const read = async <R>(
  userIds: ReadonlyArray<string>,
  atOnce: number,
  readUser: (userId: string) => Effect.Effect<unknown, unknown, R>,
  layer: Layer.Layer<R, unknown>
) => {
  const begin = performance.now()
  const cpu = process.cpuUsage()
  await Effect.runPromise(
    Effect.provide(Effect.forEach(userIds, readUser, { concurrency: atOnce, discard: true }), layer)
  )
  const { system, user } = process.cpuUsage(cpu)
  return { seconds: (performance.now() - begin) / 1000, cpu: (system + user) / 1e6 }
}

const layerClient = (environment: Environment) =>
  OauthClientsService.layerConfig.pipe(
    Layer.provide(NodeHttpClient.layerUndici),
    Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment)))))
  )

const readList = (userId: string) =>
  Effect.flatMap(OauthClientsService, (service) => Stream.runDrain(service.streamOauthClientEvents(userId)))

/** The longest time without a user that is done, from the first of them on. Seconds. */
const longestPause = async (store: string, running: () => boolean): Promise<number> => {
  let [longest, done, since] = [0, 0, 0]
  while (!existsSync(store)) await new Promise((resolve) => setTimeout(resolve, 50))
  const database = createClient({ url: `file:${store}` })
  while (running()) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    const found = await database.execute("SELECT count(*) AS done FROM batch_users WHERE state <> 'waiting'")
      .catch(() => undefined)
    const now = performance.now()
    const before = done
    done = Number(found?.rows[0]?.["done"] ?? 0)
    if (done === before) continue
    if (before > 0) longest = Math.max(longest, now - since)
    since = now
  }
  database.close()
  return longest / 1000
}

/** Bytes of a table and its indices. */
const bytesIn = async (store: string, tables: string): Promise<number> => {
  const database = createClient({ url: `file:${store}` })
  const { rows } = await database.execute({
    sql: "SELECT sum(pgsize) AS bytes FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name GLOB ?)",
    args: [tables]
  })
  database.close()
  return Number(rows[0]?.["bytes"])
}

const runBatch = async (environment: Environment) => {
  const args = ["--users", file("users.txt"), "--store", file("batch.db"), "--out", file("out.ndjson")]
  const begin = performance.now()
  const batch = spawn(node, [...batchProgram, ...args], {
    env: { ...process.env, ...environment, USAGE: file("usage.json") },
    stdio: ["ignore", "ignore", "inherit"]
  })
  const pause = longestPause(file("batch.db"), () => batch.exitCode === null)
  const [code] = await once(batch, "exit")
  if (code !== 0) throw new Error(`the batch ended with ${code}`)
  const seconds = (performance.now() - begin) / 1000
  const usage: { readonly cpu: number; readonly peak: number; readonly memory: ReadonlyArray<number> } = JSON.parse(
    readFileSync(file("usage.json"), "utf8")
  )
  return { ...usage, seconds, pause: await pause }
}

const one = await startFake(1, sample)
const readOne = () => read(one.userIds, 1, readList, layerClient(one.environment))
await readOne()
const alone = await readOne()
one.stop()

const fake = await startFake(users, clients)
writeFileSync(file("users.txt"), fake.userIds.join("\n"))
const some = fake.userIds.slice(0, Math.ceil(sample / clients))
const layer = layerClient(fake.environment)
const layerStore = BatchStore.layer(failOnSqlError(file("part.db"))).pipe(
  Layer.tap((context) => Effect.flatMap(Effect.provide(BatchStore, context), (store) => store.open("part", some))),
  Layer.provide(layerFile(file("part.db"))),
  Layer.provideMerge(Stop.layer)
)
const requests = await read(some, concurrency, readList, layer)
const stored = await read(
  some,
  concurrency,
  (userId) => exportUser({ job: "part", source: "part", userId }),
  Layer.merge(layer, layerStore)
)
const batch = await runBatch(fake.environment)
fake.stop()

const total = users * clients
const rate = total / batch.seconds
const rateAlone = sample / alone.seconds
const millis = (seconds: number, users: number) => `${(seconds * 1000 / users).toFixed(1)} ms`
const tenths = Array.from(
  { length: 10 },
  (_, tenth) => batch.memory[Math.floor((tenth + 1) * batch.memory.length / 10) - 1]
)
const lines: ReadonlyArray<readonly [what: string, value: string]> = [
  ["clients a second", rate.toFixed(0)],
  ["clients a second, one stream alone", rateAlone.toFixed(0)],
  ["ratio, at least 0.25", (rate / rateAlone).toFixed(2)],
  ["processor time for a user", millis(batch.cpu, users)],
  ["  for its requests", millis(requests.cpu, some.length)],
  ["  for the store", millis(stored.cpu - requests.cpu, some.length)],
  ["  for the engine and the rest", millis(batch.cpu - stored.cpu * users / some.length, users)],
  ["longest time without a user that is done", `${batch.pause.toFixed(1)} s`],
  ["most memory, at most 400 MB", `${batch.peak} MB`],
  ["memory at each tenth of the run, MB", tenths.join(" ")],
  ["store, for a client", `${(await bytesIn(file("batch.db"), "batch_clients") / total).toFixed(0)} bytes`],
  [
    "store, for a user",
    `${
      ((await bytesIn(file("batch.db"), "batch_users") + await bytesIn(file("batch.db"), "cluster_*")) / users).toFixed(
        0
      )
    } bytes`
  ]
]
console.log(
  `Node ${process.versions.node}, ${Os.cpus().length} x ${Os.cpus()[0]?.model ?? "unknown processor"}, load ${
    Os.loadavg()[0]?.toFixed(1)
  }`
)
console.log(`${users} users with ${clients} clients each, in ${batch.seconds.toFixed(0)} s`)
for (const [what, value] of lines) console.log(`${what.padEnd(42)}${value}`)
rmSync(folder, { recursive: true, force: true })
