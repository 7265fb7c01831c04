/** Reads a moving list with the walk alone, pages ahead and all: no client, no clock, so that thousands of runs are cheap. */
import type { Place } from "../../src/internal/list/cursor.js"
import type { PageRead } from "../../src/internal/list/page.js"
import { Walk } from "../../src/internal/list/walk.js"
import type { WalkOptions } from "../../src/internal/list/walk.js"
import { isSame } from "../../src/internal/list/windows.js"
import type { Numbers } from "../../src/internal/wire/document.js"

export interface List {
  readonly read: (
    page: number,
    perPage: number
  ) => { readonly rows: ReadonlyArray<string>; readonly pagination: unknown }
}

export interface ReadOptions {
  readonly perPage?: number
  readonly prefetch?: number
  readonly onDrift?: WalkOptions["onDrift"]
  readonly resume?: Place
}

export interface Reading {
  /** `ended`, `taken` (so many pages as asked for), or why the walk is stuck. */
  readonly end: string
  readonly ids: ReadonlyArray<string>
  readonly changes: number
  readonly unproven: boolean
  readonly requests: number
  readonly place: Place
}

/** Reads until the list ends, or until so many pages brought something. */
export const read = (list: List, options: ReadOptions, pages = Number.POSITIVE_INFINITY): Reading => {
  const { onDrift = "recover", prefetch = 1, resume } = options
  const walk = new Walk({ perPage: options.perPage ?? resume?.maxPerPage ?? 100, onDrift, resume })
  const ids: Array<string> = []
  let inFlight: Array<PageRead> = []
  let requests = 0
  let changes = 0
  let left = pages
  let end: string = "taken"
  // Pages that were read ahead stay good while they are planned, whatever the list did meanwhile.
  const start = (most: number) => {
    const plan = walk.plan(most)
    const outdated = inFlight.findIndex(({ asked }, index) => plan[index] === undefined || !isSame(plan[index], asked))
    const kept = outdated < 0 ? inFlight : inFlight.slice(0, outdated)
    const started = plan.slice(kept.length).map((asked): PageRead => {
      const { pagination, rows } = list.read(asked.page, asked.size)
      return { asked, rows, numbers: numbersOf(pagination) }
    })
    requests += started.length
    inFlight = [...kept, ...started]
  }
  while (left > 0 && end === "taken") {
    start(prefetch + 1)
    const page = inFlight.shift()
    if (page === undefined) break
    const step = walk.take(page)
    for (const index of step.fresh) ids.push(page.rows[index] ?? "")
    left -= step.fresh.length > 0 ? 1 : 0
    changes += step.sign === undefined ? 0 : 1
    end = step.end ?? "taken"
    start(prefetch)
  }
  return { end, ids, changes, unproven: walk.unproven, requests, place: walk.place }
}

export const numbersOf = (pagination: unknown): Numbers => {
  const said = new Map(Object.entries(pagination ?? {}))
  const number = (name: string): number | undefined => {
    const value = said.get(name)
    return typeof value === "number" ? value : undefined
  }
  return {
    total: number("total"),
    totalPages: number("total_pages"),
    perPage: number("per_page"),
    currentPage: number("current_page")
  }
}
