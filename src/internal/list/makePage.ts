import * as Option from "effect/Option"
import type { OauthClient } from "../../OauthClient.js"
import { OauthClientPage, Pagination } from "../../OauthClientPage.js"
import type { ListDocument } from "../wire/jsonApi.js"
import { makeCursor } from "./pageCursor.js"
import type { Place } from "./pageCursor.js"

/** A page as the caller sees it: what is new on it, and where the next one starts. */
export const makePage = (
  document: ListDocument,
  clients: ReadonlyArray<OauthClient>,
  next: Option.Option<Place>,
  read: { readonly page: number; readonly perPage: number }
): OauthClientPage => {
  const pagination = Option.getOrElse(document.pagination, () => numbersOf(document, Option.isSome(next), read))
  return new OauthClientPage({ clients, pagination, next: Option.map(next, makeCursor) }, true)
}

// Where the server gives no numbers: what the page itself shows.
const numbersOf = (
  { rows }: ListDocument,
  more: boolean,
  { page, perPage }: { readonly page: number; readonly perPage: number }
): Pagination =>
  new Pagination({
    total: (page - 1) * perPage + rows.length,
    count: rows.length,
    perPage,
    currentPage: page,
    totalPages: more ? page + 1 : page
  })
