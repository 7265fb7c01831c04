/**
 * A service that finds OAuth clients for callers without credentials. Errors keep their types across the wire: the
 * caller catches a `ProcessMakerNotFound` by its tag.
 *
 *     npx tsx examples/rpc.ts
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as HttpServer from "@effect/platform/HttpServer"
import * as Rpc from "@effect/rpc/Rpc"
import * as RpcClient from "@effect/rpc/RpcClient"
import * as RpcGroup from "@effect/rpc/RpcGroup"
import * as RpcSerialization from "@effect/rpc/RpcSerialization"
import * as RpcServer from "@effect/rpc/RpcServer"
import { OauthClientsError, OauthClientsService, OauthClientWithoutSecret } from "effect-processmaker-oauth"
import { layerTest } from "effect-processmaker-oauth/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { createServer } from "node:http"

const Clients = RpcGroup.make(
  Rpc.make("FindClient", {
    payload: { userId: Schema.String, clientId: Schema.String },
    success: OauthClientWithoutSecret,
    error: OauthClientsError
  })
)

const handlers = Clients.toLayer(Effect.map(OauthClientsService, (oauthClients) =>
  Clients.of({
    FindClient: ({ clientId, userId }) => oauthClients.findOauthClientById(userId, clientId)
  })))

const server = HttpServer.serve(Effect.flatten(RpcServer.toHttpApp(Clients))).pipe(
  Layer.provide(handlers),
  // In your own service: OauthClientsService.layerConfig over an HttpClient.
  Layer.provide(layerTest({ users: [{ id: "u-7", clients: [{ id: "17", name: "Billing bot" }] }] })),
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
)

const caller = Effect.gen(function*() {
  const { FindClient } = yield* RpcClient.make(Clients)
  for (const clientId of ["17", "18", ".."]) {
    yield* FindClient({ userId: "u-7", clientId }).pipe(
      Effect.flatMap(({ name }) => Console.log(`found ${name}`)),
      Effect.catchTags({
        ProcessMakerNotFound: (error) => Console.log(`there is no client ${error.clientId}`),
        ProcessMakerInvalidRequest: ({ message }) => Console.log(message)
      })
    )
  }
})

const transport = Layer.unwrapEffect(
  HttpServer.addressFormattedWith((url) => Effect.succeed(RpcClient.layerProtocolHttp({ url })))
).pipe(Layer.provide(NodeHttpClient.layerUndici))

Effect.runPromise(caller.pipe(
  Effect.scoped,
  Effect.provide(Layer.provideMerge(transport, server)),
  Effect.provide(RpcSerialization.layerJson)
))
