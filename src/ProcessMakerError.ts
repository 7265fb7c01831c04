/**
 * The errors, one class per cause.
 *
 * Every error is a `Schema.TaggedError`, so it can be sent over an RPC or stored by a workflow. No error holds a
 * request, a response, a raw body or a secret; `message` is safe to log.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import {
  callFields,
  describeCall,
  describeOutcome,
  ErrorDetail,
  oneLine,
  SchemaIssue,
  sentence,
  TransportReason,
  ValidationIssue
} from "./ErrorDetail.js"
import { OauthClientWithoutSecret } from "./OauthClient.js"

const answered = {
  ...callFields,
  /** The status of the last response. */
  status: Schema.Int,
  /** The server's own error details, without secrets. Empty if the body has none. */
  errors: Schema.propertySignature(Schema.Array(ErrorDetail)).pipe(Schema.withConstructorDefault(() => [])),
  /**
   * The request ID from the response headers (`x-request-id`, `cf-ray` and the like). Quote it to the server's support.
   */
  requestId: Schema.propertySignature(Schema.Option(Schema.String)).pipe(
    Schema.withConstructorDefault(() => Option.none())
  ),
  /** The body was an HTML page: a proxy or a firewall may have responded instead of the API. */
  html: Schema.optional(Schema.Boolean)
}

/**
 * The API rejected the access token (401), even after one replay with a new token.
 *
 * **Details**
 *
 * `challenge` is set if a new token would not help, so none was requested: `otherScheme` if `WWW-Authenticate` lists
 * only schemes other than Bearer, `insufficientScope` if the token lacks a scope (RFC 6750, section 3.1).
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerUnauthorized
  extends Schema.TaggedError<ProcessMakerUnauthorized>()("ProcessMakerUnauthorized", {
    ...answered,
    challenge: Schema.optional(Schema.Literal("otherScheme", "insufficientScope"))
  })
{
  override get message(): string {
    return sentence(this, unauthorizedReasons[this.challenge ?? "token"])
  }
}

const unauthorizedReasons = {
  token: "the API rejected the access token (401)",
  otherScheme: "the server requires an authentication scheme other than Bearer (401): check the base URL",
  insufficientScope: "the access token lacks a scope (401): request it with credentials.scope"
}

/**
 * The access token is valid but does not permit the operation (403).
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerForbidden
  extends Schema.TaggedError<ProcessMakerForbidden>()("ProcessMakerForbidden", answered)
{
  override get message(): string {
    return sentence(this, "access denied (403)")
  }
}

/**
 * The user or the client does not exist (404). The API does not say which.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerNotFound extends Schema.TaggedError<ProcessMakerNotFound>()("ProcessMakerNotFound", answered) {
  override get message(): string {
    const missing = this.clientId === undefined ? "no such user" : "no such user or client"
    return sentence(this, `${missing} (404)${pathHint(this.url)}`)
  }
}

// The paths of this API begin with /api/v1, which is easy to omit.
const pathHint = (baseUrl: string | undefined): string =>
  baseUrl !== undefined && /^[^/]+\/\/[^/]+\/?$/.test(baseUrl) ? `, or the base URL ${baseUrl} lacks /api/v1` : ""

/**
 * The server rejected the input (422, or 400, which the API's specification uses for the same).
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerUnprocessable extends Schema.TaggedError<ProcessMakerUnprocessable>()(
  "ProcessMakerUnprocessable",
  {
    ...answered,
    /** What the server rejected, field by field. */
    issues: Schema.Array(ValidationIssue)
  }
) {
  override get message(): string {
    return sentence(
      this,
      this.html === true ? `status ${this.status}` : `the server rejected the input (${this.status})`
    )
  }
}

/**
 * The server limits the request rate (429). `attempts` is 0 if an earlier 429 still holds back all calls of the layer.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerRateLimited extends Schema.TaggedError<ProcessMakerRateLimited>()("ProcessMakerRateLimited", {
  ...answered,
  /** How long the server asked to wait, if it said so. */
  retryAfter: Schema.Option(Schema.Duration)
}) {
  override get message(): string {
    return sentence(this, unlessHeldBack(this, `too many requests (${this.status})`) + waitHint(this.retryAfter))
  }
}

// Without an attempt, an earlier response still holds back all calls of the layer.
const unlessHeldBack = ({ attempts, status }: { readonly attempts: number; readonly status: number }, reason: string) =>
  attempts === 0 ? `no request was sent, since an earlier response (${status}) still holds back all calls` : reason

/**
 * The server, or a proxy in front of it, failed (5xx).
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerServerError extends Schema.TaggedError<ProcessMakerServerError>()("ProcessMakerServerError", {
  ...answered,
  /** How long the server asked to wait, if it said so. */
  retryAfter: Schema.Option(Schema.Duration)
}) {
  override get message(): string {
    return sentence(this, unlessHeldBack(this, `the server failed (${this.status})`) + waitHint(this.retryAfter))
  }
}

/**
 * Any other status, including every 3xx (0 in browsers): redirects are never followed with a token.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerUnexpectedStatus
  extends Schema.TaggedError<ProcessMakerUnexpectedStatus>()("ProcessMakerUnexpectedStatus", {
    ...answered,
    /** The origin that a redirect points to. */
    redirectOrigin: Schema.optional(Schema.String)
  })
{
  override get message(): string {
    const target = this.redirectOrigin === undefined ? "" : ` to ${this.redirectOrigin}`
    const redirected = this.redirectOrigin !== undefined || [0, 301, 302, 303, 307, 308].includes(this.status)
    const followed = redirected && this.status >= 200 && this.status < 300
    const what = followed
      ? `the HTTP client followed a redirect${target} (${this.status}), which must not receive the token`
      : redirected
      ? `the server redirected (${this.status})${target}, which is never followed with a token: check the base URL`
      : `the server responded with the unexpected status ${this.status}`
    return sentence(this, what)
  }
}

/**
 * No response arrived, or only part of one.
 *
 * **Details**
 *
 * `reason` says at which stage the request failed. The message names the server by the origin of `url`.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerTransportError
  extends Schema.TaggedError<ProcessMakerTransportError>()("ProcessMakerTransportError", {
    ...callFields,
    reason: TransportReason,
    /** The error code of the system or the HTTP client, such as `ECONNRESET`. */
    code: Schema.optional(Schema.String),
    /** The HTTP client's own message, without secrets. */
    cause: Schema.optional(Schema.String)
  })
{
  override get message(): string {
    const said = [this.code, this.cause].filter((part) => part !== undefined).join(": ")
    return sentence(this, transportReasons[this.reason](serverOf(this.url)) + (said === "" ? "" : ` (${said})`))
  }
}

const serverOf = (url: string | undefined): string =>
  url === undefined ? "the server" : url.replace(/^([^/]+\/\/[^/]+).*$/, "$1")

const transportReasons: Record<TransportReason, (server: string) => string> = {
  dns: (server) => `the host name of ${server} could not be resolved`,
  connect: (server) => `could not connect to ${server}`,
  tls: (server) => `could not establish a TLS connection to ${server}`,
  reset: (server) => `the connection to ${server} was lost before a response arrived`,
  truncated: (server) => `the connection to ${server} was lost before the response was complete`,
  other: (server) => `the request to ${server} failed without a response`
}

/**
 * An attempt (the request and reading its response) or the whole call timed out.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerTimeout extends Schema.TaggedError<ProcessMakerTimeout>()("ProcessMakerTimeout", {
  ...callFields,
  /** Which timeout: that of one attempt (`attemptTimeout`) or of the whole call (`totalTimeout`). */
  deadline: Schema.Literal("attempt", "total"),
  /** The timeout that was exceeded. */
  limit: Schema.Duration
}) {
  override get message(): string {
    const limit = Duration.format(this.limit)
    return sentence(
      this,
      this.deadline === "attempt"
        ? `${serverOf(this.url)} sent no complete response within ${limit} (attemptTimeout)`
        : `the call did not complete within ${limit} (totalTimeout)`
    )
  }
}

/**
 * A response with a success status that does not match the API.
 *
 * **Details**
 *
 * `reason` is `contentType` or `json` if the body is not JSON, `document` if it is not a JSON:API document (or has
 * `errors`), `schema` if the data does not match the schema, `mismatch` if it is not the client or page that was
 * requested, and `size` if the body exceeds `maxBodySize`. `issues` holds paths and expectations, never values.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerInvalidResponse
  extends Schema.TaggedError<ProcessMakerInvalidResponse>()("ProcessMakerInvalidResponse", {
    ...answered,
    reason: Schema.Literal("contentType", "json", "document", "schema", "mismatch", "size"),
    issues: Schema.Array(SchemaIssue)
  })
{
  override get message(): string {
    return sentence(this, `the response (${this.status}) is not what the API promises${listIssues(this.issues)}`)
  }
}

/**
 * The server reported that a write succeeded, but the client it returned lacks the change.
 *
 * **Details**
 *
 * Only flags are compared, and only those in the response: servers may trim or truncate names.
 *
 * @since 0.2.0
 * @category errors
 */
export class ProcessMakerChangeIgnored
  extends Schema.TaggedError<ProcessMakerChangeIgnored>()("ProcessMakerChangeIgnored", {
    ...callFields,
    /** The fields that differ from what was sent. */
    fields: Schema.Array(Schema.Literal("personalAccessClient", "passwordClient", "revoked")),
    /** The client as the server returned it. */
    client: OauthClientWithoutSecret
  })
{
  override get message(): string {
    return sentence(this, `the server reported success but did not change ${this.fields.join(" and ")}`)
  }
}

/**
 * The input is invalid; no request was sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerInvalidRequest
  extends Schema.TaggedError<ProcessMakerInvalidRequest>()("ProcessMakerInvalidRequest", {
    ...callFields,
    /** What is wrong with the input, field by field. */
    issues: Schema.Array(SchemaIssue)
  })
{
  override get message(): string {
    return `${describeCall(this)} was not sent, its input is invalid${listIssues(this.issues)}`
  }
}

/**
 * The token endpoint rejected the credentials or did not return a token.
 *
 * **Details**
 *
 * `reason` is the server's `error` code (RFC 6749, section 5.2): `invalid_grant`, or `invalid_credentials` from older
 * servers, means a wrong user name or password; `invalid_client` means the OAuth client. Other reasons are `refused` if
 * the server sent no code, `invalid_response` if the response holds no token, and, with `status` 0,
 * `credentials_unavailable` if the Effect given as `credentials` failed, `broken_provider` if a custom
 * `AccessTokenProvider` failed with anything but an `AccessTokenError`, and `closed` if the layer's scope has ended.
 * After a rejected login, calls fail immediately until `retryAfter` has passed, so that the account is not locked.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerLoginFailed extends Schema.TaggedError<ProcessMakerLoginFailed>()("ProcessMakerLoginFailed", {
  ...answered,
  /** The server's error code, such as `invalid_grant`, or one of this library's, such as `invalid_response`. */
  reason: Schema.String,
  /** Why the credentials are unavailable, without secrets. */
  cause: Schema.optional(Schema.String),
  /** How long calls fail without another login attempt. */
  retryAfter: Schema.Option(Schema.Duration)
}) {
  override get message(): string {
    const url = this.url === undefined ? "the token endpoint" : `the token endpoint ${this.url}`
    const why = loginReasons.get(this.reason)?.(url) ?? `${url} refused the login`
    const status = this.status === 0 ? "" : `, status ${this.status}`
    const cause = this.cause === undefined ? "" : `: ${this.cause}`
    return sentence(this, `${why} (${this.reason}${status})${cause}${waitHint(this.retryAfter)}`)
  }
}

// The server chooses the key: a plain object would also answer to "constructor".
const loginReasons = new Map<string, (tokenEndpoint: string) => string>([
  ["invalid_grant", () => "the user name or the password is wrong"],
  ["invalid_credentials", () => "the user name or the password is wrong"],
  ["invalid_client", () => "the client ID or the client secret is wrong, or the client may not use the password grant"],
  ["credentials_unavailable", () => "no request was sent, since the credentials could not be read"],
  ["closed", () => "the AccessTokenProvider layer is closed: provide it to the whole program"],
  ["broken_provider", () => "the AccessTokenProvider failed with an undeclared error"],
  ["invalid_response", (url) => `${url} did not return a token response (RFC 6749, section 5)`]
])

/**
 * Pagination does not advance, or the list changed and `onDrift` is `"fail"`.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerPaginationStuck
  extends Schema.TaggedError<ProcessMakerPaginationStuck>()("ProcessMakerPaginationStuck", {
    operation: Schema.String,
    userId: Schema.String,
    pageNumber: Schema.Int,
    /**
     * `repeated`: pages contain only clients that were already read. `empty`: pages are empty although the server
     * reports more clients. `wrongPage`: the server sent a different page than requested. `endless`: the list has no
     * end, or grows as fast as it is read. `lostPlace`: none of the clients read last still exists, so there is no
     * place to continue from. `drift`: the list changed, and `onDrift` is `"fail"`.
     */
    reason: Schema.Literal("repeated", "empty", "wrongPage", "endless", "lostPlace", "drift"),
    /** Requests sent by the whole stream. */
    attempts: Schema.NonNegativeInt,
    elapsed: Schema.Duration,
    /** For `ensureOauthClient`: whether a client was added. */
    outcome: callFields.outcome
  })
{
  override get message(): string {
    const reason = stuckReasons[this.reason]
    return `${describeCall(this)} stopped at page ${this.pageNumber}: ${reason}${describeOutcome(this)}`
  }
}

const stuckReasons: Record<ProcessMakerPaginationStuck["reason"], string> = {
  repeated: "the server keeps sending clients that were already read",
  empty: "the server sent empty pages although it reports more clients",
  wrongPage: "the server sent a different page than the one requested",
  endless: "the list has no end, or grows as fast as it is read",
  lostPlace: "none of the clients read last is still in the list; start again without a cursor",
  drift: "the list changed while it was read"
}

/**
 * The errors of obtaining an access token.
 *
 * @since 0.1.0
 * @category errors
 */
export type AccessTokenError =
  | ProcessMakerLoginFailed
  | ProcessMakerRateLimited
  | ProcessMakerServerError
  | ProcessMakerTransportError
  | ProcessMakerTimeout
  | ProcessMakerUnexpectedStatus

/**
 * The schema of `AccessTokenError`.
 *
 * @since 0.2.0
 * @category errors
 */
export const AccessTokenError = /* @__PURE__ */ Schema.Union(
  ProcessMakerLoginFailed,
  ProcessMakerRateLimited,
  ProcessMakerServerError,
  ProcessMakerTransportError,
  ProcessMakerTimeout,
  ProcessMakerUnexpectedStatus
)

/**
 * The errors of the operations on one client or one page.
 *
 * @since 0.1.0
 * @category errors
 */
export type OauthClientsError =
  | AccessTokenError
  | ProcessMakerUnauthorized
  | ProcessMakerForbidden
  | ProcessMakerNotFound
  | ProcessMakerUnprocessable
  | ProcessMakerInvalidResponse
  | ProcessMakerChangeIgnored
  | ProcessMakerInvalidRequest

/**
 * The schema of `OauthClientsError`, for an RPC, a workflow or a queue.
 *
 * @since 0.2.0
 * @category errors
 */
export const OauthClientsError = /* @__PURE__ */ Schema.Union(
  AccessTokenError,
  ProcessMakerUnauthorized,
  ProcessMakerForbidden,
  ProcessMakerNotFound,
  ProcessMakerUnprocessable,
  ProcessMakerInvalidResponse,
  ProcessMakerChangeIgnored,
  ProcessMakerInvalidRequest
)

/**
 * The errors of the streams and of `ensureOauthClient`.
 *
 * @since 0.1.0
 * @category errors
 */
export type OauthClientsStreamError = OauthClientsError | ProcessMakerPaginationStuck

/**
 * The schema of `OauthClientsStreamError`.
 *
 * @since 0.2.0
 * @category errors
 */
export const OauthClientsStreamError = /* @__PURE__ */ Schema.Union(OauthClientsError, ProcessMakerPaginationStuck)

/**
 * All errors of this library.
 *
 * @since 0.1.0
 * @category errors
 */
export type ProcessMakerError = OauthClientsStreamError

/**
 * The schema of `ProcessMakerError`.
 *
 * @since 0.2.0
 * @category errors
 */
export const ProcessMakerError = OauthClientsStreamError

const waitHint = (retryAfter: Option.Option<Duration.Duration>): string =>
  Option.match(retryAfter, {
    onNone: () => "",
    onSome: (wait) => `, retry after ${Duration.format(Duration.seconds(Math.ceil(Duration.toSeconds(wait))))}`
  })

const listIssues = (issues: ReadonlyArray<SchemaIssue>): string =>
  issues.length === 0
    ? ""
    : `: ${
      issues.map(({ expected, path }) => oneLine(path.length === 0 ? expected : `${path.join(".")}: ${expected}`)).join(
        "; "
      )
    }`
