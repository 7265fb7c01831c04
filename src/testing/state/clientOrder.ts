/**
 * The order of a user's list, kept as runs of consecutive numbers: a million seeded clients are one run.
 *
 * @since 0.1.0
 */
interface Run {
  readonly first: number
  readonly length: number
}

const contains = (run: Run, client: number): boolean => client >= run.first && client < run.first + run.length

/** Which clients there are, by number, and in which order. */
export class ClientOrder {
  #runs: ReadonlyArray<Run>
  #size: number

  constructor(first: number, length: number) {
    this.#runs = length === 0 ? [] : [{ first, length }]
    this.#size = length
  }

  get size(): number {
    return this.#size
  }

  has(client: number): boolean {
    return this.#runs.some((run) => contains(run, client))
  }

  *[Symbol.iterator](): Generator<number> {
    for (const run of this.#runs) {
      for (let index = 0; index < run.length; index++) yield run.first + index
    }
  }

  slice(from: number, count: number): ReadonlyArray<number> {
    const found: Array<number> = []
    let skip = from
    for (const run of this.#runs) {
      for (let index = skip; index < run.length && found.length < count; index++) found.push(run.first + index)
      if (found.length === count) break
      skip = Math.max(0, skip - run.length)
    }
    return found
  }

  append(client: number): void {
    const last = this.#runs.at(-1)
    this.#runs = last !== undefined && last.first + last.length === client
      ? [...this.#runs.slice(0, -1), { first: last.first, length: last.length + 1 }]
      : [...this.#runs, { first: client, length: 1 }]
    this.#size += 1
  }

  insert(client: number, position: number): void {
    if (position >= this.#size) return this.append(client)
    let before = position
    const at = this.#runs.findIndex((run) => before < run.length || (before -= run.length, false))
    this.#replace(at, (run) => [
      { first: run.first, length: before },
      { first: client, length: 1 },
      { first: run.first + before, length: run.length - before }
    ])
    this.#size += 1
  }

  remove(client: number): boolean {
    const at = this.#runs.findIndex((run) => contains(run, client))
    if (at === -1) return false
    this.#replace(at, (run) => [
      { first: run.first, length: client - run.first },
      { first: client + 1, length: run.first + run.length - client - 1 }
    ])
    this.#size -= 1
    return true
  }

  #replace(at: number, pieces: (run: Run) => ReadonlyArray<Run>): void {
    this.#runs = this.#runs.flatMap((run, index) => index === at ? pieces(run).filter(({ length }) => length > 0) : run)
  }
}
