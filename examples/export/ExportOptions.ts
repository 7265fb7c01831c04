/** The command line of the export. */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { checked, flag, optional, paragraphs, wholeNumber } from "../support/commandLine.js"

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
  readonly noAdd: boolean
  readonly restart: boolean
}

/** The command without its handler. */
export const exportCommand: Command.Command<"export-clients", never, never, ExportOptions> = Command.make(
  "export-clients",
  {
    user: Options.text("user").pipe(
      Options.withPseudoName("id"),
      Options.withDescription("The user whose clients to export. Defaults to PROCESSMAKER_USER_ID."),
      optional
    ),
    out: checked(Options.text("out"), (file) => file === "" ? undefined : file, () => "--out must name a file").pipe(
      Options.withDescription("The file to write."),
      Options.withDefault("oauth-clients.ndjson")
    ),
    html: checked(Options.text("html"), (file) => file === "" ? undefined : file, () => "--html must name a file").pipe(
      Options.withPseudoName("file"),
      Options.withDescription("Also write a report of the run as an HTML file."),
      optional
    ),
    secrets: flag("secrets", "Write the clients' secrets too."),
    perPage: wholeNumber("per-page", 1, 100).pipe(
      Options.withDescription("Clients per page. Defaults to 100, or 25 with the fake server."),
      optional
    ),
    prefetch: wholeNumber("prefetch", 0, 100).pipe(
      Options.withDescription("Pages in flight ahead of the one being written. Defaults to 1."),
      optional
    ),
    skipInvalid: flag("skip-invalid", "Skip clients that cannot be read, instead of failing."),
    patient: flag("patient", "Keep retrying for an hour or two, instead of failing after two minutes."),
    add: flag("add", "Add a client first and read it back. Always done with the fake server."),
    noAdd: flag("no-add", "Do not add a client, not even with the fake server."),
    restart: flag("restart", "Discard an unfinished export of this file and start over.")
  }
).pipe(
  Command.withDescription(paragraphs(
    "Exports all OAuth clients of a user as NDJSON: one JSON object per line.",
    "The tenant comes from the environment: PROCESSMAKER_BASE_URL, PROCESSMAKER_CLIENT_ID, PROCESSMAKER_CLIENT_SECRET, "
      + "PROCESSMAKER_USERNAME and PROCESSMAKER_PASSWORD, or PROCESSMAKER_ACCESS_TOKEN in place of the last four. Without "
      + "PROCESSMAKER_BASE_URL, the export starts a fake server and reads from it.",
    "While the export runs, the file is called <file>.partial, and <file>.checkpoint has its progress. The next run "
      + "with the same options resumes an export that was stopped, even by kill -9."
  ))
)
