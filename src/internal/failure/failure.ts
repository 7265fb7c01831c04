import type { ErrorDetail, SchemaIssue, TransportReason } from "../../ErrorDetail.js"
import type { AccessTokenError, ProcessMakerInvalidResponse } from "../../ProcessMakerError.js"
import { statusMeaning } from "./status.js"

/**
 * How one attempt failed, before it is known what it took. Nothing in it is secret, since spans and causes may show it.
 */
export type Failure =
  | NoAnswer
  | { readonly _tag: "TimedOut"; readonly deadline: "attempt" | "total"; readonly limit: number }
  | RefusedStatus
  | InvalidAnswer
  | LoginRefused
  | { readonly _tag: "NoToken"; readonly error: AccessTokenError }

export interface NoAnswer {
  readonly _tag: "NoAnswer"
  readonly reason: TransportReason
  readonly code?: string | undefined
  /** False when the request surely never left. */
  readonly sent: boolean
}

export interface RefusedStatus {
  readonly _tag: "RefusedStatus"
  readonly status: number
  /** In milliseconds. */
  readonly retryAfter?: number | undefined
  readonly errors: ReadonlyArray<ErrorDetail>
  readonly redirectOrigin?: string | undefined
  /** A transport followed a redirect by itself: the status is that of whoever it was led to. */
  readonly followed?: boolean | undefined
}

export interface InvalidAnswer {
  readonly _tag: "InvalidAnswer"
  readonly status: number
  readonly reason: ProcessMakerInvalidResponse["reason"]
  readonly issues: ReadonlyArray<SchemaIssue>
  readonly errors: ReadonlyArray<ErrorDetail>
}

export interface LoginRefused {
  readonly _tag: "LoginRefused"
  readonly status: number
  readonly reason: string
  /** In milliseconds: how long no further login is tried. */
  readonly coolDown?: number | undefined
  /** False when an earlier refusal is only said again. */
  readonly asked?: boolean | undefined
}

/** The `reason` of a login that was answered with what is no token response. */
export const invalidTokenResponse = "invalid_response"

/** Whether a write that failed so may have been carried out all the same. */
export const mayHaveBeenApplied = (failure: Failure): boolean => {
  switch (failure._tag) {
    case "NoAnswer":
      return failure.sent
    case "TimedOut":
    case "InvalidAnswer":
      return true
    case "RefusedStatus": {
      const { applied } = statusMeaning(failure.status)
      return failure.followed === true || applied === "maybe" ||
        (applied === "noIfTold" && failure.retryAfter === undefined)
    }
    case "LoginRefused":
    case "NoToken":
      return false
  }
}
