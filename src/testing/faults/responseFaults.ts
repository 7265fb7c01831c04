/**
 * Faults that reply with another response.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Stream from "effect/Stream"
import { type ApiContext, refusal, throttled } from "../api/api.js"
import { htmlAnswer, jsonAnswer, redirectAnswer, withHeaders } from "../api/messages.js"
import * as Problem from "../api/Problem.js"
import type { Answered } from "../FakeRequest.js"
import { retryAfterHeaders } from "../state/RateLimiter.js"
import { type FaultStep, reply, type RetryAfter, step } from "./FaultStep.js"

/**
 * Responds with this status, these headers and this body, without processing the request. Strings and bytes are sent as
 * they are; any other body is encoded as JSON.
 *
 * @since 0.1.0
 * @category steps
 */
export const respond = (answer: {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: unknown
}): FaultStep => {
  const { body = "", headers = {}, status } = answer
  return reply(`respond ${status}`, () =>
    body instanceof Uint8Array
      ? { _tag: "Streamed", status, headers, length: body.byteLength, stream: Stream.make(body) }
      : typeof body === "string"
      ? { _tag: "Answered", status, headers, body }
      : jsonAnswer(status, body, "application/vnd.api+json", headers))
}

const retryAfterIn = (retryAfter: RetryAfter, now: number): Answered["headers"] => {
  if (retryAfter === undefined) return {}
  return typeof retryAfter === "object" && "date" in retryAfter
    ? { "retry-after": new Date(now + Duration.toMillis(retryAfter.date)).toUTCString() }
    : retryAfterHeaders(Duration.toMillis(retryAfter))
}

const retryLater = (what: string, retryAfter: RetryAfter, answer: (context: ApiContext) => Answered): FaultStep =>
  reply(what, (context) => withHeaders(answer(context), retryAfterIn(retryAfter, context.now)))

/**
 * Responds with 429, in the profile's format.
 *
 * @since 0.1.0
 * @category steps
 */
export const tooManyRequests = (retryAfter?: RetryAfter): FaultStep =>
  retryLater("too many requests", retryAfter, throttled)

/**
 * Responds with 503, in the profile's format.
 *
 * @since 0.1.0
 * @category steps
 */
export const unavailable = (retryAfter?: RetryAfter): FaultStep =>
  retryLater("unavailable", retryAfter, (context) => refusal(context, Problem.unavailable))

/**
 * Responds with 502 and a proxy's HTML page.
 *
 * @since 0.1.0
 * @category steps
 */
export const badGateway: FaultStep = respond(htmlAnswer(502, "502 Bad Gateway"))

/**
 * Responds with a 302 redirect to `/login`.
 *
 * @since 0.1.0
 * @category steps
 */
export const loginRedirect: FaultStep = respond(redirectAnswer("/login"))

/**
 * Sends a complete response with truncated JSON.
 *
 * @since 0.1.0
 * @category steps
 */
export const malformedBody: FaultStep = step("malformed body", {
  after: (answer) => ({ ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) })
})
