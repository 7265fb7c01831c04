/** Servers of `node:http` whose connections a test can count, and the three clients that Node has. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { OauthClientsOptions } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"

export const agentKeepingAlive: Layer.Layer<HttpClient.HttpClient> = NodeHttpClient.layerWithoutAgent.pipe(
  Layer.provide(NodeHttpClient.makeAgentLayer({ keepAlive: true }))
)

export const clients: Readonly<Record<string, Layer.Layer<HttpClient.HttpClient>>> = {
  undici: NodeHttpClient.layerUndici,
  fetch: FetchHttpClient.layer,
  "node:http": NodeHttpClient.layer,
  "node:http, keep-alive": agentKeepingAlive
}

export interface RawServer {
  readonly origin: string
  readonly baseUrl: string
  /** Connections ever accepted, and those still open. */
  readonly sockets: { accepted: number; open: number }
  readonly requests: Array<
    { readonly method: string; readonly url: string; readonly headers: IncomingMessage["headers"] }
  >
  readonly closeConnections: Effect.Effect<void>
}

type Handler = (request: IncomingMessage, response: ServerResponse, nth: number) => void

/** A server on the loopback interface for as long as the scope lives. `nth` counts the requests from 1. */
export const serve = (handler: Handler): Effect.Effect<RawServer, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<RawServer & { readonly close: Effect.Effect<void> }>((resume) => {
        const sockets = { accepted: 0, open: 0 }
        const requests: RawServer["requests"] = []
        const server = createServer((request, response) => {
          requests.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers })
          request.resume()
          handler(request, response, requests.length)
        })
        server.on("connection", (socket: Socket) => {
          sockets.accepted += 1
          sockets.open += 1
          socket.on("error", () => undefined)
          socket.on("close", () => (sockets.open -= 1))
        })
        server.keepAliveTimeout = 60_000
        server.listen(0, "127.0.0.1", () => {
          const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
          const close = Effect.async<void>((done) => {
            server.close(() => done(Effect.void))
            server.closeAllConnections()
          })
          const closeConnections = Effect.sync(() => server.closeAllConnections())
          resume(Effect.succeed({ origin, baseUrl: `${origin}/api/v1`, sockets, requests, closeConnections, close }))
        })
      }),
      ({ close }) => close
    ),
    (server): RawServer => server
  )

/** The service with a fixed token at a raw server. */
export const at = (
  server: RawServer,
  client: Layer.Layer<HttpClient.HttpClient>,
  retry?: OauthClientsOptions["retry"]
): Layer.Layer<OauthClientsService> =>
  OauthClientsService.layer({
    baseUrl: server.baseUrl,
    credentials: { accessToken: Redacted.make("tok-1") },
    retry
  }).pipe(Layer.provide(client), Layer.orDie)

export const clientJson = (id: string): string =>
  JSON.stringify({ data: { type: "client", id, attributes: { name: "A client" } } })

export const json = (
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {}
): void => {
  response.writeHead(status, { "content-type": "application/vnd.api+json", ...headers }).end(body)
}

/** Waits until something is so: what happens at the other end of a socket is seen a little later. */
export const eventually = (holds: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => holds() ? Effect.void : Effect.zipRight(Effect.sleep("5 millis"), eventually(holds)))
