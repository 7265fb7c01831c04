/**
 * Serves the fake on the loopback interface until you stop it, for a program in any language:
 *
 *     npm run fake -- --port 4010 --users 3 --clients 250 --profile spec
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { checked, optional, paragraphs, runCommand, wholeNumber } from "./support/commandLine.js"
import { runProgram } from "./support/runProgram.js"
import { ServedFake, serveFake } from "./support/serveFake.js"

class Refused extends Data.TaggedError("Refused")<{ readonly message: string }> {}

/** Fails if nothing reads the output, since the address of the fake would be unknown. */
const print = (line: string): Effect.Effect<void, Refused> =>
  Effect.async((resume) => {
    process.stdout.write(`${line}\n`, (error) =>
      resume(error ? Effect.fail(new Refused({ message: `cannot print the address: ${error.message}` })) : Effect.void))
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

const serve = (options: Parameters<typeof serveFake>[0]) =>
  Effect.zipRight(announce, Effect.never).pipe(
    Effect.provide(serveFake(options)),
    Effect.catchTag("ServeError", ({ cause }) =>
      new Refused({
        message: `cannot listen on port ${options.port ?? 0}: ${cause instanceof Error ? cause.message : cause}`
      }))
  )

// Omitted options have the fake's own defaults.
const command = Command.make("fake", {
  port: wholeNumber("port", 0, 65_535).pipe(
    Options.withDescription("The port to listen on. Defaults to one that is free."),
    optional
  ),
  users: wholeNumber("users", 1, 10_000).pipe(
    Options.withDescription("The number of users. Defaults to 2."),
    optional
  ),
  clients: wholeNumber("clients", 0, 10_000_000).pipe(
    Options.withDescription("The number of clients of each user. Defaults to 20."),
    optional
  ),
  profile: checked(
    Options.text("profile"),
    (name) => FakeProcessMaker.profiles.find((known) => known === name),
    (name) => `--profile must be one of ${FakeProcessMaker.profiles.join(", ")}, not "${name}"`
  ).pipe(
    Options.withDescription(`The server to imitate: ${FakeProcessMaker.profiles.join(", ")}. Defaults to default.`),
    optional
  )
}, serve).pipe(Command.withDescription(paragraphs(
  "Serves a fake ProcessMaker on the loopback interface until it is stopped.",
  "Prints one JSON line with baseUrl, tokenUrl, userIds, clientId, clientSecret, username and password."
)))

runProgram("fake", runCommand(command, process.argv.slice(2)), ({ message }) => ({ line: message, exitCode: 1 }))
