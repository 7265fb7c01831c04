import type { ListDocument } from "../wire/document.js"

/** What a page says of its place in the list. */
export interface Extent {
  /** None where the server does not say, or says what its own page disproves. */
  readonly total: number | undefined
  readonly pageSize: number
  /** None where it cannot be known. */
  readonly lastPage: number | undefined
  /** Whether another page is to be asked for. */
  readonly more: boolean
  /** Fewer clients than the numbers call for: they were counted and read at different moments, or some are hidden. */
  readonly short: boolean
}

/**
 * Reads the numbers of a page. `firstCount` is how many clients the first page had: without any numbers, that is the page
 * size, since the server may give fewer than were asked for.
 */
export const extentOf = (
  number: number,
  { numbers, rows }: ListDocument,
  asked: number,
  firstCount: number | undefined
): Extent => {
  const count = rows.length
  const { perPage, total, totalPages } = numbers
  if (perPage === undefined || total === undefined || totalPages === undefined) {
    const more = count > 0 && (firstCount === undefined || count >= firstCount)
    return { total: undefined, pageSize: firstCount ?? asked, lastPage: undefined, more, short: false }
  }
  const pageSize = perPage > 0 ? perPage : asked
  const before = (number - 1) * pageSize
  if (count > 0 && before + count > total) {
    const more = number < totalPages || count >= Math.min(pageSize, firstCount ?? pageSize)
    return { total: undefined, pageSize, lastPage: undefined, more, short: false }
  }
  const lastPage = Math.max(totalPages, Math.ceil(total / pageSize))
  return { total, pageSize, lastPage, more: number < lastPage, short: count < Math.min(pageSize, total - before) }
}
