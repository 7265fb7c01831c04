/** The result of an export, as a short table. */
import * as Option from "effect/Option"
import { tableOf } from "../support/terminal.js"
import type { Row } from "../support/terminal.js"
import type { Exported } from "./exportClients.js"

export const summary = (out: string, { checkpoint, report }: Exported): string => {
  const rows: Array<Row> = [["file", out], ["clients", checkpoint.clients]]
  if (checkpoint.added !== null) rows.push(["added by this export", checkpoint.added.id ?? checkpoint.added.name])
  if (Option.isNone(report)) {
    rows.push(["pages", "all read by an earlier run"])
    return tableOf(rows)
  }
  const { clients, duplicatesDropped, firstTotal, lastTotal, pages, rejected, retries } = report.value
  const { changes, extraRequests, suspectedMisses, unproven } = report.value
  rows.push(["pages", pages])
  if (clients !== checkpoint.clients) rows.push(["clients of this run", clients])
  rows.push(
    ["retried requests", retries],
    ["extra requests", extraRequests],
    ["changes of the list", changes],
    ["total, first and last", `${Option.getOrElse(firstTotal, () => "?")}, ${Option.getOrElse(lastTotal, () => "?")}`],
    ["duplicates dropped", duplicatesDropped]
  )
  if (rejected > 0) rows.push(["left out, unreadable", rejected])
  if (unproven) rows.push(["suspected misses", suspectedMisses])
  const note = unproven
    ? "\nThe server's pages could not overlap: a client may be missing if the list changed during the export. Suspected misses\n"
      + "are clients that the server counts and that were not read. Run the export again to be sure."
    : "\nEach client that was in the list from start to end is in the file exactly once, whatever was added or deleted."
  return tableOf(rows) + note
}
