/**
 * The names of all spans, attributes and metrics, following OpenTelemetry's semantic conventions for HTTP clients. A
 * test checks `docs/observability.md` against this file.
 */
import { counter, define, gauge, histogram } from "./metrics.js"
import type { Attributes } from "./metrics.js"

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

/** The IDs and page of an operation. Invalid IDs are omitted, since they may hold anything. */
export interface Facts {
  readonly userId?: string | undefined
  readonly clientId?: string | undefined
  readonly page?: number | undefined
}

export const attributesOf = ({ clientId, page, userId }: Facts): Attributes => ({
  [attribute.userId]: userId,
  [attribute.clientId]: clientId,
  [attribute.page]: page
})

/** Metrics. Their attributes have few values, and never IDs. */
export const metric = {
  requestDuration: define(histogram, {
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
  }),
  operationDuration: define(histogram, {
    name: "processmaker.operation.duration",
    unit: "s",
    description: "Duration of operations and streams, with waits, retries and logins.",
    attributes: [attribute.operation, attribute.errorType]
  }),
  retries: define(counter, {
    name: "processmaker.retries",
    description: "Requests that failed and were sent again.",
    attributes: [attribute.operation, attribute.reason]
  }),
  tokenRequests: define(counter, {
    name: "processmaker.token.requests",
    description: "Requests to the token endpoint.",
    attributes: ["grant", attribute.errorType]
  }),
  pages: define(counter, { name: "processmaker.pages", description: "Pages that streams emitted.", attributes: [] }),
  clients: define(counter, {
    name: "processmaker.clients",
    description: "Clients that streams emitted.",
    attributes: []
  }),
  drift: define(counter, {
    name: "processmaker.drift",
    description: "Changes to a list that were detected while it was streamed.",
    attributes: [attribute.sign]
  }),
  held: define(gauge, {
    name: "processmaker.held",
    unit: "s",
    description: "For how long the server asked all calls to wait; 0 when calls go out again.",
    attributes: []
  })
}
