/**
 * Faults of the document in a response.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { fieldsOf } from "../api/messages.js"
import type { Paging } from "../api/pageLinks.js"
import type { Route } from "../FakeRequest.js"
import { type FaultAction, type FaultStep, type JsonMembers, step } from "./FaultStep.js"

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
