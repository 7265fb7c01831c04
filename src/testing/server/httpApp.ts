/**
 * The fake as an `HttpApp`, for any `HttpServer`.
 *
 * @since 0.1.0
 */
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import type { FakeReply, FakeRequest } from "../FakeRequest.js"
import { methodOf } from "../methodOf.js"
import { brokenOff, connectionError } from "./connectionErrors.js"

// `HttpServer` cannot drop a connection, so this looks for the underlying Node socket. Once it is destroyed, the server
// interrupts the request. Without a socket, a failing body comes closest.
const disconnect = (
  { source }: HttpServerRequest.HttpServerRequest,
  how: "resetAndDestroy" | "destroySoon",
  error: () => Error
): Effect.Effect<never, Error> =>
  Effect.suspend(() => {
    const socket = Predicate.hasProperty(source, "socket") ? source.socket : undefined
    const close = methodOf(socket, how) ?? methodOf(socket, "destroy")
    if (close === undefined) return Effect.fail(error())
    close()
    return Effect.never
  })

const responseOf = (
  request: HttpServerRequest.HttpServerRequest,
  reply: FakeReply
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  if (reply._tag === "Dropped") {
    return Effect.catchAll(
      disconnect(request, "resetAndDestroy", () => connectionError("ECONNRESET")),
      (error) => Effect.succeed(HttpServerResponse.stream(Stream.fail(error)))
    )
  }
  const { headers, status } = reply
  const options = { status, headers, contentType: headers["content-type"] }
  if (reply._tag === "Streamed") {
    const stream = Stream.catchAll(reply.stream, () => Stream.fromEffect(disconnect(request, "destroySoon", brokenOff)))
    return Effect.succeed(HttpServerResponse.stream(stream, { ...options, contentLength: reply.length }))
  }
  const { body } = reply
  return Effect.succeed(body === "" ? HttpServerResponse.empty(options) : HttpServerResponse.text(body, options))
}

/** Responds to one request of an `HttpServer`. */
export const respond = (
  handle: (request: FakeRequest) => Effect.Effect<FakeReply>
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest> =>
  Effect.interruptible(
    Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
      Effect.orElseSucceed(request.text, () => "").pipe(
        Effect.flatMap((body) => handle({ method: request.method, url: request.url, headers: request.headers, body })),
        Effect.flatMap((reply) => responseOf(request, reply))
      ))
  )
