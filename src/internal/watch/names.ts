/**
 * What can be watched. This file has every name that the library gives to spans, attributes and metrics, by
 * OpenTelemetry's semantic conventions for HTTP clients; `docs/observability.md` is held against it.
 */

/** Attributes of spans, metrics and log lines. */
export const attribute = {
  userId: "processmaker.user.id",
  clientId: "processmaker.client.id",
  page: "processmaker.page",
  pages: "processmaker.pages",
  clients: "processmaker.clients",
  retries: "processmaker.retries",
  grant: "processmaker.grant",
  errorType: "error.type",
  method: "http.request.method",
  resendCount: "http.request.resend_count",
  status: "http.response.status_code",
  address: "server.address",
  port: "server.port",
  url: "url.full",
  template: "url.template",
  operation: "operation",
  reason: "reason",
  sign: "sign",
  /** In seconds. */
  delay: "delay"
} as const

/** The span of an operation, or of a stream whichever its view. */
export const operationSpan = (operation: string): string => `OauthClientsService.${operation}`

/** The event of an operation's span before it sends a request again. */
export const retryEvent = "retry"

/** Metrics. Their attributes have few values: never an id. */
export const metric = {
  requestDuration: {
    name: "http.client.request.duration",
    unit: "s",
    description: "Duration of HTTP client requests.",
    attributes: [
      attribute.method,
      attribute.template,
      attribute.address,
      attribute.port,
      attribute.status,
      attribute.errorType
    ]
  },
  operationDuration: {
    name: "processmaker.operation.duration",
    unit: "s",
    description: "Duration of operations and streams, with waits, retries and logins.",
    attributes: [attribute.operation, attribute.errorType]
  },
  retries: {
    name: "processmaker.retries",
    description: "Requests that failed and were sent again.",
    attributes: [attribute.operation, attribute.reason]
  },
  tokenRequests: {
    name: "processmaker.token.requests",
    description: "Requests to the token endpoint.",
    attributes: ["grant", attribute.errorType]
  },
  pages: { name: "processmaker.pages", description: "Pages that streams emitted.", attributes: [] },
  clients: { name: "processmaker.clients", description: "Clients that streams emitted.", attributes: [] },
  drift: {
    name: "processmaker.drift",
    description: "Changes to a list that were detected while it was streamed.",
    attributes: [attribute.sign]
  },
  held: {
    name: "processmaker.held",
    unit: "s",
    description: "For how long the server asked all calls to wait; 0 when calls go out again.",
    attributes: []
  }
} as const
