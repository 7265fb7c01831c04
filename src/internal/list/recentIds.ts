/**
 * The ids last read, up to a bound: what recovery from a changed list remembers. The later an id was read, the higher it
 * ranks; the highest is the frontier: what was there before it was read, what was there behind it was not.
 */
export interface RecentIds {
  readonly has: (id: string) => boolean
  /** 0 for what is not known. */
  readonly rank: (id: string) => number
  readonly add: (id: string) => void
  readonly size: () => number
  readonly frontier: () => string | undefined
  /** The last few, the frontier last: what a cursor keeps. */
  readonly anchors: () => ReadonlyArray<string>
}

/** The most anchors in a cursor: it is to stay small. */
export const mostAnchors = 32

/** Between half of the bound and the bound is remembered. */
export const makeRecentIds = (bound: number, initial: Iterable<string>): RecentIds => {
  // Two halves, the older of which is dropped whole: to delete the oldest key of a map, one by one, is slow.
  let newer = new Map<string, number>()
  let older = new Map<string, number>()
  let anchors: Array<string> = []
  let highest = 0
  const rank = (id: string): number => newer.get(id) ?? older.get(id) ?? 0
  const add = (id: string) => {
    if (newer.size >= bound / 2) {
      older = newer
      newer = new Map()
    }
    newer.set(id, ++highest)
    anchors.push(id)
    if (anchors.length >= 2 * mostAnchors) anchors = anchors.slice(-mostAnchors)
  }
  for (const id of initial) add(id)
  return {
    add,
    rank,
    has: (id) => rank(id) > 0,
    size: () => newer.size + older.size,
    frontier: () => anchors.at(-1),
    anchors: () => anchors.slice(-mostAnchors)
  }
}
