/**
 * Faults of the response: another one, or another document in it.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type ApiContext, refusal, throttled } from "../api/api.js"
import { fieldsOf, htmlAnswer, jsonAnswer, redirectAnswer, withHeaders } from "../api/messages.js"
import type { Paging } from "../api/pageLinks.js"
import * as Problem from "../api/Problem.js"
import type { Answered, Route } from "../FakeRequest.js"
import { retryAfterHeaders } from "../state/RateLimiter.js"
import { type FaultAction, type FaultStep, type JsonMembers, reply, type RetryAfter, step } from "./FaultStep.js"

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

const editing = (
  what: string,
  edit: (document: JsonMembers, route: Route) => unknown,
  more: Pick<FaultAction, "before"> = {}
): FaultStep =>
  step(what, {
    ...more,
    after: (answer, route) =>
      answer.body.startsWith("{")
        ? { ...answer, body: JSON.stringify(edit(fieldsOf(JSON.parse(answer.body)), route)) }
        : answer
  })

/**
 * Edits the document that the server sends. Responses that are not JSON objects are left unchanged.
 *
 * @example
 * ```ts
 * import { Fault } from "effect-processmaker-oauth/testing"
 *
 * export const lifeIsNoNumber = Fault.onOperation("token", Fault.edit((token) => ({ ...token, expires_in: "never" })))
 * ```
 *
 * @since 0.2.0
 * @category steps
 */
export const edit = (edit: (document: JsonMembers) => unknown): FaultStep => editing("edit", edit)

/**
 * Removes `meta` from the document.
 *
 * @since 0.1.0
 * @category steps
 */
export const withoutMeta: FaultStep = editing("without meta", ({ meta: _, ...document }) => document)

const withPagination = (document: JsonMembers, override: (said: JsonMembers) => JsonMembers): JsonMembers => {
  const meta = fieldsOf(document["meta"])
  const said = fieldsOf(meta["pagination"])
  return { ...document, meta: { ...meta, pagination: { ...said, ...override(said) } } }
}

/**
 * Overrides values in `meta.pagination`, by their wire names; `undefined` removes a member. A function receives the
 * original values.
 *
 * @example
 * ```ts
 * import { Fault } from "effect-processmaker-oauth/testing"
 *
 * export const counted = [
 *   Fault.pagination({ total: "250" }),
 *   Fault.pagination(({ total }) => ({ total: Number(total) - 7 }))
 * ]
 * ```
 *
 * @since 0.1.0
 * @category steps
 */
export const pagination = (overrides: JsonMembers | ((said: JsonMembers) => JsonMembers)): FaultStep =>
  editing(
    "pagination",
    (document) => withPagination(document, typeof overrides === "function" ? overrides : () => overrides)
  )

/**
 * Pages unlike a correct server: it caps the page size, fixes the size or the page, clamps the page number, or hides
 * clients.
 *
 * @since 0.2.0
 * @category steps
 */
export const paging = (paging: Paging): FaultStep =>
  step("paging", { before: (context) => Effect.succeed({ ...context, paging: { ...context.paging, ...paging } }) })

const previousPage: Pick<FaultAction, "before"> = {
  before: ({ route, ...context }) =>
    Effect.succeed({ ...context, route: { ...route, page: Math.max(1, (route.page ?? 1) - 1) } })
}

/**
 * Sends the previous page, with its own number.
 *
 * @since 0.1.0
 * @category steps
 */
export const repeatPage: FaultStep = step("repeat page", previousPage)

/**
 * Sends the previous page, with the requested number.
 *
 * @since 0.1.0
 * @category steps
 */
export const repeatClients: FaultStep = editing(
  "repeat page",
  (document, { page }) => withPagination(document, () => ({ current_page: page })),
  previousPage
)
