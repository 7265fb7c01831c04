/** What a status means, all of it: no other file knows a status by its number. */
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
   * Which methods may be sent again: `reads` are GET, `idempotent` GET, PUT and DELETE (RFC 9110, section 9.2.2), `told`
   * is `idempotent`, and POST too when the server said when to come back. `replay` is for the token's sake.
   */
  readonly repeat: "never" | "reads" | "idempotent" | "told" | "all" | "replay"
  /** Whether a write may have been carried out all the same. */
  readonly applied: "no" | "maybe" | "noIfTold"
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
  503: { error: "ServerError", repeat: "told", applied: "noIfTold" },
  504: silentGateway,
  // A proxy's words for an origin that does not answer.
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

/** 0 is what a browser shows of a redirect that it was told not to follow. */
export const isRedirect = (status: number): boolean => status === 0 || (status >= 300 && status < 400)

export const isUnauthorized = (status: number): boolean => status === 401

export const isClientError = (status: number): boolean => status >= 400 && status < 500

export const isNotFound = (status: number): boolean => status === 404
