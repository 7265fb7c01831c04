/** The command line of a batch. */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { checked, flag, optional, paragraphs, wholeNumber } from "../support/commandLine.js"
import { runHere, runner, status, submit, write } from "./commands.js"

const job = Options.text("job").pipe(
  Options.withPseudoName("name"),
  Options.withDescription("The name of the job. The same name continues it."),
  Options.withDefault("export")
)
const users = Options.text("users").pipe(
  Options.withPseudoName("file"),
  Options.withDescription("A file with a user id a line. Blank lines and what follows a # are ignored."),
  optional
)
const out = Options.text("out").pipe(
  Options.withPseudoName("file"),
  Options.withDescription("The file to write: a line of JSON for each client, with its userId."),
  Options.withDefault("batch.ndjson")
)
const html = Options.text("html").pipe(
  Options.withPseudoName("file"),
  Options.withDescription("Also write a report of this run to look at, as one HTML file."),
  optional
)
const concurrency = wholeNumber("concurrency", 1, 1000).pipe(
  Options.withDescription("Users that this process works on at a time."),
  Options.withDefault(8)
)
const rate = checked(
  Options.text("rate"),
  (text) => {
    const number = Number(/^(\d+(?:\.\d+)?)\/s$/.exec(text)?.[1])
    return number > 0 && number <= 1000 ? number : undefined
  },
  (text) => `--rate must be requests a second, like 20/s, at most 1000/s, not "${text}"`
).pipe(
  Options.withPseudoName("n/s"),
  Options.withDescription("The most requests a second, all runners together. Give every runner the same."),
  optional
)
const store = Options.text("store").pipe(
  Options.withPseudoName("file"),
  Options.withDescription("The database file that keeps the work."),
  Options.withDefault("batch.db")
)
const port = wholeNumber("port", 1, 65_535).pipe(
  Options.withDescription("The port where the other runners reach this one."),
  Options.withDefault(34_431)
)
const host = Options.text("host").pipe(
  Options.withPseudoName("name"),
  Options.withDescription("The name or address where the other runners reach this one."),
  Options.withDefault("127.0.0.1")
)

export const command = Command.make("batch", { job, users, out, html, store, rate, concurrency }, runHere).pipe(
  Command.withDescription(paragraphs(
    "Exports the OAuth clients of many users as one durable job: killed at any moment, the same command continues it."
  )),
  Command.withSubcommands([
    Command.make("runner", { port, host, rate, concurrency }, runner).pipe(
      Command.withDescription("Takes part in the work of all jobs until it is stopped.")
    ),
    Command.make("submit", { job, users }, submit).pipe(
      Command.withDescription("Hands in a job and waits for its end.")
    ),
    Command.make("status", { job, json: flag("json", "Print JSON.") }, status).pipe(
      Command.withDescription("Shows how far a job is.")
    ),
    Command.make("write", { job, out }, write).pipe(
      Command.withDescription("Writes the clients of a job that is done.")
    )
  ])
)
