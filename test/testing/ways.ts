/** Every way into the fake: without a socket, and through a port with each of the clients that Node has. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpServer from "@effect/platform/HttpServer"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import type { FakeOptions } from "effect-processmaker-oauth/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"
import type { Place } from "./callers.js"

/** Where the fake of a test is to be reached. */
export class Target extends Context.Tag("test/Target")<Target, Place>() {}

export type Way = (options?: FakeOptions) => Layer.Layer<FakeProcessMaker | HttpClient.HttpClient | Target>

const inProcess: Way = (options) =>
  Layer.merge(FakeProcessMaker.layerHttpClient, Layer.effect(Target, FakeProcessMaker)).pipe(
    Layer.provideMerge(FakeProcessMaker.layer(options))
  )

const target = Layer.effect(
  Target,
  Effect.gen(function*() {
    const { credentials } = yield* FakeProcessMaker
    return yield* HttpServer.addressFormattedWith((origin) =>
      Effect.succeed({ baseUrl: `${origin}/api/v1`, tokenUrl: `${origin}/oauth/access_token`, credentials })
    )
  })
)

// A connection that fetch opened and never used would keep the server from closing for some seconds.
const port = Layer.unwrapEffect(Effect.sync(() => {
  const server = createServer()
  const impatient = Layer.scopedDiscard(Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections())))
  return Layer.provideMerge(impatient, NodeHttpServer.layer(() => server, { port: 0, host: "127.0.0.1" }))
}))

/** The fake on a port of the loopback interface. */
export const served = (options?: FakeOptions): Layer.Layer<FakeProcessMaker | Target> =>
  Layer.provideMerge(HttpServer.serve(FakeProcessMaker.httpApp), target).pipe(
    Layer.provideMerge(FakeProcessMaker.layer(options)),
    Layer.provide(port),
    Layer.orDie
  )

const fetchLayer = FetchHttpClient.layer.pipe(
  Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
)

const over = (client: Layer.Layer<HttpClient.HttpClient>): Way => (options) =>
  Layer.provideMerge(client, served(options))

export const ways: Readonly<Record<string, Way>> = {
  "in process": inProcess,
  "on a port, undici": over(NodeHttpClient.layerUndici),
  "on a port, fetch": over(fetchLayer),
  "on a port, node:http": over(NodeHttpClient.layer)
}
