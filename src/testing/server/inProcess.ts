/**
 * The fake as an `HttpClient`, without a socket.
 *
 * @since 0.1.0
 */
import type * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { FakeReply, FakeRequest, Streamed } from "../FakeRequest.js"
import { brokenOff, connectionError, unknownHost } from "./connectionErrors.js"

// Yields to timers regularly, since everything else runs in microtasks.
const requestsPerTurn = 64

const transportError = (request: HttpClientRequest.HttpClientRequest, cause: unknown): HttpClientError.RequestError =>
  new HttpClientError.RequestError({ request, reason: "Transport", cause })

const textOf = (body: HttpBody.HttpBody): Effect.Effect<string, unknown> => {
  switch (body._tag) {
    case "Empty":
      return Effect.succeed("")
    case "Uint8Array":
      return Effect.succeed(new TextDecoder().decode(body.body))
    case "Raw":
      return Effect.succeed(String(body.body))
    case "FormData":
      return Effect.promise(() => new Response(body.formData).text())
    case "Stream":
      return Stream.mkString(Stream.decodeText(body.stream))
  }
}

// A `Response` with these statuses must not have a body.
const bodiless = new Set([204, 205, 304])

const aborted = (signal: AbortSignal): Effect.Effect<never, Error> =>
  Effect.async((resume) => {
    const abort = () => resume(Effect.fail(new DOMException("This operation was aborted", "AbortError")))
    if (signal.aborted) return abort()
    signal.addEventListener("abort", abort, { once: true })
    return Effect.sync(() => signal.removeEventListener("abort", abort))
  })

const responseOf = (reply: Exclude<FakeReply, { readonly _tag: "Dropped" }>, signal: AbortSignal) => {
  const { headers, status } = reply
  const init = (length: number) => ({ status, headers: { ...headers, "content-length": String(length) } })
  if (reply._tag === "Streamed") {
    const stream = Stream.toReadableStreamEffect(bodyOf(reply, signal))
    return Effect.map(stream, (body) => new Response(body, init(reply.length)))
  }
  const body = new TextEncoder().encode(reply.body)
  return Effect.succeed(bodiless.has(status) ? new Response(null, reply) : new Response(body, init(body.length)))
}

const bodyOf = (reply: Streamed, signal: AbortSignal): Stream.Stream<Uint8Array, Error> =>
  Stream.interruptWhen(Stream.mapError(reply.stream, brokenOff), aborted(signal))

/** Makes an `HttpClient` that sends every request to the fake. */
export const inProcessClient = (
  baseUrl: string,
  handle: (request: FakeRequest) => Effect.Effect<FakeReply>
): HttpClient.HttpClient => {
  const { origin } = new URL(baseUrl)
  let sent = 0
  return HttpClient.make((request, url, signal) => {
    if (url.origin !== origin) return Effect.fail(transportError(request, unknownHost(url.hostname)))
    sent += 1
    const turn = sent % requestsPerTurn === 0 ? Effect.sleep(0) : Effect.void
    return turn.pipe(
      Effect.zipRight(Effect.mapError(textOf(request.body), (cause) => transportError(request, cause))),
      Effect.flatMap((body) =>
        handle({ method: request.method, url: url.pathname + url.search, headers: request.headers, body })
      ),
      Effect.flatMap((reply) =>
        reply._tag === "Dropped"
          ? Effect.fail(transportError(request, connectionError(reply.code)))
          : Effect.map(responseOf(reply, signal), (response) => HttpClientResponse.fromWeb(request, response))
      )
    )
  })
}
