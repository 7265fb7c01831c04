/**
 * Limits requests per time window, like Laravel's throttle.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import type { FakeRateLimit } from "../FakeOptions.js"

/** The throttle's decision on one request. `resetAt` is in epoch milliseconds. */
export interface Allowance {
  readonly allowed: boolean
  readonly limit: number
  readonly remaining: number
  readonly resetAt: number
}

export class RateLimiter {
  readonly #limit: number
  readonly #window: number
  #used = 0
  #resetAt = Number.NEGATIVE_INFINITY

  constructor({ limit, window }: FakeRateLimit) {
    this.#limit = limit
    this.#window = Duration.toMillis(window)
  }

  take(now: number): Allowance {
    if (now >= this.#resetAt) {
      this.#resetAt = now + this.#window
      this.#used = 0
    }
    const allowed = this.#used < this.#limit
    if (allowed) this.#used += 1
    return { allowed, limit: this.#limit, remaining: this.#limit - this.#used, resetAt: this.#resetAt }
  }
}

/** `Retry-After` in whole seconds, rounded up. */
export const retryAfterHeaders = (millis: number): Readonly<Record<string, string>> => ({
  "retry-after": String(Math.max(0, Math.ceil(millis / 1000)))
})

const prefixes = {
  laravel: ["x-ratelimit"],
  spec: ["x-rate-limit"],
  both: ["x-ratelimit", "x-rate-limit"],
  none: []
}

/** What a response says of an allowance, in one or both spellings, and of the wait after a refusal. */
export const allowanceHeaders = (
  { allowed, limit, remaining, resetAt }: Allowance,
  now: number,
  spelling: keyof typeof prefixes
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(prefixes[spelling].flatMap((prefix) => [
    [`${prefix}-limit`, String(limit)],
    [`${prefix}-remaining`, String(remaining)]
  ])),
  ...(allowed ? {} : { ...retryAfterHeaders(resetAt - now), "x-ratelimit-reset": String(Math.ceil(resetAt / 1000)) })
})
