/**
 * A budget of repeats that the calls of a layer share, so that an outage is not multiplied. Times are milliseconds of a
 * monotonic clock.
 */
export interface RetryBudget {
  /** How long until it can pay for one more repeat. */
  readonly wait: (now: number) => number
  /**
   * Takes one repeat out of the budget. One that queues may take it below zero, which makes the next ones wait for their
   * turn; one that need not ask takes what is there.
   */
  readonly spend: (now: number, queues: boolean) => void
  /** A success pays back the repeat that led to it, or else a little. */
  readonly earn: (repeated: boolean) => void
}

/** Repeats that a layer may make at once after a quiet time. */
const capacity = 100
/** Repeats paid back per millisecond (2 a second). */
const refill = 0.002
/** Repeats paid back by a success that needed none. */
const reward = 0.1

export const makeRetryBudget = (): RetryBudget => {
  let budget = capacity
  let paidAt = Number.NEGATIVE_INFINITY
  const pay = (now: number) => {
    budget = Math.min(capacity, budget + Math.max(0, now - paidAt) * refill)
    paidAt = now
  }
  return {
    wait: (now) => {
      pay(now)
      return budget >= 1 ? 0 : (1 - budget) / refill
    },
    spend: (now, queues) => {
      pay(now)
      budget = queues ? budget - 1 : Math.max(Math.min(budget, 0), budget - 1)
    },
    earn: (repeated) => {
      budget = Math.min(capacity, budget + (repeated ? 1 : reward))
    }
  }
}

/** For repeats that are held down by other means. */
export const unlimited: RetryBudget = { wait: () => 0, spend: () => undefined, earn: () => undefined }
