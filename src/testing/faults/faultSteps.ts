/**
 * The steps of a fault.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { htmlAnswer, redirectAnswer } from "../api/messages.js"
import type { Paging } from "../api/pageLinks.js"
import { breakOff, editAnswer, inPieces, pageBefore, withPagination } from "./afterAnswer.js"
import { beUnavailable, change, drop, insert, remove, respondWith, throttle } from "./beforeAnswer.js"
import type { Deletion, FaultAction, Insertion, JsonMembers, RetryAfter } from "./FaultAction.js"

/**
 * What happens to one or more consecutive requests.
 *
 * @since 0.1.0
 * @category models
 */
export interface FaultStep {
  /** The actions on the request, in order. Empty means no fault. */
  readonly actions: ReadonlyArray<FaultAction>
  /** The number of consecutive requests. */
  readonly times: number
}

const step = (...actions: ReadonlyArray<FaultAction>): FaultStep => ({ actions, times: 1 })

/**
 * Repeats a step `count` times.
 *
 * @since 0.1.0
 * @category combinators
 */
export const times = (count: number, repeated: FaultStep): FaultStep => ({ ...repeated, times: repeated.times * count })

/**
 * Repeats a step twice.
 *
 * @since 0.1.0
 * @category combinators
 */
export const twice = (repeated: FaultStep): FaultStep => times(2, repeated)

/**
 * Repeats a step forever.
 *
 * @since 0.1.0
 * @category combinators
 */
export const always = (repeated: FaultStep): FaultStep => times(Number.POSITIVE_INFINITY, repeated)

/**
 * Applies several steps to the same request, in order.
 *
 * @since 0.1.0
 * @category combinators
 */
export const together = (...steps: readonly [FaultStep, ...ReadonlyArray<FaultStep>]): FaultStep =>
  step(...steps.flatMap(({ actions }) => actions))

/**
 * Lets one request pass without a fault.
 *
 * @since 0.1.0
 * @category steps
 */
export const pass: FaultStep = step()

/**
 * Delays the request before it is processed.
 *
 * @since 0.1.0
 * @category steps
 */
export const delay = (duration: Duration.DurationInput): FaultStep =>
  step({ what: "delay", before: () => Effect.as(Effect.sleep(duration), undefined) })

/**
 * Never responds.
 *
 * @since 0.1.0
 * @category steps
 */
export const hang: FaultStep = step({ what: "hang", before: () => Effect.never })

/**
 * Refuses the connection. On a port, the connection is reset instead.
 *
 * @since 0.1.0
 * @category steps
 */
export const refuse: FaultStep = step(drop("refuse", "ECONNREFUSED"))

/**
 * Resets the connection before the server processes the request.
 *
 * @since 0.1.0
 * @category steps
 */
export const resetBefore: FaultStep = step(drop("reset before", "ECONNRESET"))

/**
 * Resets the connection after the server has processed the request: a lost 201.
 *
 * @since 0.1.0
 * @category steps
 */
export const resetAfter: FaultStep = step({
  what: "reset after",
  after: () => ({ _tag: "Dropped", code: "ECONNRESET" })
})

/**
 * Processes the request, then breaks the response off after this fraction of its body.
 *
 * @since 0.1.0
 * @category steps
 */
export const truncateAt = (fraction: number): FaultStep => step(breakOff(fraction))

/**
 * Processes the request, then breaks the response off halfway.
 *
 * @since 0.1.0
 * @category steps
 */
export const truncate: FaultStep = truncateAt(0.5)

/**
 * Sends the body in pieces, with a wait before each.
 *
 * @since 0.1.0
 * @category steps
 */
export const drip = (every: Duration.DurationInput, pieces = 10): FaultStep =>
  step(inPieces(Duration.decode(every), pieces))

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
  return step(
    typeof body === "string" || body instanceof Uint8Array
      ? respondWith(status, headers, body)
      : respondWith(status, { "content-type": "application/vnd.api+json", ...headers }, JSON.stringify(body))
  )
}

/**
 * Responds with 429, in the profile's format.
 *
 * @since 0.1.0
 * @category steps
 */
export const tooManyRequests = (retryAfter?: RetryAfter): FaultStep => step(throttle(retryAfter))

/**
 * Responds with 503, in the profile's format.
 *
 * @since 0.1.0
 * @category steps
 */
export const unavailable = (retryAfter?: RetryAfter): FaultStep => step(beUnavailable(retryAfter))

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
 * Expires every access token just before the request is processed. Refresh tokens stay valid.
 *
 * @since 0.1.0
 * @category steps
 */
export const expireTokens: FaultStep = step(
  change("expire tokens", ({ now, state }) => state.tokens.expireAll(now))
)

/**
 * Revokes every token, including refresh tokens, just before the request is processed.
 *
 * @since 0.1.0
 * @category steps
 */
export const revokeTokens: FaultStep = step(change("revoke tokens", ({ state }) => state.tokens.revokeAll()))

/**
 * Inserts clients just before the request is processed.
 *
 * @since 0.1.0
 * @category steps
 */
export const insertClients = (
  clients: Insertion["clients"] = 1,
  options?: Omit<Insertion, "clients">
): FaultStep => step(insert({ ...options, clients }))

/**
 * Deletes clients just before the request is processed.
 *
 * @since 0.1.0
 * @category steps
 */
export const deleteClients = (
  clients: Deletion["clients"] = 1,
  options?: Omit<Deletion, "clients">
): FaultStep => step(remove({ ...options, clients }))

/**
 * Sends the previous page, with its own number.
 *
 * @since 0.1.0
 * @category steps
 */
export const repeatPage: FaultStep = step(pageBefore(false))

/**
 * Sends the previous page, with the requested number.
 *
 * @since 0.1.0
 * @category steps
 */
export const repeatClients: FaultStep = step(pageBefore(true))

/**
 * Sends a complete response with truncated JSON.
 *
 * @since 0.1.0
 * @category steps
 */
export const malformedBody: FaultStep = step({
  what: "malformed body",
  after: (answer) => ({ ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) })
})

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
  step(editAnswer("pagination", withPagination(overrides)))

/**
 * Pages unlike a correct server: it caps the page size, fixes the size or the page, clamps the page number, or hides
 * clients.
 *
 * @since 0.2.0
 * @category steps
 */
export const paging = (paging: Paging): FaultStep => step({ what: "paging", paging })

/**
 * Deletes clients and inserts as many just before the request is processed, so that the list keeps its length.
 *
 * @since 0.2.0
 * @category steps
 */
export const swapClients = (
  count = 1,
  { from, to = "end" }: { readonly from?: Deletion["at"]; readonly to?: Insertion["at"] } = {}
): FaultStep => together(deleteClients(count, { at: from }), insertClients(count, { at: to }))

/**
 * Removes `meta` from the document.
 *
 * @since 0.1.0
 * @category steps
 */
export const withoutMeta: FaultStep = step(
  editAnswer("without meta", ({ meta: _, ...document }) => document)
)

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
export const edit = (edit: (document: JsonMembers) => unknown): FaultStep => step(editAnswer("edit", edit))
