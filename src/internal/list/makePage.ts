import * as Option from "effect/Option"
import type { OauthClient } from "../../OauthClient.js"
import { OauthClientPage, Pagination } from "../../OauthClientPage.js"
import type { ListDocument } from "../wire/document.js"
import { makeCursor } from "./pageCursor.js"
import type { Place } from "./pageCursor.js"

/** A page as the caller sees it: what is new on it, and where the next one starts. */
export const makePage = (
  document: ListDocument,
  clients: ReadonlyArray<OauthClient>,
  next: Option.Option<Place>,
  read: { readonly page: number; readonly perPage: number }
): OauthClientPage => {
  const pagination = paginationOf(document, Option.isSome(next), read)
  return new OauthClientPage({ clients, pagination, next: Option.map(next, makeCursor) }, true)
}

// Where the server gives no number: what the page itself shows.
const paginationOf = (
  { numbers, rows }: ListDocument,
  more: boolean,
  { page, perPage }: { readonly page: number; readonly perPage: number }
): Pagination =>
  new Pagination({
    total: numbers.total ?? (page - 1) * perPage + rows.length,
    count: numbers.count ?? rows.length,
    perPage: numbers.perPage ?? perPage,
    currentPage: numbers.currentPage ?? page,
    totalPages: numbers.totalPages ?? (more ? page + 1 : page)
  }, true)
