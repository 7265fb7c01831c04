export interface Contestant {
  readonly name: string
  /** Does the same work `pages` times. */
  readonly run: (pages: number) => Promise<unknown>
}

export interface RaceOptions {
  /** Pages that each contestant reads first, and that are not counted. */
  readonly warmUp: number
  readonly rounds: number
  /** In each round. */
  readonly pages: number
}

export interface Race {
  /** Microseconds a page: the median of all rounds. */
  readonly micros: (name: string) => number
  /** The median of what the first took for each that the second took, round by round: noise hits both. */
  readonly ratio: (name: string, to: string) => number
  readonly names: ReadonlyArray<string>
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? sorted[middle] ?? Number.NaN
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

/** Lets all of them run in turn, in another order each round. */
export const race = async (
  contestants: ReadonlyArray<Contestant>,
  { pages, rounds, warmUp }: RaceOptions
): Promise<Race> => {
  const took = new Map<string, Array<number>>(contestants.map(({ name }) => [name, []]))
  // By the pages of a round, so that what is warm is what is measured.
  for (const { run } of contestants) for (let read = 0; read < warmUp; read += pages) await run(pages)
  for (let round = 0; round < rounds; round++) {
    const shift = round % contestants.length
    for (const { name, run } of [...contestants.slice(shift), ...contestants.slice(0, shift)]) {
      const started = performance.now()
      await run(pages)
      took.get(name)?.push(((performance.now() - started) * 1000) / pages)
    }
  }
  const of = (name: string): ReadonlyArray<number> => took.get(name) ?? []
  return {
    micros: (name) => median(of(name)),
    ratio: (name, to) => median(of(name).map((micros, round) => micros / (of(to)[round] ?? Number.NaN))),
    names: contestants.map(({ name }) => name)
  }
}
