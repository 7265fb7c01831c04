import type { ErrorDetail, SchemaIssue, TransportReason } from "../../ErrorDetail.js"
import type {
  AccessTokenError,
  ProcessMakerInvalidResponse,
  ProcessMakerUnauthorized
} from "../../ProcessMakerError.js"
import { statusMeaning } from "./status.js"

/**
 * How one attempt failed, before it is known what it took. Nothing in it is secret, since spans and causes may show it.
 */
export type Failure =
  | NoAnswer
  | { readonly _tag: "TimedOut"; readonly deadline: "attempt" | "total"; readonly limit: number }
  | RefusedStatus
  | InvalidAnswer
  | { readonly _tag: "InvalidInput"; readonly issues: ReadonlyArray<SchemaIssue> }
  | LoginRefused
  | { readonly _tag: "NoToken"; readonly error: AccessTokenError }

export interface NoAnswer {
  readonly _tag: "NoAnswer"
  readonly reason: TransportReason
  readonly code?: string | undefined
  /** What the HTTP client says, without secrets. */
  readonly words?: string | undefined
  /** False when the request surely never left. */
  readonly sent: boolean
}

/** What an answer says of a failure. */
export interface Said {
  readonly status: number
  readonly errors?: ReadonlyArray<ErrorDetail> | undefined
  /** From `x-request-id`, `cf-ray` and the like. */
  readonly requestId?: string | undefined
  /** The body is a web page. */
  readonly html?: true | undefined
}

export interface RefusedStatus extends Said {
  readonly _tag: "RefusedStatus"
  /** In milliseconds. */
  readonly retryAfter?: number | undefined
  readonly challenge?: ProcessMakerUnauthorized["challenge"]
  readonly redirectOrigin?: string | undefined
  /** A transport followed a redirect by itself: the status is that of whoever it was led to. */
  readonly followed?: boolean | undefined
  /** False when an earlier refusal of a login is only said again. */
  readonly asked?: boolean | undefined
}

export interface InvalidAnswer extends Said {
  readonly _tag: "InvalidAnswer"
  readonly reason: ProcessMakerInvalidResponse["reason"]
  readonly issues: ReadonlyArray<SchemaIssue>
  /** The body itself says that the request was not carried out. */
  readonly denied?: true | undefined
}

export interface LoginRefused extends Said {
  readonly _tag: "LoginRefused"
  readonly reason: string
  /** Why this side has no credentials to log in with. */
  readonly words?: string | undefined
  /** In milliseconds: how long no further login is tried. */
  readonly coolDown?: number | undefined
  /** False when an earlier refusal is only said again. */
  readonly asked?: boolean | undefined
}

/** The `reason` of a login that was answered with what is no token response. */
export const invalidTokenResponse = "invalid_response"

/** The `reason` of a login whose credentials could not be read. */
export const credentialsUnavailable = "credentials_unavailable"

/** The `reason` of a login where the `AccessTokenProvider` failed with what its type does not say. */
export const brokenProvider = "broken_provider"

/** Whether a write that failed so may have been carried out all the same. */
export const mayHaveBeenApplied = (failure: Failure): boolean => {
  switch (failure._tag) {
    case "NoAnswer":
      return failure.sent
    case "TimedOut":
      return true
    case "InvalidAnswer":
      return failure.denied !== true
    case "RefusedStatus": {
      const { applied } = statusMeaning(failure.status)
      return failure.followed === true || applied === "maybe" ||
        (applied === "noIfTold" && failure.retryAfter === undefined)
    }
    case "InvalidInput":
    case "LoginRefused":
    case "NoToken":
      return false
  }
}
