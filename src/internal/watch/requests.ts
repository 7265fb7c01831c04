import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import type { Failure } from "../failure/failure.js"
import { isSuccess } from "../failure/status.js"
import { attribute, metric } from "./names.js"
import { endedBy, watching } from "./spans.js"
import type { Ended } from "./spans.js"

/** The target of a request, without IDs. */
export interface Target {
  readonly [attribute.template]: string
  readonly [attribute.address]: string
  readonly [attribute.port]: number
}

export const targetOf = ({ hostname, port, protocol }: URL, template: string): Target => ({
  [attribute.template]: template,
  [attribute.address]: hostname,
  [attribute.port]: port === "" ? protocol === "https:" ? 443 : 80 : Number(port)
})

export interface RequestFacts {
  readonly target: Target
  /** The number of earlier requests of this call. */
  readonly resendCount: number
  /** The grant of a token request. */
  readonly grant?: "password" | "refresh_token" | undefined
  /** Observes the exit of the fiber that sends this request. */
  readonly atExit: (observe: (exit: Exit.Exit<unknown, Failure>) => void) => void
}

/** A request in flight. The exchange sets the status of the response. */
export interface WatchedRequest {
  readonly span: Tracer.Span | undefined
  status: number | undefined
}

/** Watches a request, however it ends. */
export const watchRequest = <A, R>(
  request: HttpClientRequest.HttpClientRequest,
  { atExit, grant, resendCount, target }: RequestFacts,
  exchange: (watched: WatchedRequest) => Effect.Effect<A, Failure, R>
): Effect.Effect<A, Failure, R> => {
  return watching({
    name: `${request.method} ${target[attribute.template]}`,
    kind: "client",
    attributes: () => ({
      [attribute.method]: request.method,
      ...target,
      [attribute.url]: Option.match(HttpClientRequest.toUrl(request), { onNone: () => request.url, onSome: String }),
      [attribute.resendCount]: resendCount === 0 ? undefined : resendCount,
      [attribute.grant]: grant
    }),
    record: (seconds, found) => {
      metric.requestDuration.update(seconds, { [attribute.method]: request.method, ...target, ...found })
      if (grant !== undefined) metric.tokenRequests.update(1, { grant, ...found })
    }
  }, ({ end, restore, span }) => {
    const watched: WatchedRequest = { span, status: undefined }
    atExit((exit) => end(endOf(exit, watched), { [attribute.status]: watched.status }))
    return restore(exchange(watched))
  })
}

// A deletion may succeed with an error response, if the client is already gone.
const endOf = (exit: Exit.Exit<unknown, Failure>, { status }: WatchedRequest): Ended | undefined =>
  Exit.isSuccess(exit) && status !== undefined && !isSuccess(status) ? answered(status) : endedBy(exit, describe)

const answered = (status: number): Required<Ended> =>
  isSuccess(status)
    ? { type: "invalid_response", message: `the response (${status}) is not what the API promises` }
    : { type: String(status), message: `the server responded with ${status}` }

/** The `error.type` of a failed request, which is its status or the transport's code, and a message. */
export const describe = (failure: Failure): Required<Ended> => {
  switch (failure._tag) {
    case "NoAnswer": {
      const type = failure.code ?? failure.reason
      return { type, message: `no complete response arrived: ${type}` }
    }
    case "TimedOut":
      return { type: "timeout", message: `no complete response arrived within ${failure.limit} ms` }
    case "RefusedStatus":
    case "InvalidAnswer":
    case "LoginRefused":
      return answered(failure.status)
    case "InvalidInput":
    case "NoToken":
      return { type: failure._tag, message: "no request was sent" }
  }
}
