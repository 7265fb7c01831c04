import { constFalse, constTrue } from "effect/Function"
import type { ResolvedPolicy } from "../config/policy.js"
import type { Failure, NoAnswer } from "../failure/failure.js"
import { statusMeaning } from "../failure/status.js"
import type { StatusMeaning } from "../failure/status.js"

export type Method = "GET" | "POST" | "PUT" | "DELETE"

export type StopReason = "final" | "attempts" | "deadline" | "retryAfter" | "budget"

export type Decision =
  | { readonly _tag: "Stop"; readonly reason: StopReason }
  | {
    readonly _tag: "Wait"
    /** In whole milliseconds. */
    readonly delay: number
    /** `replay` retries with another token, `retryAfter` at the server's time, `backOff` after the policy's delay. */
    readonly kind: "replay" | "retryAfter" | "backOff"
  }

export interface Situation {
  readonly method: Method
  readonly failure: Failure
  /** Requests sent so far. */
  readonly attempts: number
  /** In milliseconds, since the call began. */
  readonly elapsed: number
  readonly policy: ResolvedPolicy
  /** In milliseconds: how long until the layer's budget allows one more retry. */
  readonly budgetWait: number
  /** Whether a 401 may be retried once with another token. */
  readonly mayReplay: boolean
  /** Whether the server has responded to this layer before. */
  readonly reached: boolean
  /** Uniform in [0, 1). */
  readonly random: number
}

const stop = (reason: StopReason): Decision => ({ _tag: "Stop", reason })

const isRepeatable = ({ failure, method, reached }: Situation): boolean => {
  const idempotent = method !== "POST"
  switch (failure._tag) {
    case "NoAnswer":
      return !isLasting(failure, reached) && (idempotent || !failure.sent)
    case "TimedOut":
      return idempotent && failure.deadline === "attempt"
    case "RefusedStatus":
      return repeatsAfter[statusMeaning(failure.status).repeat](method, failure.retryAfter !== undefined)
    case "InvalidAnswer":
    case "LoginRefused":
    case "InvalidInput":
    case "NoToken":
      return false
  }
}

// TLS failures are permanent, and so is an unknown host name that never worked.
const isLasting = ({ code = "", reason }: NoAnswer, reached: boolean): boolean =>
  reason === "tls" || (!reached && /^(ENOTFOUND|ENODATA|EAI_NONAME|EAI_NODATA)$/.test(code))

/** Whether to retry this method, by the meaning of the status and whether the server sent a retry time. */
const repeatsAfter: Record<StatusMeaning["repeat"], (method: Method, hasRetryAfter: boolean) => boolean> = {
  never: constFalse,
  replay: constFalse,
  reads: (method) => method === "GET",
  idempotent: (method) => method !== "POST",
  retryAfter: (method, hasRetryAfter) => method !== "POST" || hasRetryAfter,
  all: constTrue
}

const replay = { delay: 0, kind: "replay" } satisfies Partial<Decision>

/** Decides whether to retry, and after how long. No other place decides this. */
export const decide = (situation: Situation): Decision => {
  const { attempts, elapsed, failure, policy } = situation
  // Never send the token to another host again.
  if (failure._tag === "RefusedStatus" && failure.redirectOrigin !== undefined) return stop("final")
  const replays = failure._tag === "RefusedStatus" && statusMeaning(failure.status).repeat === "replay"
    && failure.challenge === undefined
  if (replays ? !situation.mayReplay : !isRepeatable(situation)) return stop("final")
  if (attempts >= policy.maxAttempts) return stop("attempts")
  const decision = replays ? replay : backOff(situation)
  if (typeof decision === "string") return stop(decision)
  return elapsed + decision.delay < policy.totalTimeout ? { _tag: "Wait", ...decision } : stop("deadline")
}

// Full jitter (a uniform part of the exponential ceiling), on top of the server's retry time.
const backOff = (
  { attempts, budgetWait, failure, policy, random }: Situation
): { readonly delay: number; readonly kind: "retryAfter" | "backOff" } | StopReason => {
  const retryAfter = failure._tag === "RefusedStatus" ? failure.retryAfter ?? 0 : 0
  if (retryAfter > policy.maxRetryAfter) return "retryAfter"
  const ceiling = Math.min(policy.maxDelay, policy.baseDelay * 2 ** Math.min(Math.max(attempts - 1, 0), 60))
  const delay = Math.ceil(retryAfter + random * ceiling)
  // A retry at the server's own time does not amplify an outage, so it needs no budget.
  if (retryAfter > 0) return { delay, kind: "retryAfter" }
  return budgetWait > policy.maxDelay
    ? "budget"
    : { delay: Math.max(delay, Math.ceil(budgetWait)), kind: "backOff" }
}
