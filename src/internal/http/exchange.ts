/**
 * One exchange: sends a request and reads the whole response, up to a limit. Failures contain no secret.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpTraceContext from "@effect/platform/HttpTraceContext"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FiberRef from "effect/FiberRef"
import { constTrue } from "effect/Function"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type * as Tracer from "effect/Tracer"
import type { Failure, InvalidAnswer, NoAnswer, RefusedStatus } from "../failure/failure.js"
import { isSuccess } from "../failure/status.js"
import { redactFailure } from "../secrets/redact.js"
import { redactor } from "../secrets/secrets.js"
import { watchRequest } from "../watch/requests.js"
import type { RequestFacts } from "../watch/requests.js"
import type { Answer } from "../wire/document.js"
import { readErrorBody, readRequestId } from "../wire/errorBody.js"
import { isPacked, lenientText, receive, ReceivedBody, strictText, unpack } from "./body.js"
import { redirectOf, withoutRedirects } from "./redirects.js"
import type { Redirect } from "./redirects.js"
import { describeRefusal } from "./refusal.js"
import { describeDefect, describeRequest } from "./transportFailure.js"

export interface ExchangeOptions<A> {
  readonly client: HttpClient.HttpClient
  readonly maxBodySize: number
  /** The secrets to redact from a failure. Called only if there is one. */
  readonly secrets: () => ReadonlyArray<Redacted.Redacted<string>>
  readonly decode: (answer: Answer) => Either.Either<A, Failure>
  /** Called with an error status before its body is read. */
  readonly onRefusal: (refusal: RefusedStatus) => Effect.Effect<void>
  readonly userAgent: string | undefined
  /** The facts for spans and metrics. */
  readonly facts: RequestFacts
}

/** The limits for reading the body of an error status: enough for its details, and to reuse the connection. */
const drainedBytes = 256 * 1024
const drainedFor = "2 seconds"

/** Must run in its own fiber, since the client settings stay in the fiber. Closing its scope closes the socket. */
export const exchange = <A>(
  unnamed: HttpClientRequest.HttpClientRequest,
  options: ExchangeOptions<A>
): Effect.Effect<A, Failure, Scope.Scope> => {
  const { userAgent } = options
  const request = userAgent === undefined ? unnamed : HttpClientRequest.setHeader(unnamed, "user-agent", userAgent)
  return watchRequest(request, options.facts, (watched) =>
    Effect.catchAll(
      Effect.gen(function*() {
        let sent = request
        const client = HttpClient.withScope(HttpClient.mapRequest(options.client, (ready) => (sent = ready)))
        // The client's own span would record an error that holds the request, and with it the token.
        yield* FiberRef.set(HttpClient.currentTracerDisabledWhen, constTrue)
        yield* FiberRef.update(FiberRef.currentContext, withoutRedirects)
        const response = yield* Effect.catchAllCause(
          client.execute(watched.span === undefined ? request : yield* withTrace(request, watched.span)),
          answered
        )
        watched.status = response.status
        const redirect = redirectOf(sent, response)
        return isSuccess(response.status) && redirect.redirectOrigin === undefined
          ? yield* readAnswer(response, options)
          : yield* readRefusal(response, redirect, options)
      }),
      // The only redaction, so that the failures above may quote the server.
      (failure) => Effect.fail(redactFailure(failure, redactor(options.secrets)))
    ))
}

// A client that fails for a status, such as with `filterStatusOk`, still has the response.
const answered = (
  cause: Cause.Cause<HttpClientError.HttpClientError>
): Effect.Effect<HttpClientResponse.HttpClientResponse, NoAnswer> =>
  Either.match(Cause.failureOrCause(cause), {
    onLeft: (error) =>
      error._tag === "ResponseError" && error.reason === "StatusCode"
        ? Effect.succeed(error.response)
        : Effect.fail(describeRequest(error)),
    onRight: (broken) =>
      Cause.isInterruptedOnly(broken) ? Effect.failCause(broken) : Effect.fail(describeDefect(Cause.squash(broken)))
  })

const withTrace = (request: HttpClientRequest.HttpClientRequest, span: Tracer.Span) =>
  Effect.map(
    FiberRef.get(HttpClient.currentTracerPropagation),
    (propagated) => propagated ? HttpClientRequest.setHeaders(request, HttpTraceContext.toHeaders(span)) : request
  )

const readAnswer = <A>(
  response: HttpClientResponse.HttpClientResponse,
  { decode, maxBodySize }: ExchangeOptions<A>
): Effect.Effect<A, Failure> => {
  const { headers, status } = response
  const contentType = headers["content-type"] ?? ""
  const invalid = (reason: InvalidAnswer["reason"]) => (expected: string): InvalidAnswer => ({
    _tag: "InvalidAnswer",
    status,
    reason,
    issues: [{ path: [], expected }]
  })
  const read = (body: ReceivedBody): Either.Either<A, Failure> =>
    Either.mapLeft(
      body.isOver
        ? Either.left(invalid("size")(`must be at most ${maxBodySize} bytes long`))
        : Either.flatMap(
          Either.mapLeft(strictText(body, contentType, headers["content-encoding"]), invalid("json")),
          (text) => decode({ status, contentType, text: () => text })
        ),
      (failure) => ({ ...failure, requestId: readRequestId(headers) })
    )
  const received = new ReceivedBody(maxBodySize)
  return Effect.flatMap(receive(response, received), () =>
    isPacked(received)
      ? Effect.flatMap(Effect.mapError(unpack(received, maxBodySize), invalid("json")), read)
      : read(received))
}

// The status decides even if the body is late, incomplete or too long. Then the part that was read is used.
const readRefusal = <A>(
  response: HttpClientResponse.HttpClientResponse,
  redirect: Redirect,
  { onRefusal, secrets }: ExchangeOptions<A>
): Effect.Effect<never, Failure> =>
  Effect.gen(function*() {
    const refusal = describeRefusal(response, redirect, yield* Clock.currentTimeMillis)
    yield* onRefusal(redactFailure(refusal, redactor(secrets)))
    const received = new ReceivedBody(drainedBytes)
    yield* Effect.ignore(Effect.timeoutOption(receive(response, received), drainedFor))
    const body = yield* Effect.orElseSucceed(unpack(received, drainedBytes), () => received)
    return yield* Effect.fail({
      ...refusal,
      ...readErrorBody(lenientText(body, response.headers["content-type"] ?? ""))
    })
  })
