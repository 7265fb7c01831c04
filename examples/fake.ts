/**
 * Serves the fake on the loopback interface until it is stopped, for a program in any language:
 *
 *     npm run fake -- --port 4010 --users 3 --clients 250 --profile spec
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as HttpServer from "@effect/platform/HttpServer"
import type { FakeOptions, FakeProfile } from "effect-processmaker-oauth/testing"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createServer } from "node:http"
import { parseArgs } from "node:util"

class Refused extends Data.TaggedError("Refused")<{ readonly message: string }> {}

interface Flags extends FakeOptions {
  readonly port: number
}

const profiles: ReadonlyArray<FakeProfile> = ["default", "spec", "laravel54", "laravel55", "carbon2016", "jsonapi014"]

const wholeNumber = (flag: string, text: string, least: number, most: number): number => {
  const number = /^\d+$/.test(text) ? Number(text) : -1
  if (number >= least && number <= most) return number
  throw new Refused({ message: `--${flag} must be a whole number from ${least} to ${most}, not "${text}"` })
}

const profileNamed = (name: string): FakeProfile => {
  const profile = profiles.find((known) => known === name)
  if (profile !== undefined) return profile
  throw new Refused({ message: `--profile must be one of ${profiles.join(", ")}, not "${name}"` })
}

const readFlags = (args: ReadonlyArray<string>): Flags => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: "0" },
      users: { type: "string", default: "2" },
      clients: { type: "string", default: "20" },
      profile: { type: "string", default: "default" }
    }
  })
  return {
    port: wholeNumber("port", values.port, 0, 65_535),
    users: wholeNumber("users", values.users, 1, 10_000),
    clients: wholeNumber("clients", values.clients, 0, 10_000_000),
    profile: profileNamed(values.profile)
  }
}

const flags = Effect.try({
  try: () => readFlags(process.argv.slice(2)),
  // Node says in a second sentence how to pass an argument that only looks like a flag.
  catch: (error) =>
    new Refused({ message: error instanceof Error ? error.message.split(". ")[0] ?? "" : String(error) })
})

const announce = HttpServer.addressFormattedWith((origin) =>
  Effect.flatMap(FakeProcessMaker, ({ credentials, userIds }) =>
    Console.log(JSON.stringify({
      baseUrl: `${origin}/api/v1`,
      tokenUrl: `${origin}/oauth/access_token`,
      userIds,
      clientId: credentials.clientId,
      clientSecret: Redacted.value(credentials.clientSecret),
      username: credentials.username,
      password: Redacted.value(credentials.password)
    })))
)

const listening = (port: number) => {
  const server = createServer()
  // Without this, a client that keeps its connection open would keep the fake from stopping.
  const hangUp = Layer.scopedDiscard(Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections())))
  return Layer.provideMerge(hangUp, NodeHttpServer.layer(() => server, { port, host: "127.0.0.1" }))
}

const program = Effect.gen(function*() {
  const { port, ...options } = yield* flags
  const served = HttpServer.serve(FakeProcessMaker.httpApp)
  yield* Layer.launch(
    Layer.mergeAll(served, Layer.effectDiscard(announce)).pipe(
      Layer.provide(FakeProcessMaker.layer(options)),
      Layer.provide(listening(port))
    )
  ).pipe(
    Effect.catchTag(
      "ServeError",
      ({ cause }) =>
        Effect.fail(
          new Refused({ message: `cannot listen on port ${port}: ${cause instanceof Error ? cause.message : cause}` })
        )
    )
  )
})

NodeRuntime.runMain(
  Effect.catchTag(
    program,
    "Refused",
    ({ message }) =>
      Effect.zipRight(
        Console.error(`fake: ${message}`),
        Effect.sync(() => {
          process.exitCode = 1
        })
      )
  )
)
