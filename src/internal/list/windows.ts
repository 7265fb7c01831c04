/**
 * Pages as a request names them: a number, from 1, of pages of one size. Positions in the list count from 0.
 */
export interface Window {
  readonly page: number
  readonly size: number
}

export const startOf = ({ page, size }: Window): number => (page - 1) * size

export const endOf = ({ page, size }: Window): number => page * size

export const isSame = (one: Window, other: Window): boolean => one.page === other.page && one.size === other.size

/** The page of this size that contains the position. */
const pageOfSize = (position: number, size: number): Window => ({ page: Math.floor(position / size) + 1, size })

/**
 * Of the pages that contain the position, the one that ends farthest behind it. Servers take a number and a size, not an
 * offset: a page that starts exactly at the position may not exist, but among all sizes up to `most` one comes close.
 * Only where each of these pages ends at `beyond` or before it (which every size up to `most` divides) is the page larger.
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

/** How large the server makes its pages. */
export interface Paging {
  /** The size of the largest page: as asked for, or as the server allows. */
  readonly most: number
  /** The server has a single size, or nobody minds what moves: pages do not overlap. */
  readonly isFixed: boolean
}

/** A cap lets smaller pages through. A larger page than asked for, or a cap where only a larger one overlaps, does not. */
export const learnt = ({ isFixed, most }: Paging, asked: number, size: number): Paging => ({
  most: size > asked ? size : size < asked ? Math.min(most, size) : most,
  isFixed: isFixed || size > asked || (size < asked && asked > most)
})

/** The page that contains the position, if pages can overlap, and goes on as far as can be, at least beyond the other. */
export const pageWith = ({ isFixed, most }: Paging, position: number, beyond: number = position): Window =>
  isFixed ? pageOfSize(beyond, most) : farthestWith(position, most, beyond)
