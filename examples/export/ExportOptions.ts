/** The command line of the export. */
import * as Effect from "effect/Effect"
import { parseArgs } from "node:util"
import { parsed, UsageError, wholeNumber } from "../support/commandLine.js"

export const help = `Exports all OAuth clients of a user as NDJSON: one JSON object a line.

  npm start -- [options]

  --user <id>       whose clients; default: PROCESSMAKER_USER_ID
  --out <file>      where to; default: oauth-clients.ndjson
  --html <file>     write a report of the run to look at
  --secrets         write the clients' secrets too
  --per-page <n>    clients on a page, 1 to 100; default: 100, and 25 from the fake
  --prefetch <n>    pages in flight ahead, 0 to 100; default: 1
  --skip-invalid    go on after a client that cannot be read, instead of failing
  --patient         rather wait an hour than fail
  --no-add          do not add a client before the export
  --restart         forget an unfinished export of this file, and start over
  --help            show this

The tenant comes from the environment: PROCESSMAKER_BASE_URL, PROCESSMAKER_CLIENT_ID, PROCESSMAKER_CLIENT_SECRET,
PROCESSMAKER_USERNAME and PROCESSMAKER_PASSWORD (or PROCESSMAKER_ACCESS_TOKEN instead of the last four). Without
PROCESSMAKER_BASE_URL the export is one from a fake server, started for it.

While it runs, the file is <file>.partial, and <file>.checkpoint says how far it is: a run that was stopped, even by
kill -9, is resumed by the next one with the same options.`

export interface ExportOptions {
  readonly user: string | undefined
  readonly out: string
  readonly html: string | undefined
  readonly secrets: boolean
  readonly perPage: number | undefined
  readonly prefetch: number | undefined
  readonly skipInvalid: boolean
  readonly patient: boolean
  readonly add: boolean
  readonly restart: boolean
}

/** What to do; nothing where help was asked for. */
export const parseOptions = (args: ReadonlyArray<string>): Effect.Effect<ExportOptions | undefined, UsageError> =>
  Effect.gen(function*() {
    const { values } = yield* parsed(() => parse(args))
    if (values.help) return undefined
    if (values.out === "") return yield* new UsageError({ message: "--out must name a file" })
    if (values.html === "" || values.html === values.out) {
      return yield* new UsageError({ message: "--html must name a file of its own" })
    }
    return {
      user: values.user,
      out: values.out,
      html: values.html,
      secrets: values.secrets,
      perPage: yield* wholeNumber("--per-page", values["per-page"], 1, 100),
      prefetch: yield* wholeNumber("--prefetch", values.prefetch, 0, 100),
      skipInvalid: values["skip-invalid"],
      patient: values.patient,
      add: !values["no-add"],
      restart: values.restart
    }
  })

const parse = (args: ReadonlyArray<string>) =>
  parseArgs({
    args: [...args],
    options: {
      user: { type: "string" },
      out: { type: "string", default: "oauth-clients.ndjson" },
      html: { type: "string" },
      secrets: { type: "boolean", default: false },
      "per-page": { type: "string" },
      prefetch: { type: "string" },
      "skip-invalid": { type: "boolean", default: false },
      patient: { type: "boolean", default: false },
      "no-add": { type: "boolean", default: false },
      restart: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false }
    }
  })
