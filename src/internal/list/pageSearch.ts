import type { ListDocument } from "../wire/document.js"

/** A page that was read. */
export interface PageRead {
  readonly number: number
  readonly document: ListDocument
  readonly attempts: number
}

/** The search for the place in a list that changed. */
export interface PageSearch {
  /** The page that was next when the place was lost. */
  readonly from: number
  /** Where the place can have moved to by what the length of the list tells, nearest first. */
  readonly near: Array<number>
  /** The rest of the list. */
  readonly far: Array<number>
  /** How often it was planned: anew when the list changes once more while it goes on. */
  readonly round: number
  readonly total: number | undefined
  /** The page with the highest-ranking id so far. */
  best: { readonly read: PageRead; readonly rank: number } | undefined
}

export interface SearchOptions {
  readonly from: number
  readonly lastPage: number
  readonly pageSize: number
  /** By how much the list grew since the place was known; negative when it shrank. */
  readonly growth: number
  readonly total: number | undefined
  readonly round: number
}

const range = (from: number, to: number): Array<number> =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => from + (to < from ? -index : index))

/**
 * The page before the place is looked at first: additions at the end of the list, the most common change, leave it as it
 * was. Deletions before the place move it towards the start, additions before it towards the end.
 */
export const planSearch = (options: SearchOptions): PageSearch => {
  const { from, growth, lastPage, pageSize, round, total } = options
  const reach = Math.ceil(Math.abs(growth) / pageSize) + 1
  const before = from - 1
  const order = growth > 0
    ? [before, ...range(from, from + reach), before - 1]
    : [...range(before, before - reach), from, from + 1]
  const exists = (page: number) => page >= 1 && page <= Math.max(lastPage, before)
  const near = order.filter(exists)
  const far = [...range(before, 1), ...range(from, Math.max(lastPage, from))].filter((page) =>
    exists(page) && !near.includes(page)
  )
  return { from, near, far, round, total, best: undefined }
}
