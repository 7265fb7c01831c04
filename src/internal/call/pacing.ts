/**
 * What all calls of one layer share: a budget of repeats, so that an outage is not multiplied, and a hold, so that one
 * answer that asks for patience keeps the others back too. Times are milliseconds of a monotonic clock.
 */
export interface Pacing {
  /** How long until the budget can pay for one more repeat. */
  readonly budgetWait: (now: number) => number
  /**
   * Takes one repeat out of the budget. One that queues may take it below zero, which makes the next ones wait for their
   * turn; one that need not ask takes what is there.
   */
  readonly spend: (now: number, queues: boolean) => void
  /** A success pays back the repeat that led to it, or else a little. */
  readonly earn: (repeated: boolean) => void
  /** Holds all calls back until then. */
  readonly hold: (until: number, status: number) => void
  /** What is left of the hold, and the status that caused it. */
  readonly held: (now: number) => { readonly left: number; readonly status: number }
  /** Joins those who wait for the end of the hold: how many were there before. Each leaves again. */
  readonly queue: () => number
  readonly leave: () => void
}

/** Repeats that a layer may make at once after a quiet time. */
const capacity = 100
/** Repeats paid back per millisecond (2 a second). */
const refill = 0.002
/** Repeats paid back by a success that needed none. */
const reward = 0.1

/** No server can hold a layer back longer than this at a time, unless a call would obey a longer `Retry-After`. */
export const longestHold = 60 * 60 * 1000

export const makePacing = (): Pacing => {
  let budget = capacity
  let paidAt = Number.NEGATIVE_INFINITY
  let heldUntil = Number.NEGATIVE_INFINITY
  let heldBy = 0
  let queued = 0
  const pay = (now: number) => {
    budget = Math.min(capacity, budget + Math.max(0, now - paidAt) * refill)
    paidAt = now
  }
  return {
    budgetWait: (now) => {
      pay(now)
      return budget >= 1 ? 0 : (1 - budget) / refill
    },
    spend: (now, queues) => {
      pay(now)
      budget = queues ? budget - 1 : Math.max(Math.min(budget, 0), budget - 1)
    },
    earn: (repeated) => {
      budget = Math.min(capacity, budget + (repeated ? 1 : reward))
    },
    hold: (until, status) => {
      if (until > heldUntil) {
        heldUntil = until
        heldBy = status
      }
    },
    held: (now) => ({ left: Math.max(0, heldUntil - now), status: heldBy }),
    queue: () => queued++,
    leave: () => {
      queued -= 1
    }
  }
}
