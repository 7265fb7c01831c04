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
  /** The last few, the frontier last: what a cursor keeps. */
  readonly anchors: () => ReadonlyArray<string>
}

/** The most anchors in a cursor: it is to stay small. */
export const mostAnchors = 32

export const makeRecentIds = (bound: number, initial: Iterable<string>): RecentIds => {
  // A map keeps the order of insertion, so that its first key is the oldest.
  const ranks = new Map<string, number>()
  const anchors: Array<string> = []
  let highest = 0
  const add = (id: string) => {
    ranks.set(id, ++highest)
    anchors.push(id)
    if (anchors.length > mostAnchors) anchors.shift()
    if (ranks.size <= bound) return
    for (const oldest of ranks.keys()) {
      ranks.delete(oldest)
      return
    }
  }
  for (const id of initial) add(id)
  return { add, has: (id) => ranks.has(id), rank: (id) => ranks.get(id) ?? 0, size: () => ranks.size, anchors: () => anchors }
}
