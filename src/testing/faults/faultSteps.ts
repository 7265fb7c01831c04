/**
 * What can happen to a request, as steps of a fault.
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
 * What happens to one request, or to so many in a row.
 *
 * @since 0.1.0
 * @category models
 */
export interface FaultStep {
  /** What happens to the request, in this order; nothing where it is empty. */
  readonly actions: ReadonlyArray<FaultAction>
  /** To how many requests in a row. */
  readonly times: number
}

const step = (...actions: ReadonlyArray<FaultAction>): FaultStep => ({ actions, times: 1 })

/**
 * The same, so many times in a row.
 *
 * @since 0.1.0
 * @category combinators
 */
export const times = (count: number, repeated: FaultStep): FaultStep => ({ ...repeated, times: repeated.times * count })

/**
 * The same, two times in a row.
 *
 * @since 0.1.0
 * @category combinators
 */
export const twice = (repeated: FaultStep): FaultStep => times(2, repeated)

/**
 * The same, from now on.
 *
 * @since 0.1.0
 * @category combinators
 */
export const always = (repeated: FaultStep): FaultStep => times(Number.POSITIVE_INFINITY, repeated)

/**
 * All of it to the same request, in this order.
 *
 * @since 0.1.0
 * @category combinators
 */
export const together = (...steps: readonly [FaultStep, ...ReadonlyArray<FaultStep>]): FaultStep =>
  step(...steps.flatMap(({ actions }) => actions))

/**
 * No fault: lets one request pass.
 *
 * @since 0.1.0
 * @category steps
 */
export const pass: FaultStep = step()

/**
 * The request waits before anything happens.
 *
 * @since 0.1.0
 * @category steps
 */
export const delay = (duration: Duration.DurationInput): FaultStep =>
  step({ what: "delay", before: () => Effect.as(Effect.sleep(duration), undefined) })

/**
 * No answer, ever.
 *
 * @since 0.1.0
 * @category steps
 */
export const hang: FaultStep = step({ what: "hang", before: () => Effect.never })

/**
 * The connection is never made. On a port the nearest thing: it is reset.
 *
 * @since 0.1.0
 * @category steps
 */
export const refuse: FaultStep = step(drop("refuse", "ECONNREFUSED"))

/**
 * The connection is reset before the server did anything.
 *
 * @since 0.1.0
 * @category steps
 */
export const resetBefore: FaultStep = step(drop("reset before", "ECONNRESET"))

/**
 * The server did what it was asked, and the connection is reset before the answer: a lost 201.
 *
 * @since 0.1.0
 * @category steps
 */
export const resetAfter: FaultStep = step({
  what: "reset after",
  after: () => ({ _tag: "Dropped", code: "ECONNRESET" })
})

/**
 * The server did what it was asked, and the answer breaks off after this part of its body.
 *
 * @since 0.1.0
 * @category steps
 */
export const truncateAt = (fraction: number): FaultStep => step(breakOff(fraction))

/**
 * The server did what it was asked, and the answer breaks off half-way.
 *
 * @since 0.1.0
 * @category steps
 */
export const truncate: FaultStep = truncateAt(0.5)

/**
 * The body arrives in pieces, each after a wait.
 *
 * @since 0.1.0
 * @category steps
 */
export const drip = (every: Duration.DurationInput, pieces = 10): FaultStep =>
  step(inPieces(Duration.decode(every), pieces))

/**
 * Answers with this status, these headers and this body, and does nothing else. Text and bytes are sent as they are; any
 * other body becomes JSON.
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
 * 429, in the words of the profile.
 *
 * @since 0.1.0
 * @category steps
 */
export const tooManyRequests = (retryAfter?: RetryAfter): FaultStep => step(throttle(retryAfter))

/**
 * 503, in the words of the profile.
 *
 * @since 0.1.0
 * @category steps
 */
export const unavailable = (retryAfter?: RetryAfter): FaultStep => step(beUnavailable(retryAfter))

/**
 * 502 with a proxy's HTML page.
 *
 * @since 0.1.0
 * @category steps
 */
export const badGateway: FaultStep = respond(htmlAnswer(502, "502 Bad Gateway"))

/**
 * 302 to `/login`.
 *
 * @since 0.1.0
 * @category steps
 */
export const loginRedirect: FaultStep = respond(redirectAnswer("/login"))

/**
 * Every access token expires just before the request is looked at; refresh tokens stay good.
 *
 * @since 0.1.0
 * @category steps
 */
export const expireTokens: FaultStep = step(
  change("expire tokens", ({ now, state }) => state.tokens.expireAll(now))
)

/**
 * Every token is revoked just before the request is looked at, refresh tokens too.
 *
 * @since 0.1.0
 * @category steps
 */
export const revokeTokens: FaultStep = step(change("revoke tokens", ({ state }) => state.tokens.revokeAll()))

/**
 * Clients appear just before the request is answered.
 *
 * @since 0.1.0
 * @category steps
 */
export const insertClients = (
  clients: Insertion["clients"] = 1,
  options?: Omit<Insertion, "clients">
): FaultStep => step(insert({ ...options, clients }))

/**
 * Clients disappear just before the request is answered.
 *
 * @since 0.1.0
 * @category steps
 */
export const deleteClients = (
  clients: Deletion["clients"] = 1,
  options?: Omit<Deletion, "clients">
): FaultStep => step(remove({ ...options, clients }))

/**
 * The page before, under its own number.
 *
 * @since 0.1.0
 * @category steps
 */
export const repeatPage: FaultStep = step(pageBefore(false))

/**
 * The page before, under the number that was asked for.
 *
 * @since 0.1.0
 * @category steps
 */
export const repeatClients: FaultStep = step(pageBefore(true))

/**
 * A complete answer whose JSON is cut off.
 *
 * @since 0.1.0
 * @category steps
 */
export const malformedBody: FaultStep = step({
  what: "malformed body",
  after: (answer) => ({ ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) })
})

/**
 * Other values in `meta.pagination`, by their names on the wire; `undefined` takes a member away. A function is given what
 * the server would say.
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
 * Pages of a server that does not give what is asked for: it caps them, has one size or one page for all, clamps, or hides
 * clients.
 *
 * @since 0.2.0
 * @category steps
 */
export const paging = (paging: Paging): FaultStep => step({ what: "paging", paging })

/**
 * Clients disappear and as many appear just before the request is answered: the list keeps its length.
 *
 * @since 0.2.0
 * @category steps
 */
export const swapClients = (
  count = 1,
  { from, to = "end" }: { readonly from?: Deletion["at"]; readonly to?: Insertion["at"] } = {}
): FaultStep => together(deleteClients(count, { at: from }), insertClients(count, { at: to }))

/**
 * No `meta` at all.
 *
 * @since 0.1.0
 * @category steps
 */
export const withoutMeta: FaultStep = step(
  editAnswer("without meta", ({ meta: _, ...document }) => document)
)

/**
 * Another document in place of the one that the server would send. Answers that are not JSON objects stay as they are.
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
