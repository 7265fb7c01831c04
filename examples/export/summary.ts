/** What an export did, as a short table. */
import Table from "cli-table3"
import * as Option from "effect/Option"
import type { Exported } from "./exportClients.js"

export const summary = (out: string, { checkpoint, report }: Exported): string => {
  const rows: Array<[string, string | number]> = [["file", out], ["clients", checkpoint.clients]]
  if (checkpoint.added !== null) rows.push(["added by this export", checkpoint.added.id ?? checkpoint.added.name])
  if (Option.isNone(report)) {
    rows.push(["pages", "all read by an earlier run"])
    return render(rows)
  }
  const { clients, duplicatesDropped, firstTotal, lastTotal, pages, rejected, retries, suspectedMisses } = report.value
  rows.push(["pages", pages])
  if (clients !== checkpoint.clients) rows.push(["clients of this run", clients])
  rows.push(
    ["repeated requests", retries],
    ["total, first and last", `${Option.getOrElse(firstTotal, () => "?")}, ${Option.getOrElse(lastTotal, () => "?")}`],
    ["duplicates dropped", duplicatesDropped],
    ["suspected misses", suspectedMisses]
  )
  if (rejected > 0) rows.push(["left out, unreadable", rejected])
  const note = suspectedMisses === 0
    ? ""
    : "\nSuspected misses are clients that the server counts and that were not read: most likely they were added, during\n"
      + "the export, to the part of the list that was read already. A new export has them."
  return render(rows) + note
}

const render = (rows: ReadonlyArray<[string, string | number]>): string => {
  const table = new Table({
    style: { head: [], border: [] },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" }
  })
  table.push(...rows.map(([name, value]) => [name, value]))
  return table.toString()
}
