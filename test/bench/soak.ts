/**
 * Streams a long list from the in-process fake and prints the heap on the way: `npm run soak`, or with another number of
 * pages behind it. Fails when the heap at the end is over 20 % above the heap after the first 100 pages.
 */
import * as Effect from "effect/Effect"
import { soak } from "./soaking.js"

const pages = Number(process.argv[2] ?? 10_000)
const started = performance.now()

const { clients, heaps } = await Effect.runPromise(soak(pages))
for (const { megabytes, page } of heaps) console.log(`page ${String(page).padStart(6)}: ${megabytes.toFixed(1)} MB`)
const [first = { megabytes: Number.NaN }] = heaps
const last = heaps.at(-1) ?? first
const ratio = last.megabytes / first.megabytes
console.log(
  `${clients} clients in ${((performance.now() - started) / 1000).toFixed(0)} s; the heap at the end is ${
    (ratio * 100).toFixed(0)
  } % of the heap after the first 100 pages`
)
process.exitCode = ratio <= 1.2 ? 0 : 1
