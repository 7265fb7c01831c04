/**
 * Serves the fake on the loopback interface until it is stopped, for a program in any language:
 *
 *     npm run fake -- --port 4010 --users 3 --clients 250 --profile spec
 */
import type { FakeProfile } from "effect-processmaker-oauth/testing"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { parseArgs } from "node:util"
import { parsed, UsageError, wholeNumber } from "./support/commandLine.js"
import { runExample } from "./support/runExample.js"
import { ServedFake, serveFake } from "./support/serveFake.js"

class Refused extends Data.TaggedError("Refused")<{ readonly message: string }> {}

const profileNamed = (name: string | undefined): Effect.Effect<FakeProfile | undefined, UsageError> => {
  const profile = FakeProcessMaker.profiles.find((known) => known === name)
  return name === undefined || profile !== undefined
    ? Effect.succeed(profile)
    : Effect.fail(
      new UsageError({ message: `--profile must be one of ${FakeProcessMaker.profiles.join(", ")}, not "${name}"` })
    )
}

// What is not given has the default of the fake itself.
const readOptions = (args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { values } = yield* parsed(() =>
      parseArgs({
        args: [...args],
        options: {
          port: { type: "string" },
          users: { type: "string" },
          clients: { type: "string" },
          profile: { type: "string" }
        }
      })
    )
    return {
      port: yield* wholeNumber("--port", values.port, 0, 65_535),
      users: yield* wholeNumber("--users", values.users, 1, 10_000),
      clients: yield* wholeNumber("--clients", values.clients, 0, 10_000_000),
      profile: yield* profileNamed(values.profile)
    }
  })

/** Whether somebody reads it matters: else nobody knows where the fake is. */
const print = (line: string): Effect.Effect<void, Refused> =>
  Effect.async((resume) => {
    process.stdout.write(`${line}\n`, (error) =>
      resume(error ? Effect.fail(new Refused({ message: `cannot say where it is: ${error.message}` })) : Effect.void))
  })

const announce = Effect.gen(function*() {
  const { baseUrl, tokenUrl } = yield* ServedFake
  const { credentials, userIds } = yield* FakeProcessMaker
  yield* print(JSON.stringify({
    baseUrl,
    tokenUrl,
    userIds,
    clientId: credentials.clientId,
    clientSecret: Redacted.value(credentials.clientSecret),
    username: credentials.username,
    password: Redacted.value(credentials.password)
  }))
})

const program = Effect.gen(function*() {
  const options = yield* readOptions(process.argv.slice(2))
  yield* Effect.zipRight(announce, Effect.never).pipe(
    Effect.provide(serveFake(options)),
    Effect.catchTag("ServeError", ({ cause }) =>
      Effect.fail(
        new Refused({
          message: `cannot listen on port ${options.port ?? 0}: ${cause instanceof Error ? cause.message : cause}`
        })
      ))
  )
}).pipe(Effect.mapError(({ message }) => new Refused({ message: `fake: ${message}` })))

runExample(program)
