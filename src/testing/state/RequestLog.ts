/**
 * The log of the requests that the server received.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Redacted from "effect/Redacted"
import type { FakeOperation, FakeReply, FakeRequest, RecordedRequest } from "../FakeRequest.js"

/** A request on arrival: its operation, its body without secrets, and the descriptions of its faults. */
export interface Arrival {
  readonly request: FakeRequest
  readonly route: Pick<
    RecordedRequest,
    "operation" | "path" | "query" | "userId" | "clientId" | "page" | "perPage"
  >
  readonly body: unknown
  readonly faults: ReadonlyArray<string>
  readonly now: number
}

interface Load {
  readonly current: number
  readonly most: number
}

const idle: Load = { current: 0, most: 0 }

export class RequestLog {
  readonly #keep: number
  #sequence = 0
  #requests: Array<RecordedRequest> = []
  readonly #load = new Map<FakeOperation | "all", Load>()

  constructor(keep: number) {
    this.#keep = keep
  }

  /** Copies, so that a record held by a test does not change. */
  get requests(): ReadonlyArray<RecordedRequest> {
    return this.#requests.slice(Math.max(0, this.#requests.length - this.#keep))
  }

  clear(): void {
    this.#requests = []
    for (const [operation, { current }] of this.#load) this.#load.set(operation, { current, most: current })
  }

  load(operation: FakeOperation | "all"): Load {
    return this.#load.get(operation) ?? idle
  }

  arrive({ body, faults, now, request, route }: Arrival): number {
    this.#sequence += 1
    this.#count(route.operation, 1)
    const { authorization, ...headers } = request.headers
    const { clientId, operation, page, path, perPage, query, userId } = route
    this.#requests.push({
      sequence: this.#sequence,
      at: DateTime.unsafeMake(now),
      operation,
      method: request.method,
      url: request.url,
      path,
      query,
      userId,
      clientId,
      page,
      perPage,
      headers,
      authorization: authorization === undefined ? undefined : Redacted.make(authorization),
      body,
      faults,
      outcome: "pending",
      status: undefined
    })
    if (this.#requests.length > this.#keep * 2) {
      this.#requests = this.#requests.slice(this.#requests.length - this.#keep)
    }
    return this.#sequence
  }

  /** `reply` is undefined if the caller interrupted the request. */
  leave(sequence: number, operation: FakeOperation, reply: FakeReply | undefined): void {
    this.#count(operation, -1)
    const index = sequence - (this.#requests[0]?.sequence ?? 0)
    const entry = this.#requests[index]
    if (entry === undefined) return
    this.#requests[index] = reply === undefined
      ? { ...entry, outcome: "interrupted" }
      : reply._tag === "Dropped"
      ? { ...entry, outcome: "dropped" }
      : { ...entry, outcome: "answered", status: reply.status }
  }

  #count(operation: FakeOperation, change: 1 | -1): void {
    const keys: ReadonlyArray<FakeOperation | "all"> = operation === "preflight" ? [operation] : [operation, "all"]
    for (const key of keys) {
      const { current, most } = this.load(key)
      this.#load.set(key, { current: current + change, most: Math.max(most, current + change) })
    }
  }
}
