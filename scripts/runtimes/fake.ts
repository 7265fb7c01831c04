/** The fake on a loopback port, with what a smoke program meets there. */
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { FakeProcessMaker, Fault } from "effect-processmaker-oauth/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { ServedFake, serveFake } from "../../examples/support/serveFake.js"
import type { Place } from "./place.js"

const clients = 24
const perPage = 10

/** The port of a server on the loopback interface, for as long as the scope lasts. */
export const listening = (server: ReturnType<typeof createServer>) =>
  Effect.acquireRelease(
    Effect.async<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

// A port that was free a moment ago; browsers refuse to even try the low ones.
const closedPort = Effect.scoped(listening(createServer()))

const onceHanging = (wanted: boolean) =>
  Effect.flatMap(FakeProcessMaker, (fake) => fake.inFlight("findOauthClientById")).pipe(
    Effect.repeat({ until: (count) => count > 0 === wanted, schedule: Schedule.spaced("20 millis") }),
    Effect.as(HttpServerResponse.empty({ headers: { "access-control-allow-origin": "*" } }))
  )

const app = Effect.flatMap(
  HttpServerRequest.HttpServerRequest,
  ({ url }) => url === "/hangs" ? onceHanging(true) : url === "/hung-up" ? onceHanging(false) : FakeProcessMaker.httpApp
)

/** The place to run the smoke program against. */
export class FakePlace extends Context.Tag("scripts/FakePlace")<FakePlace, Place>() {}

const place = Layer.effect(
  FakePlace,
  Effect.gen(function*() {
    const fake = yield* FakeProcessMaker
    yield* fake.script(Fault.onOperation("findOauthClientById", Fault.pass, Fault.hang, Fault.loginRedirect))
    const { clientId, clientSecret, password, username } = fake.credentials
    const { baseUrl, tokenUrl } = yield* ServedFake
    const { origin } = new URL(baseUrl)
    return {
      baseUrl,
      tokenUrl,
      nobody: `http://127.0.0.1:${yield* closedPort}/api/v1`,
      hangs: `${origin}/hangs`,
      hungUp: `${origin}/hung-up`,
      userId: fake.userIds[0] ?? "",
      clients,
      perPage,
      clientId,
      clientSecret: Redacted.value(clientSecret),
      username,
      password: Redacted.value(password)
    }
  })
)

/** A fake of its own for one run. */
export const layerFake: Layer.Layer<FakeProcessMaker | FakePlace> = place.pipe(
  Layer.provideMerge(serveFake({ users: 1, clients }, app)),
  Layer.orDie
)
