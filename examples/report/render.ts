/** A run as one HTML file, without scripts or external resources. */
import { adviceFor } from "./advice.js"
import { Html, html } from "./html.js"
import { latency, milliseconds, percentile, throughput, waits } from "./plots.js"
import type { Drift, Failure, Outcome, Rejected, Run } from "./Run.js"
import { style } from "./style.js"

/** The maximum number of rows in a table. */
const mostRows = 20

export const render = (run: Run): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${run.title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
${heading(run)}
${figures(run)}
${run.failures.length === 0 ? none : failures(run.failures)}
${
    section(
      "Throughput",
      "Clients read per second.",
      run.pages.length === 0 ? undefined : throughput(run),
      "No page was read."
    )
  }
${pageTimes(run.latencies)}
${retries(run)}
${drift(run)}
${run.rejected.length === 0 ? none : rejected(run.rejected)}
</main>
</body>
</html>
`.text

const none = html``

const words: Readonly<Record<Outcome, string>> = {
  completed: "Completed",
  failed: "Failed",
  interrupted: "Stopped early"
}

const heading = ({ elapsed, outcome, source, startedAt, title }: Run): Html => {
  const started = new Date(startedAt).toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC")
  return html`<header>
<h1>${title}</h1>
<p><span class="badge ${outcome}">${words[outcome]}</span> in ${
    duration(elapsed)
  }, from ${source}, started ${started}</p>
</header>`
}

const figures = (run: Run): Html => {
  const clients = sum(run.pages.map((page) => page.clients))
  const entries: ReadonlyArray<readonly [name: string, value: string]> = [
    ...(run.users > 1 ? [["users", count(run.users)] as const] : []),
    ["clients", count(clients)],
    ["pages", count(run.pages.length)],
    ["clients/s", count(Math.round(clients * 1000 / Math.max(1, run.elapsed)))],
    ["retries", count(run.retries.length)],
    ["extra requests", count(run.extraRequests)],
    ["duplicates dropped", count(run.duplicatesDropped)],
    ...(run.unproven > 0 ? [["suspected misses", count(run.suspectedMisses)] as const] : []),
    ...(run.rejected.length > 0 ? [["left out", count(run.rejected.length)] as const] : []),
    ...(run.failures.length > 0 ? [["failures", count(run.failures.length)] as const] : [])
  ]
  return html`<dl class="figures">${
    entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)
  }</dl>
${notes(run).map((note) => html`<p class="note">${note}</p>`)}`
}

/** How certain it is that no client is missing. */
const notes = ({ failures, outcome, rejected, suspectedMisses, unproven, users }: Run): ReadonlyArray<string> => {
  if (unproven > 0) {
    const pages = users === 1 ? "The server's pages" : `The pages of ${plural(unproven, "user", "users")}`
    const note = `${pages} could not overlap: a client may be missing if the list changed during the run.`
    return suspectedMisses === 0 ? [note] : [note, missed]
  }
  return outcome === "completed" && failures.length === 0 && rejected.length === 0
    ? ["Each client that stayed in its list during the run was read exactly once, whatever was added or deleted."]
    : []
}

const missed =
  "Suspected misses are clients that the server counts and that were not read. Most likely they were added during the run. A new run reads them."

/** A plot with its caption, or a sentence if there is nothing to draw. */
const section = (title: string, caption: string, plot: Html | undefined, otherwise: string): Html =>
  html`<section>
<h2>${title}</h2>
${
    plot === undefined
      ? html`<p class="note">${otherwise}</p>`
      : html`<figure><figcaption>${caption}</figcaption>${plot}</figure>`
  }
</section>`

const pageTimes = (latencies: ReadonlyArray<number>): Html => {
  const sorted = [...latencies].sort((left, right) => left - right)
  const [half, most, nearlyAll] = [0.5, 0.95, 0.99].map((share) => milliseconds(percentile(sorted, share)))
  return section(
    "Time per page",
    `Half of the pages took ${half} or less, 95 % ${most}, 99 % ${nearlyAll}, retries and waits included.`,
    latencies.length === 0 ? undefined : latency(latencies),
    "Nothing was measured."
  )
}

const retries = (run: Run): Html =>
  section(
    "Retries and waits",
    `${plural(run.retries.length, "request", "requests")} failed and went out again, after ${
      duration(sum(run.retries.map(({ delay }) => delay)))
    } of waiting in all.`,
    run.retries.length === 0 ? undefined : waits(run),
    "No request was retried."
  )

const drift = ({ drifts, users }: Run): Html =>
  drifts.length === 0
    ? section("Changes to the list", "", undefined, "No change was seen while the list was read.")
    : html`<section>
<h2>Changes to the list</h2>
<p class="note">The list changed while it was read. Each of these was recovered, unless the failures say otherwise.</p>
${
      table(["at", ...(users > 1 ? ["user"] : []), "page", "what changed"], drifts, (change) => [
        duration(change.at),
        ...(users > 1 ? [change.userId] : []),
        count(change.page),
        describeDrift(change)
      ])
    }
</section>`

const describeDrift = ({ repeated, totalBefore, totalNow }: Drift): string => {
  const length = (total: number | null) => total === null ? "an unknown number" : count(total)
  const grew = totalBefore === totalNow ? [] : [`from ${length(totalBefore)} to ${length(totalNow)} clients`]
  const again = repeated === 0 ? [] : [`${plural(repeated, "client", "clients")} came again`]
  return [...grew, ...again].join(", ") || "the clients moved"
}

const rejected = (rows: ReadonlyArray<Rejected>): Html =>
  html`<section>
<h2>Left out</h2>
<p class="note">These rows could not be read, and are not in the output.</p>
${
    table(
      ["user", "page", "row", "why"],
      rows,
      ({ issue, page, row, userId }) => [userId, count(page), count(row), issue]
    )
  }
</section>`

const failures = (all: ReadonlyArray<Failure>): Html => {
  const byTag = new Map<string, Array<Failure>>()
  for (const failure of all) byTag.set(failure.tag, [...(byTag.get(failure.tag) ?? []), failure])
  const sorted = [...byTag].sort(([, left], [, right]) => right.length - left.length)
  return html`<section>
<h2>Failures</h2>
${
    sorted.map(([tag, group]) =>
      html`<div class="failure">
<strong class="tag">${tag}</strong>${group.length === 1 ? "" : `, ${count(group.length)} users`}
<p>${adviceFor(tag)}</p>
<p class="note">${group[0]?.message ?? ""}</p>
${group.length === 1 ? none : html`<p class="note">Users: ${userList(group)}</p>`}
</div>`
    )
  }
</section>`
}

const userList = (group: ReadonlyArray<Failure>): string => {
  const shown = group.slice(0, 10).map(({ userId }) => userId).join(", ")
  return group.length > 10 ? `${shown}, and ${count(group.length - 10)} more` : shown
}

const table = <A>(
  names: ReadonlyArray<string>,
  rows: ReadonlyArray<A>,
  cells: (row: A) => ReadonlyArray<string>
): Html =>
  html`<table>
<thead><tr>${names.map((name) => html`<th>${name}</th>`)}</tr></thead>
<tbody>${
    rows.slice(0, mostRows).map((row) =>
      html`<tr>${cells(row).map((cell) => html`<td>${cell}</td>`)}</tr>
`
    )
  }</tbody>
</table>
${rows.length > mostRows ? html`<p class="note">And ${count(rows.length - mostRows)} more.</p>` : none}`

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

const count = (value: number): string => value.toLocaleString("en-US")

const plural = (value: number, one: string, many: string): string => `${count(value)} ${value === 1 ? one : many}`

const duration = (millis: number): string => {
  if (millis < 1000) return milliseconds(millis)
  if (millis < 60_000) return `${(millis / 1000).toFixed(1)} s`
  const minutes = Math.floor(millis / 60_000)
  return minutes < 60
    ? `${minutes} min ${Math.floor(millis / 1000) % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
