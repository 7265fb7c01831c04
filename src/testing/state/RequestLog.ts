/**
 * The log of the requests that the server received.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Redacted from "effect/Redacted"
import type { FakeOperation, FakeReply, FakeRequest, RecordedRequest, Route } from "../FakeRequest.js"

/** A request on arrival: its operation, its body without secrets, and the descriptions of its faults. */
export interface Arrival extends Pick<RecordedRequest, "body" | "faults"> {
  readonly request: FakeRequest
  readonly route: Route
  readonly now: number
}

interface Load {
  readonly current: number
  readonly most: number
}

export class RequestLog {
  readonly #keep: number
  #sequence = 0
  readonly #requests = new Map<number, RecordedRequest>()
  readonly #load = new Map<FakeOperation | "all", Load>()

  constructor(keep: number) {
    this.#keep = keep
  }

  /** Copies, so that a record held by a test does not change. */
  get requests(): ReadonlyArray<RecordedRequest> {
    return [...this.#requests.values()]
  }

  clear(): void {
    this.#requests.clear()
    for (const [operation, { current }] of this.#load) this.#load.set(operation, { current, most: current })
  }

  load(operation: FakeOperation | "all" = "all"): Load {
    return this.#load.get(operation) ?? { current: 0, most: 0 }
  }

  arrive({ body, faults, now, request, route }: Arrival): number {
    this.#sequence += 1
    this.#count(route.operation, 1)
    const { authorization, ...headers } = request.headers
    this.#requests.set(this.#sequence, {
      sequence: this.#sequence,
      at: DateTime.unsafeMake(now),
      method: request.method,
      url: request.url,
      ...route,
      headers,
      authorization: authorization === undefined ? undefined : Redacted.make(authorization),
      body,
      faults,
      outcome: "pending",
      status: undefined
    })
    this.#requests.delete(this.#sequence - this.#keep)
    return this.#sequence
  }

  /** `reply` is undefined if the caller interrupted the request. */
  leave(sequence: number, operation: FakeOperation, reply: FakeReply | undefined): void {
    this.#count(operation, -1)
    const entry = this.#requests.get(sequence)
    if (entry !== undefined) this.#requests.set(sequence, { ...entry, ...outcomeOf(reply) })
  }

  #count(operation: FakeOperation, change: 1 | -1): void {
    const keys: ReadonlyArray<FakeOperation | "all"> = operation === "preflight" ? [operation] : [operation, "all"]
    for (const key of keys) {
      const { current, most } = this.load(key)
      this.#load.set(key, { current: current + change, most: Math.max(most, current + change) })
    }
  }
}

const outcomeOf = (reply: FakeReply | undefined): Partial<RecordedRequest> => {
  if (reply === undefined) return { outcome: "interrupted" }
  return reply._tag === "Dropped" ? { outcome: "dropped" } : { outcome: "answered", status: reply.status }
}
