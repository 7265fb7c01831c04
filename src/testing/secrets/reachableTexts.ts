/**
 * Finds all strings reachable from a value.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Metric from "effect/Metric"
import * as Predicate from "effect/Predicate"
import { methodOf } from "../methodOf.js"

/** A string and its path. */
export interface ReachedText {
  readonly path: string
  readonly text: string
}

interface Visit {
  readonly path: string
  readonly value: unknown
}

// A value that references a runtime or a server reaches everything, so the nearest objects come first.
const mostObjects = 20_000

const keyPath = (path: string, key: PropertyKey): string =>
  typeof key === "string" && /^[A-Za-z_$][\w$]*$/.test(key)
    ? `${path}.${key}`
    : `${path}[${typeof key === "string" && !/^\d+$/.test(key) ? JSON.stringify(key) : String(key)}]`

const attempted = <A>(get: () => A, otherwise: A): A => Either.getOrElse(Either.try(get), () => otherwise)

const builtIn = new Set<unknown>([Object.prototype, Function.prototype, Array.prototype])

const getters = (object: object): ReadonlyArray<PropertyKey> => {
  const proto = Reflect.getPrototypeOf(object)
  if (proto === null || builtIn.has(proto)) return []
  const own = Reflect.ownKeys(proto).filter((key) => Reflect.getOwnPropertyDescriptor(proto, key)?.get !== undefined)
  return [...own, ...getters(proto)]
}

const properties = (object: object, path: string): ReadonlyArray<Visit> =>
  attempted(() => [...Reflect.ownKeys(object), ...getters(object)], []).map((key) => ({
    path: keyPath(path, key),
    value: attempted((): unknown => Reflect.get(object, key), undefined)
  }))

const names = (object: object, path: string): ReadonlyArray<Visit> =>
  attempted(() => Reflect.ownKeys(object), []).map((key) => ({
    path: `the name of a property of ${path}`,
    value: typeof key === "symbol" ? key.description : key
  }))

// Maps, sets, headers, forms and query parameters.
const isCollection = (object: object): object is Iterable<unknown> =>
  object instanceof Map || object instanceof Set ||
  ["Headers", "URLSearchParams", "FormData"].includes(Object.prototype.toString.call(object).slice(8, -1))

const entries = (object: object, path: string): ReadonlyArray<Visit> =>
  attempted((): ReadonlyArray<unknown> => isCollection(object) ? [...object] : [], [])
    .map((value, index) => ({ path: `${path}'s entry ${index}`, value }))

// A metric's name and tags are not reachable through properties, only through the snapshot once its value was read.
const keys = (metric: object, path: string): ReadonlyArray<Visit> => {
  if (!Predicate.hasProperty(metric, Metric.MetricTypeId)) return []
  methodOf(metric, "unsafeValue")?.([])
  const keyType: unknown = Reflect.get(metric, "keyType")
  return Metric.unsafeSnapshot()
    .filter(({ metricKey }) => metricKey.keyType === keyType)
    .map(({ metricKey }) => ({ path: `${path}'s key`, value: metricKey }))
}

const parts = (object: object, path: string): ReadonlyArray<Visit> => [
  ...names(object, path),
  ...properties(object, path),
  ...entries(object, path),
  ...attempted(() => keys(object, path), [])
]

const isBytes = (value: object): value is ArrayBuffer | ArrayBufferView =>
  attempted(() => value instanceof ArrayBuffer || ArrayBuffer.isView(value), false)

// JavaScript strings are UTF-16.
const decoded = (bytes: ArrayBuffer | ArrayBufferView): ReadonlyArray<string> =>
  ["utf-8", "utf-16le"].map((encoding) => attempted(() => new TextDecoder(encoding).decode(bytes), ""))

/** Searches breadth-first, including hidden properties, symbols, getters and entries, and visits each object once. */
export function* reachableTexts(root: unknown): Generator<ReachedText> {
  const queue: Array<Visit> = [{ path: "value", value: root }]
  const seen = new Set<unknown>()
  for (let next = 0; next < queue.length && seen.size < mostObjects; next++) {
    const { path, value } = queue[next] ?? { path: "", value: undefined }
    if (!Predicate.isObject(value)) {
      if (value !== undefined && value !== null) yield { path, text: String(value) }
      continue
    }
    if (seen.has(value)) continue
    seen.add(value)
    if (isBytes(value)) { for (const text of decoded(value)) yield { path, text } }
    else queue.push(...parts(value, path))
  }
}
