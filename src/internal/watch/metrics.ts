import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricLabel from "effect/MetricLabel"
import * as Option from "effect/Option"
import { metric } from "./names.js"

interface Definition<Name extends string> {
  readonly name: string
  readonly unit?: string
  readonly description: string
  readonly attributes: ReadonlyArray<Name>
}

type Labels = ReadonlyArray<MetricLabel.MetricLabel>

type Values<Name extends string> = { readonly [Attribute in Name]?: string | undefined }

/** What the conventions advise for durations, in seconds. */
const buckets = MetricBoundaries.fromIterable([
  0.005,
  0.01,
  0.025,
  0.05,
  0.075,
  0.1,
  0.25,
  0.5,
  0.75,
  1,
  2.5,
  5,
  7.5,
  10
])

/**
 * Updates a metric without a step of the run loop. Effect looks a metric up by its labels, but for an array of them that
 * it has seen: there is one for each combination of values.
 */
const updating = <Name extends string>(
  { attributes, description, name, unit }: Definition<Name>,
  make: (name: string, description: string) => Pick<Metric.Metric<unknown, number, unknown>, "unsafeUpdate">
): (value: number, values: Values<Name>) => void => {
  const updated = make(name, description)
  const known = new Map<string, Labels>()
  const labelsOf = (values: Values<Name>): Labels => {
    const key = attributes.map((attribute) => values[attribute]).join("\n")
    const found = known.get(key)
    if (found !== undefined) return found
    const pairs = attributes.map((attribute) => [attribute, values[attribute]] as const)
    // By this label exporters know the unit.
    const labels = [["unit", unit] as const, ...pairs].flatMap(([key, value]) =>
      value === undefined ? [] : [MetricLabel.make(key, value)]
    )
    known.set(key, labels)
    return labels
  }
  return (value, values) => {
    const labels = labelsOf(values)
    const around = Option.getOrUndefined(Fiber.getCurrentFiber())?.getFiberRef(FiberRef.currentMetricLabels) ?? []
    updated.unsafeUpdate(value, around.length === 0 ? labels : [...labels, ...around])
  }
}

const histogram = (name: string, description: string) => Metric.histogram(name, buckets, description)
const counter = (name: string, description: string) => Metric.counter(name, { description, incremental: true })
const gauge = (name: string, description: string) => Metric.gauge(name, { description })

export const recordRequest = updating(metric.requestDuration, histogram)
export const recordOperation = updating(metric.operationDuration, histogram)
export const countRetry = updating(metric.retries, counter)
export const countTokenRequest = updating(metric.tokenRequests, counter)
export const countPages = updating(metric.pages, counter)
export const countClients = updating(metric.clients, counter)
export const countDrift = updating(metric.drift, counter)
export const setHeld = updating(metric.held, gauge)
