/** Pages: as the server sent them, at their place in the list, and as the caller gets them. */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { OauthClient } from "../../OauthClient.js"
import { OauthClientPage, Pagination } from "../../OauthClientPage.js"
import type { PageCursor } from "../../OauthClientPage.js"
import type { ListDocument, Numbers, Row } from "../wire/document.js"
import { makeCursor } from "./cursor.js"
import { startOf } from "./windows.js"
import type { Window } from "./windows.js"

/** A page as the server sent it. */
export interface PageRead {
  readonly asked: Window
  /** The IDs of all rows, including rejected ones; undefined for a row without a valid ID. */
  readonly rows: ReadonlyArray<string | undefined>
  readonly numbers: Numbers
}

/** A page at its place in the list. */
export interface PlacedPage {
  readonly asked: Window
  /** The page that the server sent, which may have another number or size than the requested one. */
  readonly window: Window
  readonly ids: ReadonlyArray<string>
  readonly numbers: Numbers
  /** The reported length of the list. */
  readonly announced: number | undefined
  readonly isFull: boolean
  /** Whether the server reported the page size. */
  readonly isSized: boolean
  /** Whether the numbers announce more rows behind this page, or there are none. */
  readonly goesOn: boolean
}

/** Locates a page by its numbers, unless its rows contradict them. */
export const placed = ({ asked, numbers, rows }: PageRead): PlacedPage => {
  const { currentPage = asked.page, perPage = 0, total, totalPages } = numbers
  const isSized = perPage > 0 && perPage >= rows.length
  const size = isSized ? perPage : Math.max(asked.size, rows.length)
  const window = { page: currentPage, size }
  const start = startOf(window)
  const isSilent = total === undefined && totalPages === undefined && perPage === 0
  return {
    asked,
    window,
    ids: named(rows, start),
    numbers,
    announced: total ?? (totalPages === undefined ? undefined : totalPages * size),
    isFull: rows.length >= size,
    isSized,
    goesOn: isSilent || (total ?? 0) > start + rows.length || (totalPages ?? 0) > currentPage
  }
}

/** Names a row without an ID after the previous row, so that overlapping pages reject it only once. */
const named = (rows: PageRead["rows"], start: number): ReadonlyArray<string> => {
  let before = start === 0 ? "" : `\0${start}`
  return rows.map((id) => (before = id ?? `${before}\0`))
}

/** The number of consecutive rows without an ID that end with this one. */
export const unnamedUpTo = (id: string | undefined): number => /\0*$/.exec(id ?? "")?.[0].length ?? 0

export const idOf = (row: Row): string | undefined => Either.isRight(row) ? row.right.id : row.left.id

/** Makes a page for the caller. */
export const makePage = (
  { numbers, rows }: ListDocument,
  { page, size }: Window,
  clients: ReadonlyArray<OauthClient>,
  cursor: PageCursor,
  isLast: boolean
): OauthClientPage => {
  const { count = rows.length, currentPage = page, perPage = size } = numbers
  const { total = startOf({ page, size }) + rows.length } = numbers
  const { totalPages = isLast || perPage === 0 ? page : Math.max(page + 1, Math.ceil(total / perPage)) } = numbers
  const pagination = new Pagination({ total, count, perPage, currentPage, totalPages }, true)
  return new OauthClientPage({ clients, pagination, cursor, next: isLast ? Option.none() : Option.some(cursor) }, true)
}

/** Makes a page that was requested on its own. Its cursor is the place behind it. */
export const pageOf = (document: ListDocument, asked: Window & { readonly userId: string }): OauthClientPage => {
  const { goesOn, ids, isFull, window } = placed({ asked, rows: document.rows.map(idOf), numbers: document.numbers })
  const position = startOf(window) + ids.length
  const place = {
    position,
    total: document.numbers.total ?? null,
    maxPerPage: asked.size,
    ids: ids.slice(-100),
    ahead: 0,
    seen: position
  }
  const cursor = makeCursor(asked.userId, place, { page: asked.page + 1, size: asked.size })
  const clients = document.rows.flatMap((row) => Either.isRight(row) ? [row.right] : [])
  return makePage(document, asked, clients, cursor, ids.length === 0 || !(isFull || goesOn))
}
