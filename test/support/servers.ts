/** Servers of `node:http` on the loopback interface, whose connections a test can count, and the HTTP clients that Node has. */
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

type Clients = Readonly<Record<string, Layer.Layer<HttpClient.HttpClient>>>

export const clients: Clients = {
  undici: NodeHttpClient.layerUndici,
  fetch: FetchHttpClient.layer,
  "node:http": NodeHttpClient.layer
}

/** Where connections matter, the one of `node:http` in both of its ways. */
export const clientsByConnection: Clients = {
  ...clients,
  "node:http, keep-alive": NodeHttpClient.layerWithoutAgent.pipe(
    Layer.provide(NodeHttpClient.makeAgentLayer({ keepAlive: true }))
  )
}

export interface Served {
  readonly origin: string
  readonly baseUrl: string
  /** All requests, with what they carried. */
  readonly seen: Array<Pick<IncomingMessage, "method" | "url" | "headers"> & { body: string }>
  /** Connections that carried a request: all there ever were, and those still open. */
  readonly sockets: { accepted: number; open: number }
  readonly closeConnections: Effect.Effect<void>
}

type Handler = (request: IncomingMessage, response: ServerResponse, nth: number) => void

const listen = (handler: Handler): Effect.Effect<Served & { readonly close: Effect.Effect<void> }> =>
  Effect.async((resume) => {
    const seen: Served["seen"] = []
    const sockets = { accepted: 0, open: 0 }
    const used = new WeakSet<Socket>()
    const use = (socket: Socket) => {
      if (used.has(socket)) return
      used.add(socket)
      sockets.accepted += 1
      sockets.open += 1
      socket.on("close", () => (sockets.open -= 1))
    }
    const server = createServer((request, response) => {
      const { headers, method, url } = request
      const record = { method, url, headers, body: "" }
      const nth = seen.push(record)
      use(request.socket)
      request.on("data", (chunk) => (record.body += String(chunk)))
      // The body is whole before anything is answered.
      request.on("end", () => handler(request, response, nth))
      response.on("error", () => undefined)
    })
    server.on("connection", (socket: Socket) => socket.on("error", () => undefined))
    server.keepAliveTimeout = 60_000
    server.listen(0, "127.0.0.1", () => {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const closeConnections = Effect.sync(() => server.closeAllConnections())
      const close = Effect.async<void>((done) => {
        server.close(() => done(Effect.void))
        server.closeAllConnections()
      })
      resume(Effect.succeed({ origin, baseUrl: `${origin}/api/v1`, seen, sockets, closeConnections, close }))
    })
  })

/** A server for as long as the scope lives. `nth` counts the requests from 1. */
export const serve = (handler: Handler): Effect.Effect<Served, never, Scope.Scope> =>
  Effect.acquireRelease(listen(handler), ({ close }) => close)

/** The service with a fixed token at a server. */
export const at = (
  { baseUrl }: Pick<Served, "baseUrl">,
  client: Layer.Layer<HttpClient.HttpClient>,
  retry?: OauthClientsOptions["retry"]
): Layer.Layer<OauthClientsService> =>
  OauthClientsService.layer({ baseUrl, credentials: { accessToken: Redacted.make("tok-1") }, retry }).pipe(
    Layer.provide(client),
    Layer.orDie
  )

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
