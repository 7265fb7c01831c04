/** Serves the fake on a port of the loopback interface, for programs that use HTTP. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServer from "@effect/platform/HttpServer"
import type * as HttpServerError from "@effect/platform/HttpServerError"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import type { FakeOptions } from "effect-processmaker-oauth/testing"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createServer } from "node:http"

/** The address of a served fake, and the environment of a program that uses it. */
export class ServedFake extends Context.Tag("examples/ServedFake")<ServedFake, {
  readonly baseUrl: string
  readonly tokenUrl: string
  readonly environment: Readonly<Record<string, string>>
}>() {}

const place = Layer.effect(
  ServedFake,
  Effect.gen(function*() {
    const { credentials, userIds } = yield* FakeProcessMaker
    const origin = yield* HttpServer.addressFormattedWith(Effect.succeed)
    const baseUrl = `${origin}/api/v1`
    const tokenUrl = `${origin}/oauth/access_token`
    return {
      baseUrl,
      tokenUrl,
      environment: {
        PROCESSMAKER_BASE_URL: baseUrl,
        PROCESSMAKER_TOKEN_URL: tokenUrl,
        PROCESSMAKER_CLIENT_ID: credentials.clientId,
        PROCESSMAKER_CLIENT_SECRET: Redacted.value(credentials.clientSecret),
        PROCESSMAKER_USERNAME: credentials.username,
        PROCESSMAKER_PASSWORD: Redacted.value(credentials.password),
        PROCESSMAKER_USER_ID: userIds[0] ?? ""
      }
    }
  })
)

const listen = (port: number) =>
  Layer.unwrapEffect(Effect.sync(() => {
    const server = createServer()
    // A keep-alive connection would prevent the server from closing.
    const hangUp = Layer.scopedDiscard(Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections())))
    return Layer.provideMerge(hangUp, NodeHttpServer.layer(() => server, { port, host: "127.0.0.1" }))
  }))

/** Serves a new fake, or an app around it. Port 0 picks a free port. */
export const serveFake = (
  options: FakeOptions & { readonly port?: number | undefined },
  app: HttpApp.Default<never, FakeProcessMaker> = FakeProcessMaker.httpApp
): Layer.Layer<FakeProcessMaker | ServedFake, HttpServerError.ServeError> =>
  Layer.provideMerge(HttpServer.serve(app), place).pipe(
    Layer.provideMerge(FakeProcessMaker.layer(options)),
    Layer.provide(listen(options.port ?? 0))
  )

/** Makes the program read its configuration from the served fake instead of the environment. */
export const configFromFake: Layer.Layer<never, never, ServedFake> = Layer.unwrapEffect(
  Effect.map(
    ServedFake,
    ({ environment }) => Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment))))
  )
)
