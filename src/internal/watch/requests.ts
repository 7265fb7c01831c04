import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import type { Failure } from "../failure/failure.js"
import { isSuccess } from "../failure/status.js"
import { countTokenRequest, recordRequest } from "./metrics.js"
import { attribute } from "./names.js"
import { endedBy, endSpan, isWatched, nanosOf, secondsSince } from "./spans.js"
import type { Ended } from "./spans.js"

/** Where requests go, without their ids: what metrics say of them. */
export interface Target {
  readonly template: string
  readonly address: string
  readonly port: number
}

export const targetOf = ({ hostname, port, protocol }: URL, template: string): Target => ({
  template,
  address: hostname,
  port: port === "" ? protocol === "https:" ? 443 : 80 : Number(port)
})

export interface RequestFacts {
  readonly target: Target
  /** How many requests of this call came before. */
  readonly resendCount: number
  /** Of a request to the token endpoint. */
  readonly grant?: "password" | "refresh_token" | undefined
  /** Told how the fiber ended that sends this request and nothing else. */
  readonly atExit: (observe: (exit: Exit.Exit<unknown, Failure>) => void) => void
}

/** A request under way. Its exchange says what it is answered. */
export interface WatchedRequest {
  readonly span: Tracer.Span | undefined
  status: number | undefined
}

/** Measures a request, however it ends, and gives it a span where anybody could see one. */
export const watchRequest = <A, R>(
  request: HttpClientRequest.HttpClientRequest,
  facts: RequestFacts,
  exchange: (watched: WatchedRequest) => Effect.Effect<A, Failure, R>
): Effect.Effect<A, Failure, R> =>
  Effect.withFiberRuntime((fiber) => {
    const startedAt = nanosOf(fiber)
    const watch = (span?: Tracer.Span) => {
      const watched: WatchedRequest = { span, status: undefined }
      facts.atExit((exit) => {
        const ended = endOf(exit, watched)
        record(request.method, facts, watched.status, ended, secondsSince(startedAt, fiber))
        if (span !== undefined) endSpan(span, ended, fiber)
      })
      return exchange(watched)
    }
    return isWatched(fiber) ? Effect.flatMap(makeSpan(request, facts), watch) : watch()
  })

/** Notes the status of the answer. */
export const noteStatus = (watched: WatchedRequest, status: number): void => {
  watched.status = status
  watched.span?.attribute(attribute.status, status)
}

const makeSpan = (request: HttpClientRequest.HttpClientRequest, { grant, resendCount, target }: RequestFacts) =>
  Effect.makeSpan(`${request.method} ${target.template}`, {
    kind: "client",
    captureStackTrace: false,
    attributes: {
      [attribute.method]: request.method,
      [attribute.url]: Option.match(HttpClientRequest.toUrl(request), { onNone: () => request.url, onSome: String }),
      [attribute.template]: target.template,
      [attribute.address]: target.address,
      [attribute.port]: target.port,
      ...(resendCount > 0 ? { [attribute.resendCount]: resendCount } : {}),
      ...(grant === undefined ? {} : { [attribute.grant]: grant })
    }
  })

const record = (
  method: string,
  { grant, target }: RequestFacts,
  status: number | undefined,
  ended: Ended | undefined,
  seconds: number
): void => {
  recordRequest(seconds, {
    [attribute.method]: method,
    [attribute.template]: target.template,
    [attribute.address]: target.address,
    [attribute.port]: String(target.port),
    [attribute.status]: status === undefined ? undefined : String(status),
    [attribute.errorType]: ended?.type
  })
  if (grant !== undefined) countTokenRequest(1, { grant, [attribute.errorType]: ended?.type })
}

// A deletion may succeed with an answer that is an error: what it was to delete is gone.
const endOf = (exit: Exit.Exit<unknown, Failure>, { status }: WatchedRequest): Ended | undefined =>
  Exit.isSuccess(exit) && status !== undefined && !isSuccess(status)
    ? refused(status)
    : endedBy(exit, (failure) => ({ type: errorType(failure), message: sentenceOf(failure) }))

const refused = (status: number): Ended => ({ type: String(status), message: `the server answered with ${status}` })

/** The `error.type` of a request that failed: its status, or else the transport's code. */
export const errorType = (failure: Failure): string => {
  switch (failure._tag) {
    case "NoAnswer":
      return failure.code ?? failure.reason
    case "TimedOut":
      return "timeout"
    case "RefusedStatus":
    case "InvalidAnswer":
    case "LoginRefused":
      return isSuccess(failure.status) ? "invalid_response" : String(failure.status)
    case "InvalidInput":
      return "invalid_request"
    case "NoToken":
      return failure.error._tag
  }
}

const sentenceOf = (failure: Failure): string => {
  switch (failure._tag) {
    case "NoAnswer":
      return `no whole answer came: ${errorType(failure)}`
    case "TimedOut":
      return `no whole answer came within ${failure.limit} ms`
    case "RefusedStatus":
    case "InvalidAnswer":
    case "LoginRefused":
      return isSuccess(failure.status)
        ? `the answer (${failure.status}) is not what was promised`
        : refused(failure.status).message ?? ""
    case "InvalidInput":
    case "NoToken":
      return "nothing was sent"
  }
}
