import type { ErrorDetail, SchemaIssue, TransportReason } from "../../ErrorDetail.js"
import type {
  AccessTokenError,
  ProcessMakerInvalidResponse,
  ProcessMakerUnauthorized
} from "../../ProcessMakerError.js"
import { statusMeaning } from "./status.js"

/**
 * How one attempt failed. It holds no secret, since spans and causes may show it.
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
  /** The HTTP client's message, without secrets. */
  readonly words?: string | undefined
  /** False if the request was certainly not sent. */
  readonly sent: boolean
}

/** What a response reports about a failure. */
export interface ResponseFacts {
  readonly status: number
  readonly errors?: ReadonlyArray<ErrorDetail> | undefined
  /** From `x-request-id`, `cf-ray` and the like. */
  readonly requestId?: string | undefined
  /** The body is an HTML page. */
  readonly html?: true | undefined
}

export interface RefusedStatus extends ResponseFacts {
  readonly _tag: "RefusedStatus"
  /** In milliseconds. */
  readonly retryAfter?: number | undefined
  readonly challenge?: ProcessMakerUnauthorized["challenge"]
  readonly redirectOrigin?: string | undefined
  /** The transport followed a redirect: the status is that of the redirect's target. */
  readonly followed?: boolean | undefined
  /** False if this repeats an earlier rejection of a login, without a request. */
  readonly requested?: boolean | undefined
}

export interface InvalidAnswer extends ResponseFacts {
  readonly _tag: "InvalidAnswer"
  readonly reason: ProcessMakerInvalidResponse["reason"]
  readonly issues: ReadonlyArray<SchemaIssue>
  /** The body itself reports a failure. */
  readonly denied?: true | undefined
}

export interface LoginRefused extends ResponseFacts {
  readonly _tag: "LoginRefused"
  readonly reason: string
  /** Why the credentials are unavailable. */
  readonly words?: string | undefined
  /** In milliseconds: how long to wait before the next login. */
  readonly coolDown?: number | undefined
  /** False if this repeats an earlier rejection, without a request. */
  readonly requested?: boolean | undefined
}

/** The `reason` of a login whose response is not a token response. */
export const invalidTokenResponse = "invalid_response"

/** The `reason` of a login whose credentials could not be read. */
export const credentialsUnavailable = "credentials_unavailable"

/** The `reason` of a login whose `AccessTokenProvider` failed with an undeclared error. */
export const brokenProvider = "broken_provider"

/** Whether a write with this failure may have been applied. */
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
        (applied === "noIfRetryAfter" && failure.retryAfter === undefined)
    }
    case "InvalidInput":
    case "LoginRefused":
    case "NoToken":
      return false
  }
}
