import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import { at, clientsByConnection, json, serve } from "../support/servers.js"

const name = "Billing bot"

/** Breaks the connection of the first `lost` POSTs, and shows what it stored that many milliseconds later. */
const losing = (lost: number, { showsAfter = 0, stores = true } = {}) => {
  const rows: Array<{ readonly id: string; readonly shownFrom: number }> = []
  let posts = 0
  const resource = ({ id }: { readonly id: string }) => ({ type: "client", id, attributes: { name } })
  const server = serve(({ method }, response) => {
    if (method === "POST") {
      posts += 1
      const row = { id: String(posts), shownFrom: performance.now() + showsAfter }
      if (posts > lost) {
        rows.push(row)
        return json(response, 201, JSON.stringify({ data: resource(row) }))
      }
      if (stores) rows.push(row)
      // Half of an answer is an answer that was lost.
      return void response.writeHead(201, { "content-length": "500" }).write("{\"data\":", () => response.destroy())
    }
    const data = rows.filter(({ shownFrom }) => shownFrom <= performance.now()).map(resource)
    const { length } = data
    const pagination = { total: length, count: length, per_page: 100, current_page: 1, total_pages: 1 }
    return json(response, 200, JSON.stringify({ data, meta: { pagination } }))
  })
  return Effect.map(server, (server) => ({ server, rows, posts: () => posts }))
}

describe.concurrent("ensureOauthClient over a socket adds one client", () => {
  const scenes = [
    ["stores it, and loses the answer", () => losing(1), 1],
    ["shows it a while after it broke the connection", () => losing(1, { showsAfter: 400 }), 1],
    ["stores nothing, twice", () => losing(2, { stores: false }), 3]
  ] as const
  for (const [transport, layer] of Object.entries(clientsByConnection)) {
    for (const [what, server, posts] of scenes) {
      it.scopedLive(`through ${transport}, from a server that ${what}`, () =>
        Effect.gen(function*() {
          const losing = yield* server()
          const ensured = yield* Effect.flatMap(
            OauthClientsService,
            (service) => service.ensureOauthClient("u-7", { name }, { settle: "800 millis" })
          ).pipe(Effect.provide(at(losing.server, layer)))
          assert.deepStrictEqual([ensured.added, losing.posts(), losing.rows.length], [true, posts, 1])
          assert.strictEqual(ensured.client.id, losing.rows[0]?.id)
        }))
    }
  }
})
