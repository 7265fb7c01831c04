/**
 * A retry budget that the calls of a layer share, so that retries do not amplify an outage. Times are milliseconds of a
 * monotonic clock.
 */
export interface RetryBudget {
  /** How long until the budget allows one more retry. */
  readonly wait: (now: number) => number
  /**
   * Takes one retry from the budget. One that queues may take it below zero, so that the next ones wait longer; any
   * other takes at most what is left.
   */
  readonly spend: (now: number, queues: boolean) => void
  /** A success after a retry pays the retry back; any other success pays back a little. */
  readonly earn: (repeated: boolean) => void
}

/** The maximum burst of retries. */
const capacity = 100
/** Retries paid back per millisecond (2 per second). */
const refill = 0.002
/** Retries paid back by a success without a retry. */
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

/** For retries that are limited by other means. */
export const unlimited: RetryBudget = { wait: () => 0, spend: () => undefined, earn: () => undefined }
