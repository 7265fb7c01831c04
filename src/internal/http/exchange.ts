import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpTraceContext from "@effect/platform/HttpTraceContext"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as FiberRef from "effect/FiberRef"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import type { Failure, NoAnswer, RefusedStatus, Said } from "../failure/failure.js"
import { isRedirect, isSuccess, statusMeaning } from "../failure/status.js"
import type { Answer } from "../wire/document.js"
import { readErrorBody, readRequestId } from "../wire/errorBody.js"
import { ReceivedBody } from "./receivedBody.js"
import { redactFailure } from "./redact.js"
import { parseReset, parseRetryAfter, serverTime } from "./retryAfter.js"
import { redactor } from "./secrets.js"
import { describeBodyError, describeDefect, describeRequest } from "./transportFailure.js"

export interface ExchangeOptions<A> {
  readonly client: HttpClient.HttpClient
  readonly maxBodySize: number
  /** What is taken out of a failure, whatever the server or the transport says. Asked only when there is one. */
  readonly secrets: () => ReadonlyArray<Redacted.Redacted<string>>
  readonly decode: (answer: Answer) => Either.Either<A, Failure>
  /** Told of a refusal before its body is read. */
  readonly onRefusal: (refusal: RefusedStatus) => Effect.Effect<void>
}

/** Of a failure's body, this much is read, and for so long: enough for its errors, and to use the connection again. */
const drainedBytes = 256 * 1024
const drainedFor = "2 seconds"

/**
 * Sends one request and reads the whole answer, within bounds. Interruption closes the socket: the scope of the client
 * ends with this effect.
 */
export const exchange = <A>(
  request: HttpClientRequest.HttpClientRequest,
  options: ExchangeOptions<A>
): Effect.Effect<A, Failure> => {
  const redact = redactor(options.secrets)
  const { maxBodySize, onRefusal } = options
  return Effect.useSpan(`http.client ${request.method}`, {
    kind: "client",
    captureStackTrace: false,
    attributes: { "http.request.method": request.method, "url.full": request.url }
  }, (span) =>
    Effect.gen(function*() {
      let sent = request
      const client = HttpClient.withScope(
        HttpClient.tapRequest(options.client, (ready) => Effect.sync(() => (sent = ready)))
      )
      const response = yield* client.execute(yield* withTrace(request, span)).pipe(
        // A client that fails for a status, as `filterStatusOk` makes it, has the answer all the same.
        Effect.catchIf(
          (error) => error._tag === "ResponseError" && error.reason === "StatusCode",
          (error) => "response" in error ? Effect.succeed(error.response) : Effect.fail(error)
        ),
        Effect.mapError(describeRequest),
        Effect.catchAllDefect((defect) => Effect.fail(describeDefect(defect)))
      )
      span.attribute("http.response.status_code", response.status)
      const followed = followedTo(sent, response)
      const redirectOrigin = followed ?? pointsTo(sent, response)
      if (isSuccess(response.status) && redirectOrigin === undefined) {
        return yield* Effect.mapError(
          Effect.flatMap(readAnswer(response, maxBodySize), options.decode),
          (failure) => "status" in failure ? { ...failure, requestId: readRequestId(response.headers) } : failure
        )
      }
      const now = yield* Clock.currentTimeMillis
      const refusal = describeRefusal(response, { redirectOrigin, followed: followed !== undefined }, now)
      yield* onRefusal(redactFailure(refusal, redact))
      return yield* Effect.fail<Failure>({ ...refusal, ...yield* readRefusal(response) })
    }).pipe(
      Effect.scoped,
      // Here and nowhere else, so that whatever fails above may say what the server said.
      Effect.mapError((failure) => redactFailure(failure, redact)),
      Effect.mapInputContext(withoutRedirects),
      // The client's own span would end with an error that holds the request, and with it the token.
      Effect.locally(HttpClient.currentTracerDisabledWhen, () => true)
    ))
}

const withTrace = (request: HttpClientRequest.HttpClientRequest, span: Tracer.Span) =>
  Effect.zipWith(
    FiberRef.get(FiberRef.currentTracerEnabled),
    FiberRef.get(HttpClient.currentTracerPropagation),
    (enabled, propagated) =>
      enabled && propagated ? HttpClientRequest.setHeaders(request, HttpTraceContext.toHeaders(span)) : request
  )

// Fetch follows redirects unless it is told not to; the other clients do not read this.
const withoutRedirects = (context: Context.Context<never>): Context.Context<FetchHttpClient.RequestInit> =>
  Context.add(context, FetchHttpClient.RequestInit, {
    ...Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
    redirect: "manual"
  })

const originOf = (url: string, base: string): string | undefined =>
  URL.canParse(url, base) ? new URL(url, base).origin : undefined

// Where a transport went by itself: a client that was wrapped to follow redirects, or a fetch that ignores its options.
// What was sent is what the client made of the request: one that goes by way of a gateway rewrites the URL.
const followedTo = (
  request: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse
): string | undefined => {
  const source = Predicate.hasProperty(response, "source") ? response.source : undefined
  const fetched = Predicate.hasProperty(source, "redirected") && source.redirected === true
      && Predicate.hasProperty(source, "url") && Predicate.isString(source.url)
    ? source.url
    : undefined
  const target = fetched ?? lastVisited(source) ??
    (response.request.url === request.url ? undefined : response.request.url)
  return target === undefined ? undefined : originOf(target, request.url)
}

// Of a dispatcher that follows redirects (undici): every URL it asked, the first one too.
const lastVisited = (source: unknown): string | undefined => {
  const context = Predicate.hasProperty(source, "context") ? source.context : undefined
  const history = Predicate.hasProperty(context, "history") && Array.isArray(context.history) ? context.history : []
  return history.length > 1 ? String(history.at(-1)) : undefined
}

const pointsTo = (
  request: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse
): string | undefined =>
  isRedirect(response.status) && response.headers.location !== undefined
    ? originOf(response.headers.location, request.url)
    : undefined

const readAnswer = (
  response: HttpClientResponse.HttpClientResponse,
  maxBodySize: number
): Effect.Effect<Answer, Failure> =>
  Effect.gen(function*() {
    const received = new ReceivedBody(maxBodySize)
    yield* receive(response, received)
    const { status } = response
    if (received.isOver) {
      const issues = [{ path: [], expected: `must be at most ${maxBodySize} bytes long` }]
      return yield* Effect.fail<Failure>({ _tag: "InvalidAnswer", status, reason: "size", issues })
    }
    const contentType = response.headers["content-type"] ?? ""
    return { status, contentType, text: () => received.text() }
  })

// The status decides, also when the body is late, broken or too long: then what is there of it must do.
const readRefusal = (
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<Pick<Said, "errors" | "html">> =>
  Effect.gen(function*() {
    const received = new ReceivedBody(drainedBytes)
    yield* Effect.ignore(Effect.timeoutOption(receive(response, received), drainedFor))
    return readErrorBody(received.text())
  })

const describeRefusal = (
  { headers, status }: HttpClientResponse.HttpClientResponse,
  redirect: Pick<RefusedStatus, "redirectOrigin" | "followed">,
  now: number
): RefusedStatus => {
  const server = serverTime(headers["date"], now)
  // Only a 429 is about the rate limit; on a 503 its reset is not the server's word that nothing was done.
  const reset = statusMeaning(status).error === "RateLimited" ? parseReset(headers, server) : undefined
  const retryAfter = parseRetryAfter(headers["retry-after"], server) ?? reset
  return { _tag: "RefusedStatus", status, retryAfter, requestId: readRequestId(headers), ...redirect }
}

const receive = (
  response: HttpClientResponse.HttpClientResponse,
  received: ReceivedBody
): Effect.Effect<void, NoAnswer> =>
  Stream.runForEachWhile(response.stream, (chunk) => Effect.sync(() => received.add(chunk))).pipe(
    Effect.catchIf((error) => error.reason === "EmptyBody", () => Effect.void),
    Effect.mapError(describeBodyError),
    Effect.catchAllDefect((defect) => Effect.fail(describeDefect(defect)))
  )
