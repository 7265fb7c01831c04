/** The plots of a report, as inline SVG, each in two widths so that the page can show the one that fits. */
import * as Plot from "@observablehq/plot"
import { parseHTML } from "linkedom"
import { Html, html } from "./html.js"
import type { Retry, Run } from "./Run.js"

const { document } = parseHTML("<!doctype html><html><body></body></html>")

const widths = { wide: 880, narrow: 340 }

type Width = keyof typeof widths

const draw = (label: string, options: (width: Width) => Plot.PlotOptions): Html =>
  html`${
    (["wide", "narrow"] as const).map((width) => {
      const svg = Plot.plot({
        document,
        className: "plot",
        ariaLabel: label,
        width: widths[width],
        height: 212,
        marginTop: 32,
        marginLeft: 48,
        marginRight: 16,
        marginBottom: 44,
        ...options(width)
      })
      svg.setAttribute("role", "img")
      return html`<div class="${width}">${new Html(svg.outerHTML)}</div>`
    })
  }`

/** The minimum range in milliseconds, since a shorter one would label its axis with odd fractions. */
const shortestTime = 1000

/** Seconds since the run began, or minutes for a long run. */
const timeAxis = (elapsed: number, width: Width) => {
  const inMinutes = elapsed >= 600_000
  return {
    unit: inMinutes ? 60_000 : 1000,
    options: {
      label: `${inMinutes ? "minutes" : "seconds"} since the start`,
      labelArrow: "none",
      labelOffset: 40,
      domain: [0, Math.max(shortestTime, elapsed) / (inMinutes ? 60_000 : 1000)],
      ticks: width === "wide" ? 10 : 5
    } satisfies Plot.ScaleOptions
  }
}

const countAxis = {
  labelArrow: "none",
  grid: true,
  ticks: 4,
  nice: true,
  tickFormat: (value: number) => value < 10_000 ? String(value) : `${value / 1000}k`
} satisfies Plot.ScaleOptions

/** Clients per second, in about as many steps as there are pages. */
export const throughput = ({ elapsed, pages }: Run): Html => {
  const steps = Math.max(12, Math.min(80, pages.length))
  const length = Math.max(shortestTime, elapsed) / steps
  const clients = Array.from({ length: steps }, () => 0)
  for (const page of pages) {
    const step = Math.min(steps - 1, Math.floor(page.at / length))
    clients[step] = (clients[step] ?? 0) + page.clients
  }
  return draw("Clients read per second, over time", (width) => {
    const { options, unit } = timeAxis(elapsed, width)
    const bars = clients.map((count, step) => ({
      from: step * length / unit,
      to: (step + 1) * length / unit,
      rate: count * 1000 / length
    }))
    return {
      x: options,
      y: { ...countAxis, label: "clients per second" },
      marks: [
        Plot.rectY(bars, { x1: "from", x2: "to", y: "rate", fill: "var(--accent)", insetLeft: 0.5, insetRight: 0.5 }),
        Plot.ruleY([0])
      ]
    }
  })
}

export const percentile = (sorted: ReadonlyArray<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

export const milliseconds = (value: number): string =>
  value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)} s`

/** Logarithmic, so that one page that was held back for a minute does not squeeze the others into one bar. */
export const latency = (latencies: ReadonlyArray<number>): Html => {
  const sorted = latencies.map((value) => Math.max(1, value)).sort((left, right) => left - right)
  const [least, most] = [sorted.at(0) ?? 1, sorted.at(-1) ?? 1]
  const logarithm = { from: Math.log10(least) - 0.02, to: Math.log10(most) + 0.02 }
  const bins = Math.round(Math.max(10, Math.min(40, 3 * Math.sqrt(sorted.length))))
  const edge = (bin: number) => 10 ** (logarithm.from + (logarithm.to - logarithm.from) * bin / bins)
  const bars = Array.from({ length: bins }, (_, bin) => ({
    from: edge(bin),
    to: edge(bin + 1),
    pages: sorted.filter((value) => value >= edge(bin) && value < edge(bin + 1)).length
  }))
  const round = [1, 10, 100, 1e3, 1e4, 1e5, 1e6].flatMap((power) => [power, 2 * power, 5 * power])
    .filter((value) => value >= edge(0) && value <= edge(bins))
  const ticks = round.length > 0 ? round : [least]
  const [half, nearlyAll] = [percentile(sorted, 0.5), percentile(sorted, 0.95)]
  const apart = Math.log10(nearlyAll / half) > (logarithm.to - logarithm.from) * 0.12
  const marks = [...(apart ? [{ value: half, name: "p50" }] : []), {
    value: nearlyAll,
    name: apart ? "p95" : "p50, p95"
  }]
  return draw("Pages by how long they took", (width) => ({
    marginRight: 32,
    x: {
      type: "log",
      label: "time for a page",
      labelArrow: "none",
      labelOffset: 40,
      domain: [edge(0), edge(bins)],
      ticks: width === "wide" || ticks.length < 6 ? ticks : ticks.filter((_, index) => index % 3 === 0),
      tickFormat: milliseconds
    },
    y: { ...countAxis, label: "pages", ticks: Math.min(4, Math.max(...bars.map(({ pages }) => pages))) },
    marks: [
      Plot.rectY(bars, { x1: "from", x2: "to", y: "pages", fill: "var(--accent)", insetLeft: 0.5, insetRight: 0.5 }),
      Plot.ruleX(marks, { x: "value", stroke: "var(--warm)", strokeDasharray: "3,3" }),
      Plot.text(marks, { x: "value", text: "name", frameAnchor: "top", dy: -14, fill: "var(--warm)" }),
      Plot.ruleY([0])
    ]
  }))
}

/** The maximum number of bars in a lane, since more would overlap. Beyond it, an evenly spaced selection is drawn. */
const mostRetries = 200

const shortTag = (tag: string): string => tag.replace(/^ProcessMaker/, "")

/** A bar for each wait before a retry, in a lane for each error. */
export const waits = ({ elapsed, retries }: Run): Html => {
  const lanes = [...new Set(retries.map(({ tag }) => tag))]
  const drawn = lanes.flatMap((lane) => {
    const inLane = retries.filter(({ tag }) => tag === lane)
    const every = Math.ceil(inLane.length / mostRetries)
    return inLane.filter((_, index) => index % every === 0)
  })
  return draw("Waits before retries, over time", (width) => {
    const { options, unit } = timeAxis(elapsed, width)
    const bars = drawn.map((retry: Retry) => ({
      lane: shortTag(retry.tag),
      from: retry.at / unit,
      to: Math.min(elapsed, retry.at + Math.max(retry.delay, elapsed / 400)) / unit,
      title: `${retry.tag}, page ${retry.page} of ${retry.userId}: retried after ${milliseconds(retry.delay)}`
    }))
    return {
      marginTop: 16,
      height: 64 + 34 * lanes.length,
      marginLeft: 128,
      x: { ...options, grid: true },
      y: { type: "band", label: null, padding: 0.35 },
      marks: [
        Plot.barX(bars, { x1: "from", x2: "to", y: "lane", fill: "var(--warm)", fillOpacity: 0.75, title: "title" })
      ]
    }
  })
}
