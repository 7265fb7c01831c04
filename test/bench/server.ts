/**
 * Serves lists of OAuth clients on a loopback port, from bodies that are built once, and prints the port. The user's ID
 * says how: `2000-announced` has 2,000 clients and answers with `content-length`, `2000-chunked` without, `2000-slow`
 * after 20 milliseconds, and `2000-fresh` builds each body anew, for lists that are too long to keep.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { pageText } from "./pageText.js"

const bodies = new Map<string, Buffer>()
/** What nginx sends at a time. */
const chunkSize = 8192

const bodyOf = (total: number, page: number, perPage: number, keep: boolean): Buffer => {
  const key = `${total} ${page} ${perPage}`
  const body = bodies.get(key) ?? Buffer.from(pageText(total, page, perPage))
  if (keep) bodies.set(key, body)
  return body
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost")
  const [total = "0", way = "announced"] = (url.pathname.split("/")[4] ?? "").split("-")
  const page = Number(url.searchParams.get("page") ?? 1)
  const perPage = Number(url.searchParams.get("per_page") ?? 15)
  const body = bodyOf(Number(total), page, perPage, way !== "fresh")
  const contentType = { "content-type": "application/vnd.api+json" }
  if (way === "chunked") {
    response.writeHead(200, contentType)
    for (let from = 0; from < body.length; from += chunkSize) response.write(body.subarray(from, from + chunkSize))
    response.end()
    return
  }
  response.writeHead(200, { ...contentType, "content-length": body.length })
  if (way === "slow") setTimeout(() => response.end(body), 20)
  else response.end(body)
})

// Contestants wait for their turn for longer than a server keeps idle connections.
server.keepAliveTimeout = 0
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${port}\n`)
})
// The bench is gone, so nobody will ask again.
process.stdin.on("end", () => process.exit()).resume()
