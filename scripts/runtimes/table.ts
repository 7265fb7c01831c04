/** The table of docs/runtimes.md. */
import type { Outcome } from "./place.js"

export interface Row {
  readonly name: string
  readonly version: string
  readonly client: string
  readonly outcome: Outcome
}

const clients: Readonly<Record<string, string>> = { fetch: "`FetchHttpClient`", undici: "`NodeHttpClient.layerUndici`" }

// The message of a failure may name folders of whoever ran this: it belongs on the screen only.
const cells = ({ client, name, outcome, version }: Row): ReadonlyArray<string> =>
  outcome.passed
    ? [name, version, clients[client] ?? client, "passes", `${outcome.redirect}`, outcome.refused]
    : [name, version, clients[client] ?? client, "**fails**", "", ""]

/** Padded as the formatter would. */
export const tableOf = (rows: ReadonlyArray<Row>): string => {
  const head = ["runtime", "version", "HTTP client", "result", "a redirect is seen as", "a refused connection is"]
  const body = rows.map(cells)
  const widths = head.map((title, column) => Math.max(title.length, ...body.map((row) => row[column]?.length ?? 0)))
  const line = (row: ReadonlyArray<string>, fill: string) =>
    `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width, fill)).join(" | ")} |`
  return [line(head, " "), line([], "-"), ...body.map((row) => line(row, " "))].join("\n")
}

export const withTable = (page: string, table: string): string => {
  const block = /(?<=<!-- runtimes:start -->)[^]*?(?=<!-- runtimes:end -->)/
  if (!block.test(page)) {
    throw new Error("the markers runtimes:start and runtimes:end are missing")
  }
  return page.replace(block, () => `\n\n${table}\n\n`)
}
