import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricLabel from "effect/MetricLabel"
import * as Option from "effect/Option"

/** The values of attributes by name. Undefined ones are omitted. */
export type Attributes<Name extends string = string> = { readonly [Attribute in Name]?: string | number | undefined }

interface Definition<Name extends string> {
  readonly name: string
  readonly unit?: string
  readonly description: string
  readonly attributes: ReadonlyArray<Name>
}

type Make = (name: string, description: string) => Pick<Metric.Metric<unknown, number, unknown>, "unsafeUpdate">

// The buckets that the conventions recommend for durations, in seconds.
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

export const histogram: Make = (name, description) => Metric.histogram(name, buckets, description)
export const counter: Make = (name, description) => Metric.counter(name, { description, incremental: true })
export const gauge: Make = (name, description) => Metric.gauge(name, { description })

/**
 * Defines a metric that is updated without a step of the run loop. It ignores attributes that it does not define.
 * Effect looks up a metric by its labels, which is fast for a known array, so each combination of values has one array.
 */
export const define = <Name extends string>(make: Make, definition: Definition<Name>) => {
  const { attributes, description, name, unit } = definition
  const metric = make(name, description)
  const known = new Map<string, ReadonlyArray<MetricLabel.MetricLabel>>()
  const labelsOf = (given: Attributes<Name>): ReadonlyArray<MetricLabel.MetricLabel> => {
    const key = attributes.map((attribute) => given[attribute]).join("\n")
    // Exporters read the unit from the label "unit".
    const labels = known.get(key) ?? [["unit", unit] as const, ...attributes.map((key) => [key, given[key]] as const)]
      .flatMap(([key, value]) => value === undefined ? [] : [MetricLabel.make(key, String(value))])
    known.set(key, labels)
    return labels
  }
  const update = (value: number, given: Attributes<Name> = {}): void => {
    const around = Option.getOrUndefined(Fiber.getCurrentFiber())?.getFiberRef(FiberRef.currentMetricLabels) ?? []
    const labels = labelsOf(given)
    metric.unsafeUpdate(value, around.length === 0 ? labels : [...labels, ...around])
  }
  return { ...definition, update }
}
