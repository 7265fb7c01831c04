/** A server whose database shows a new client late, and which goes on when a caller has gone. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { broken, json, scripted } from "../support/scripted.js"

interface Row {
  readonly id: string
  readonly name: string
  readonly flags: Readonly<Record<string, unknown>>
  /** In milliseconds. */
  readonly shownFrom: number
}

export interface LateOptions {
  /** How long a request is on its way, there and back. */
  readonly latency?: number
  /** How long it takes until a client that was added shows in the list. */
  readonly showsAfter?: number
  /** What happens to the answers to POST, one after the other; then all arrive. */
  readonly posts?: ReadonlyArray<"lost" | "lostAndDropped" | "answered" | Response>
}

export const lateServer = ({ latency = 0, posts = [], showsAfter = 0 }: LateOptions = {}) => {
  const rows: Array<Row> = []
  const seen: Array<string> = []
  let posted = 0

  const shown = (row: Row) => ({ type: "client", id: row.id, attributes: { name: row.name, ...row.flags } })

  const list = (url: URL) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const page = Number(url.searchParams.get("page"))
      const perPage = Number(url.searchParams.get("per_page"))
      const visible = rows.filter(({ shownFrom }) => shownFrom <= now)
      const data = visible.slice((page - 1) * perPage, page * perPage).map(shown)
      const pagination = {
        total: visible.length,
        count: data.length,
        per_page: perPage,
        current_page: page,
        total_pages: Math.ceil(visible.length / perPage)
      }
      return json({ data, meta: { pagination } })
    })

  const add = (body: string) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const { name, ...flags } = JSON.parse(body).data.attributes
      const row = { id: String(100 + rows.length), name: name.trim(), flags, shownFrom: now + showsAfter }
      rows.push(row)
      return json({ data: shown(row) }, 201)
    })

  const { client } = scripted(({ body, method, url }) =>
    Effect.gen(function*() {
      seen.push(`${method} ${url.searchParams.get("page") ?? ""}`.trim())
      const fate = method === "POST" ? posts[posted++] ?? "answered" : "answered"
      yield* Effect.sleep(latency / 2)
      if (fate instanceof Response) return fate
      const answer = fate === "lostAndDropped" ? undefined : yield* method === "POST" ? add(body) : list(url)
      yield* Effect.sleep(latency / 2)
      return answer !== undefined && fate === "answered" ? answer : broken("ECONNRESET", "read")
    }).pipe(
      // A caller who goes away stops waiting; the server does not stop working.
      Effect.forkDaemon,
      Effect.flatMap((fiber) => fiber)
    )
  )
  return { client, rows, seen, posts: () => posted }
}
