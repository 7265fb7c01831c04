/**
 * The operations of the API as values. The service, the fake's routes, the names of spans and metrics, the table in
 * docs/calls.md and the error types are derived from them.
 */
import * as Either from "effect/Either"
import type * as Option from "effect/Option"
import { NewOauthClient, OauthClientChanges } from "../../OauthClient.js"
import type { ProcessMakerError } from "../../ProcessMakerError.js"
import type { Method } from "../call/decision.js"
import type { InvalidAnswer } from "../failure/failure.js"
import { writeChanges, writeNew } from "../wire/client.js"
import { readClient, readNothing, readRequestedPage, readUpdate } from "../wire/document.js"
import type { Answer, ClientDocument, ListDocument } from "../wire/document.js"
import { checked, checkPage } from "./inputs.js"
import type { Checked, PageNumbers } from "./inputs.js"

export type OperationId =
  | "addOauthClient"
  | "findOauthClientById"
  | "findOauthClients"
  | "updateOauthClient"
  | "deleteOauthClient"

/** The IDs in the path. */
export interface Ids {
  readonly userId: string
  readonly clientId?: string | undefined
}

type ErrorTag = ProcessMakerError["_tag"]

/** What was requested, to compare with the response. */
export interface Requested extends Ids {
  readonly page?: number | undefined
}

export interface Operation<Input, Output, Tag extends ErrorTag = ErrorTag> {
  /** Its name in the API and in `OauthClientsService`. */
  readonly id: OperationId
  readonly method: Method
  /** The path, relative to the base URL (RFC 6570, level 1). */
  readonly template: "/users/{user_id}/clients" | "/users/{user_id}/clients/{client_id}"
  /** Validates the input other than the IDs. */
  readonly input: (input: unknown) => Checked<Input>
  readonly query?: (input: Input) => Readonly<Record<string, string>>
  readonly body?: (input: Input, ids: Ids) => string
  /** Decodes a successful response. */
  readonly output: (answer: Answer, requested: Requested) => Either.Either<Output, InvalidAnswer>
  /** The tags of its errors. */
  readonly errors: ReadonlyArray<Tag>
  /**
   * When to retry (RFC 9110, sections 9.2.1 and 9.2.2): a `safe` request after any transient failure, an `idempotent`
   * one after any but a 500, any other only if it was certainly not applied.
   */
  readonly repeats: "safe" | "idempotent" | "notApplied"
  /** The result if a response was lost and the retry returns 404. If omitted, 404 is always a failure. */
  readonly whenGone?: () => Output
}

/** The error type of an operation. */
export type ErrorOf<O> = O extends { readonly errors: ReadonlyArray<infer Tag> }
  ? Extract<ProcessMakerError, { _tag: Tag }>
  : never

const tags = <const Tag extends ErrorTag>(...all: ReadonlyArray<Tag>): ReadonlyArray<Tag> => all

const callErrors = tags(
  "ProcessMakerUnauthorized",
  "ProcessMakerForbidden",
  "ProcessMakerNotFound",
  "ProcessMakerUnprocessable",
  "ProcessMakerRateLimited",
  "ProcessMakerServerError",
  "ProcessMakerUnexpectedStatus",
  "ProcessMakerTransportError",
  "ProcessMakerTimeout",
  "ProcessMakerInvalidResponse",
  "ProcessMakerInvalidRequest",
  "ProcessMakerLoginFailed"
)

const writeErrors = tags(...callErrors, "ProcessMakerChangeIgnored")

type CallTag = (typeof callErrors)[number]
type WriteTag = (typeof writeErrors)[number]

export const addOauthClient: Operation<NewOauthClient, ClientDocument, WriteTag> = {
  id: "addOauthClient",
  method: "POST",
  template: "/users/{user_id}/clients",
  input: checked(NewOauthClient),
  body: writeNew,
  output: (answer) => readClient(answer),
  errors: writeErrors,
  repeats: "notApplied"
}

export const findOauthClientById: Operation<void, ClientDocument, CallTag> = {
  id: "findOauthClientById",
  method: "GET",
  template: "/users/{user_id}/clients/{client_id}",
  input: () => Either.void,
  output: (answer, { clientId }) => readClient(answer, clientId),
  errors: callErrors,
  repeats: "safe"
}

export const findOauthClients: Operation<PageNumbers, ListDocument, CallTag> = {
  id: "findOauthClients",
  method: "GET",
  template: "/users/{user_id}/clients",
  input: checkPage,
  query: ({ page, perPage }) => ({ page: String(page), per_page: String(perPage) }),
  output: (answer, { page = 1 }) => readRequestedPage(answer, page),
  errors: callErrors,
  repeats: "safe"
}

export const updateOauthClient: Operation<OauthClientChanges, Option.Option<ClientDocument>, WriteTag> = {
  id: "updateOauthClient",
  method: "PUT",
  template: "/users/{user_id}/clients/{client_id}",
  input: checked(OauthClientChanges),
  body: (changes, { clientId = "" }) => writeChanges(clientId, changes),
  output: (answer, { clientId = "" }) => readUpdate(answer, clientId),
  errors: writeErrors,
  repeats: "idempotent"
}

export const deleteOauthClient: Operation<void, void, CallTag> = {
  id: "deleteOauthClient",
  method: "DELETE",
  template: "/users/{user_id}/clients/{client_id}",
  input: () => Either.void,
  output: (answer) => readNothing(answer),
  errors: callErrors,
  repeats: "idempotent",
  whenGone: () => undefined
}

/** All operations, in the order of the documentation. */
export const operations = {
  addOauthClient,
  findOauthClientById,
  findOauthClients,
  updateOauthClient,
  deleteOauthClient
}
