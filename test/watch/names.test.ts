/** The names are the conventions', and docs and dashboard use no others. */
import { assert, describe, it } from "@effect/vitest"
import * as conventions from "@opentelemetry/semantic-conventions/incubating"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { attribute, metric } from "../../src/internal/watch/names.js"

const read = (file: string): string => readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), "utf8")
const standard: ReadonlySet<unknown> = new Set(Object.values(conventions).filter((value) => typeof value === "string"))
const attributes = Object.values<string>(attribute)
const metrics = Object.values(metric)
const underscored = (name: string) => name.replaceAll(".", "_")

describe("names", () => {
  it("that are not ours are OpenTelemetry's", () => {
    for (const name of attributes.filter((name) => name.includes(".") && !name.startsWith("processmaker."))) {
      assert.isTrue(standard.has(name), name)
    }
    assert.strictEqual(metric.requestDuration.name, conventions.METRIC_HTTP_CLIENT_REQUEST_DURATION)
  })

  it("of metrics' attributes are among the attributes, and none is an id", () => {
    for (const name of metrics.flatMap((metric) => [...metric.attributes])) {
      assert.include([...attributes, "grant"], name)
      assert.notMatch(name, /\.id$|url\.full|page/)
    }
  })
})

describe("docs/dashboards/grafana.json", () => {
  const dashboard = JSON.parse(read("docs/dashboards/grafana.json"))
  const queries: ReadonlyArray<string> = [
    ...dashboard.templating.list.map(({ query }: { query: string }) => query).filter((query: string) =>
      /\(/.test(query)
    ),
    ...dashboard.panels.flatMap(({ targets }: { targets: ReadonlyArray<{ expr: string }> }) =>
      targets.map(({ expr }) => expr)
    )
  ]
  // As Prometheus names what comes by OTLP.
  const series = new Map(metrics.flatMap((definition): ReadonlyArray<readonly [string, ReadonlyArray<string>]> => {
    const unit = "unit" in definition ? "_seconds" : ""
    const name = `${underscored(definition.name)}${unit}`
    const labels = [...definition.attributes].map(underscored)
    if (definition.name.endsWith("duration")) {
      return [[`${name}_bucket`, [...labels, "le"]], [`${name}_count`, labels], [`${name}_sum`, labels]]
    }
    return [[definition.name === metric.held.name ? name : `${name}_total`, [...labels, "instance"]]]
  }))

  it("queries metrics that there are, by attributes that they have", () => {
    for (const query of queries) {
      const name = /(?:http_client|processmaker)_\w+/.exec(query)?.[0] ?? query
      const known = series.get(name)
      assert.isDefined(known, `${name} in ${query}`)
      const grouped = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels = ""]) => labels.split(", "))
      const matched = [...query.matchAll(/(\w+)(?:=~|!=|=)"/g)].map(([, label = ""]) => label)
      const listed = [...query.matchAll(/label_values\(\w+, (\w+)\)/g)].map(([, label = ""]) => label)
      for (const label of [...grouped, ...matched, ...listed]) assert.include(known, label, query)
    }
    assert.isAbove(queries.length, 10)
  })

  it("shows every metric", () => {
    for (const definition of metrics) {
      assert.isTrue(queries.some((query) => query.includes(underscored(definition.name))), definition.name)
    }
  })
})

describe("docs/observability.md", () => {
  const page = read("docs/observability.md")

  it("has a row for every metric, with its kind, unit and attributes", () => {
    for (const definition of metrics) {
      // Some attributes of spans have the same names.
      const metricRows = page.slice(page.indexOf("## Metrics")).split("\n")
      const row = metricRows.find((line) => line.startsWith(`| \`${definition.name}\` `)) ?? ""
      const [, , kind = "", names = "", description = ""] = row.split("|").map((cell) => cell.trim())
      const unit = "unit" in definition ? ", s" : ""
      assert.match(kind, new RegExp(`^(?:histogram|counter|gauge)${unit}$`), definition.name)
      assert.deepStrictEqual([...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name), [...definition.attributes])
      assert.strictEqual(description, definition.description)
    }
  })

  it("names every attribute, and none that there is not", () => {
    for (const name of attributes) assert.include(page, `\`${name}\``)
    const named = [...page.matchAll(/`((?:processmaker|http|url|server|error)\.[a-z_.]+)`/g)].map(([, name]) => name)
    const known = [...attributes, ...metrics.map(({ name }) => name)]
    for (const name of named) assert.include(known, name)
  })
})
