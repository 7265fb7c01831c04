/**
 * Pages: what their own numbers say of them, and what the caller gets. Numbers are believed unless the rows disprove them.
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { OauthClient } from "../../OauthClient.js"
import { OauthClientPage, Pagination } from "../../OauthClientPage.js"
import type { PageCursor } from "../../OauthClientPage.js"
import type { ListDocument, Numbers, Row } from "../wire/document.js"
import { makeCursor } from "./cursor.js"
import { startOf } from "./windows.js"
import type { Window } from "./windows.js"

/** A page as it was read. */
export interface PageRead {
  readonly asked: Window
  /** The ids of all rows, rejected ones too; undefined where a row has none that can be read. */
  readonly rows: ReadonlyArray<string | undefined>
  readonly numbers: Numbers
}

/** A page at its place in the list. */
export interface PlacedPage {
  readonly asked: Window
  /** The page that it is, which may be another one than was asked for, or of another size. */
  readonly window: Window
  readonly ids: ReadonlyArray<string>
  readonly numbers: Numbers
  /** The length of the list, as far as the numbers tell. */
  readonly announced: number | undefined
  readonly isFull: boolean
  /** Whether the server says how large the page is. */
  readonly isSized: boolean
  /** Whether the numbers announce more behind this page, or do not say anything at all. */
  readonly goesOn: boolean
}

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

/** A row without an id is known by the row in front of it, so that overlapping pages reject it once. */
const named = (rows: PageRead["rows"], start: number): ReadonlyArray<string> => {
  let before = start === 0 ? "" : `\0${start}`
  return rows.map((id) => (before = id ?? `${before}\0`))
}

/** How many rows without an id in a row end with this one. */
export const unnamedUpTo = (id: string | undefined): number => /\0*$/.exec(id ?? "")?.[0].length ?? 0

export const idOf = (row: Row): string | undefined => Either.isRight(row) ? row.right.id : row.left.id

/** A page as the caller sees it. */
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

/** A page that was read alone. Its cursor is the place behind it. */
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
