/** Pages as the server numbers them, and which of them to request. Positions in the list count from 0. */
export interface Window {
  /** From 1. */
  readonly page: number
  readonly size: number
}

export const startOf = ({ page, size }: Window): number => (page - 1) * size

export const endOf = ({ page, size }: Window): number => page * size

export const isSame = (one: Window, other: Window): boolean => one.page === other.page && one.size === other.size

/** The page of this size that contains the position. */
const pageOfSize = (position: number, size: number): Window => ({ page: Math.floor(position / size) + 1, size })

/**
 * Of the pages that contain the position, the one that ends farthest behind it. Servers accept a page number and a size
 * but no offset, so a page that starts exactly at the position may not exist, but some size up to `most` comes close.
 * If no page of these sizes ends after `beyond` (every size divides it), the page is larger.
 */
export const farthestWith = (position: number, most: number, beyond: number = position): Window => {
  let best = pageOfSize(position, most)
  for (let size = most - 1; position + size > endOf(best); size--) {
    const page = pageOfSize(position, size)
    if (endOf(page) > endOf(best)) best = page
  }
  for (let size = most + 1; endOf(best) <= beyond; size++) best = pageOfSize(position, size)
  return best
}

/** The page sizes that the server supports. */
export interface Paging {
  /** The maximum page size: as requested, or the server's cap. */
  readonly most: number
  /** Pages cannot overlap, since the server has a single page size, or need not (`onDrift: "ignore"`). */
  readonly isFixed: boolean
}

/**
 * Learns from the size of a page. A smaller page than requested is a cap, which allows smaller sizes. A larger one, or a
 * cap on a page that had to be larger to overlap, means a single size.
 */
export const learnt = ({ isFixed, most }: Paging, asked: number, size: number): Paging => ({
  most: size > asked ? size : size < asked ? Math.min(most, size) : most,
  isFixed: isFixed || size > asked || (size < asked && asked > most)
})

/** The page that contains the position, if pages can overlap, and ends farthest, at least after `beyond`. */
export const pageWith = ({ isFixed, most }: Paging, position: number, beyond: number = position): Window =>
  isFixed ? pageOfSize(beyond, most) : farthestWith(position, most, beyond)

/** The part of the list that was searched for a row that was read before. */
export interface Search {
  readonly back: number
  readonly ahead: number
  /** Whether the search reached the end of the list. */
  readonly isEnd: boolean
}

/** Extends the search, which starts at the position, by a page. */
export const searched = (
  search: Search | undefined,
  position: number,
  { isFull, window }: { readonly window: Window; readonly isFull: boolean }
): Search => {
  const { ahead, back, isEnd } = search ?? { ahead: position, back: position, isEnd: false }
  return {
    back: Math.min(back, startOf(window)),
    ahead: Math.max(ahead, endOf(window)),
    isEnd: isEnd || !isFull
  }
}

/**
 * The next page to search: where the list's length says that the position is now, then back or ahead, whichever is
 * nearer, overlapping what was searched. Undefined if nothing is left.
 */
export const nextLook = (
  { ahead, back, isEnd }: Search,
  position: number,
  expected: number,
  remembersAll: boolean,
  paging: Paging
): Window | undefined => {
  if (expected < back || expected > ahead) return pageWith(paging, Math.max(0, expected - 1), expected)
  const isBack = back > 0 && (isEnd || position - back <= ahead - position)
  // If every row read is remembered, one of them is farther back, or else the walk starts over at the head.
  if (isBack || remembersAll) return pageWith(paging, Math.max(0, back - Math.ceil(paging.most / 2)))
  return isEnd ? undefined : pageWith(paging, ahead)
}
