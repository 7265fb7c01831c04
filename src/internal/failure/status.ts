/** The meaning of a status. No other file knows a status by its number. */
export interface StatusMeaning {
  readonly error:
    | "Unauthorized"
    | "Forbidden"
    | "NotFound"
    | "Unprocessable"
    | "RateLimited"
    | "ServerError"
    | "UnexpectedStatus"
  /**
   * Which methods may be retried: `reads` is GET, `idempotent` is GET, PUT and DELETE (RFC 9110, section 9.2.2),
   * `retryAfter` is `idempotent`, and also POST if the server sent a retry time. `replay` retries with another token.
   */
  readonly repeat: "never" | "reads" | "idempotent" | "retryAfter" | "all" | "replay"
  /** Whether a write may have been applied. */
  readonly applied: "no" | "maybe" | "noIfRetryAfter"
}

const silentGateway: StatusMeaning = { error: "ServerError", repeat: "idempotent", applied: "maybe" }

const table: Readonly<Record<number, StatusMeaning>> = {
  400: { error: "Unprocessable", repeat: "never", applied: "no" },
  401: { error: "Unauthorized", repeat: "replay", applied: "no" },
  403: { error: "Forbidden", repeat: "never", applied: "no" },
  404: { error: "NotFound", repeat: "never", applied: "no" },
  408: { error: "UnexpectedStatus", repeat: "idempotent", applied: "no" },
  422: { error: "Unprocessable", repeat: "never", applied: "no" },
  429: { error: "RateLimited", repeat: "all", applied: "no" },
  500: { error: "ServerError", repeat: "reads", applied: "maybe" },
  502: silentGateway,
  503: { error: "ServerError", repeat: "retryAfter", applied: "noIfRetryAfter" },
  504: silentGateway,
  // Cloudflare's statuses for an origin that does not respond.
  520: silentGateway,
  521: silentGateway,
  522: silentGateway,
  523: silentGateway,
  524: silentGateway
}

export const statusMeaning = (status: number): StatusMeaning =>
  table[status]
    ?? (status >= 500
      ? { error: "ServerError", repeat: "never", applied: "maybe" }
      : { error: "UnexpectedStatus", repeat: "never", applied: "no" })

export const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** A browser reports status 0 for a redirect that it does not follow. */
export const isRedirect = (status: number): boolean => status === 0 || (status >= 300 && status < 400)

export const isUnauthorized = (status: number): boolean => status === 401

export const isClientError = (status: number): boolean => status >= 400 && status < 500

export const isNotFound = (status: number): boolean => status === 404
