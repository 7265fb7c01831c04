/**
 * Where to look for a client that was read, when the page that should have it has none.
 */
import type { PlacedPage } from "./page.js"
import { endOf, pageWith, startOf } from "./windows.js"
import type { Paging, Window } from "./windows.js"

/** The part of the list that was searched, and whether its end was seen. */
export interface Search {
  readonly back: number
  readonly ahead: number
  readonly isEnd: boolean
}

/** What is searched, this page included, which has none. */
export const searched = (search: Search | undefined, position: number, { isFull, window }: PlacedPage): Search => {
  const { ahead, back, isEnd } = search ?? { ahead: position, back: position, isEnd: false }
  return {
    back: Math.min(back, startOf(window)),
    ahead: Math.max(ahead, endOf(window)),
    isEnd: isEnd || !isFull
  }
}

/** Looks where the list's length says, then back and ahead, whichever is nearer: every page overlaps what was searched. */
export const nextLook = (
  { ahead, back, isEnd }: Search,
  position: number,
  expected: number,
  remembersAll: boolean,
  paging: Paging
): Window | undefined => {
  if (expected < back || expected > ahead) {
    return pageWith(paging, Math.max(0, expected - 1), expected)
  }
  const isBack = back > 0 && (isEnd || position - back <= ahead - position)
  // Whoever remembers all finds an anchor further back, at the latest the head.
  if (isBack || remembersAll) return pageWith(paging, Math.max(0, back - Math.ceil(paging.most / 2)))
  return isEnd ? undefined : pageWith(paging, ahead)
}
