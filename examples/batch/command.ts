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
  Options.withDescription("A file with one user ID per line. Blank lines and comments after a # are ignored."),
  optional
)
const out = Options.text("out").pipe(
  Options.withPseudoName("file"),
  Options.withDescription("The file to write: one JSON object per line, a client with its userId."),
  Options.withDefault("batch.ndjson")
)
const html = Options.text("html").pipe(
  Options.withPseudoName("file"),
  Options.withDescription("Also write a report of this run as an HTML file."),
  optional
)
const concurrency = wholeNumber("concurrency", 1, 1000).pipe(
  Options.withDescription("The number of users that this process exports at a time."),
  Options.withDefault(8)
)
const rate = checked(
  Options.text("rate"),
  (text) => {
    const number = Number(/^(\d+(?:\.\d+)?)\/s$/.exec(text)?.[1])
    return number > 0 && number <= 1000 ? number : undefined
  },
  (text) => `--rate must be requests per second, like 20/s, at most 1000/s, not "${text}"`
).pipe(
  Options.withPseudoName("n/s"),
  Options.withDescription(
    "The maximum requests per second of all runners together. Pass the same value to every runner."
  ),
  optional
)
const store = Options.text("store").pipe(
  Options.withPseudoName("file"),
  Options.withDescription("The database file that stores the progress."),
  Options.withDefault("batch.db")
)
const port = wholeNumber("port", 1, 65_535).pipe(
  Options.withDescription("The port at which other runners reach this one."),
  Options.withDefault(34_431)
)
const host = Options.text("host").pipe(
  Options.withPseudoName("name"),
  Options.withDescription("The host name or address at which other runners reach this one."),
  Options.withDefault("127.0.0.1")
)

export const command = Command.make("batch", { job, users, out, html, store, rate, concurrency }, runHere).pipe(
  Command.withDescription(paragraphs(
    "Exports the OAuth clients of many users as one durable job. If it is killed, the same command continues it."
  )),
  Command.withSubcommands([
    Command.make("runner", { port, host, rate, concurrency }, runner).pipe(
      Command.withDescription("Works on all jobs until it is stopped.")
    ),
    Command.make("submit", { job, users }, submit).pipe(
      Command.withDescription("Submits a job and waits until it is done.")
    ),
    Command.make("status", { job, json: flag("json", "Print JSON.") }, status).pipe(
      Command.withDescription("Shows the progress of a job.")
    ),
    Command.make("write", { job, out }, write).pipe(
      Command.withDescription("Writes the clients of a job that is done.")
    )
  ])
)
