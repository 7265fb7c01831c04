/** Real servers on the loopback interface, and the three HTTP clients that Node has. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { createServer } from "node:http"
import type { IncomingMessage, RequestListener } from "node:http"
import type { AddressInfo } from "node:net"

export const clients: Readonly<Record<string, Layer.Layer<HttpClient.HttpClient>>> = {
  undici: NodeHttpClient.layerUndici,
  fetch: FetchHttpClient.layer,
  "node:http": NodeHttpClient.layer
}

export interface Served {
  readonly origin: string
  /** All requests, with what they carried. */
  readonly seen: Array<Pick<IncomingMessage, "method" | "url" | "headers"> & { body: string }>
}

export const serve = (listener: RequestListener): Effect.Effect<Served, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<Served & { readonly close: () => void }>((resume) => {
        const seen: Served["seen"] = []
        const server = createServer((request, response) => {
          const { headers, method, url } = request
          const record = { method, url, headers, body: "" }
          seen.push(record)
          request.on("data", (chunk) => (record.body += String(chunk)))
          // The body is whole before anything is answered.
          request.on("end", () => listener(request, response))
          response.on("error", () => undefined)
        })
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          const close = () => {
            server.closeAllConnections()
            server.close()
          }
          resume(Effect.succeed({ origin: `http://127.0.0.1:${port}`, seen, close }))
        })
      }),
      ({ close }) => Effect.sync(close)
    ),
    ({ origin, seen }) => ({ origin, seen })
  )
