/**
 * What can go wrong, one class per meaning.
 *
 * Every error is a `Schema.TaggedError`, so it survives an RPC or a workflow. None holds a request, a response, a raw
 * body or a secret; `message` is a sentence that is safe to log.
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
  /** Of the last answer. */
  status: Schema.Int,
  /** What the server said about it, without secrets; empty where it said nothing that could be understood. */
  errors: Schema.propertySignature(Schema.Array(ErrorDetail)).pipe(Schema.withConstructorDefault(() => [])),
  /** What the answer calls the request (`x-request-id`, `cf-ray` and the like): quote it to whoever runs the server. */
  requestId: Schema.propertySignature(Schema.Option(Schema.String)).pipe(
    Schema.withConstructorDefault(() => Option.none())
  ),
  /** The body was an HTML page: a proxy or a firewall may have answered in place of the API. */
  html: Schema.optional(Schema.Boolean)
}

/**
 * The API rejected the access token (401), also after one replay with a new one.
 *
 * **Details**
 *
 * `challenge` is set if a new token would not help, so that none was requested: `otherScheme` if `WWW-Authenticate` asks
 * for other schemes than Bearer only, `insufficientScope` if the token lacks a scope (RFC 6750, section 3.1).
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
  otherScheme: "the server asks for another authentication scheme than Bearer (401): check the base URL",
  insufficientScope: "the access token lacks a scope (401): request it with credentials.scope"
}

/**
 * The access token is valid, but does not permit this (403).
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

// The paths of this API begin with /api/v1, which is easily left out.
const pathHint = (baseUrl: string | undefined): string =>
  baseUrl !== undefined && /^[^/]+\/\/[^/]+\/?$/.test(baseUrl) ? `, or the base URL ${baseUrl} lacks /api/v1` : ""

/**
 * The server rejected the input: 422, and the 400 by which the API's own description means the same.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerUnprocessable extends Schema.TaggedError<ProcessMakerUnprocessable>()(
  "ProcessMakerUnprocessable",
  {
    ...answered,
    /** Why it was refused, input by input. */
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
 * Too many requests (429), or the layer still holds calls back because of an earlier 429: then `attempts` is 0.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerRateLimited extends Schema.TaggedError<ProcessMakerRateLimited>()("ProcessMakerRateLimited", {
  ...answered,
  /** How long the server asked to wait, where it said so. */
  retryAfter: Schema.Option(Schema.Duration)
}) {
  override get message(): string {
    return sentence(this, unlessHeld(this, `too many requests (${this.status})`) + waitHint(this.retryAfter))
  }
}

// Without an attempt, an earlier answer still holds all calls of the layer back.
const unlessHeld = ({ attempts, status }: { readonly attempts: number; readonly status: number }, reason: string) =>
  attempts === 0 ? `nothing was sent, since an earlier answer (${status}) asked all calls to wait` : reason

/**
 * The server, or a proxy before it, failed (5xx).
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerServerError extends Schema.TaggedError<ProcessMakerServerError>()("ProcessMakerServerError", {
  ...answered,
  /** How long the server asked to wait, where it said so. */
  retryAfter: Schema.Option(Schema.Duration)
}) {
  override get message(): string {
    return sentence(this, unlessHeld(this, `the server failed (${this.status})`) + waitHint(this.retryAfter))
  }
}

/**
 * Any other status. Each 3xx is one: a redirect is never followed with a token. A browser shows it as status 0.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerUnexpectedStatus
  extends Schema.TaggedError<ProcessMakerUnexpectedStatus>()("ProcessMakerUnexpectedStatus", {
    ...answered,
    /** Of a redirect: the origin it points to. */
    redirectOrigin: Schema.optional(Schema.String)
  })
{
  override get message(): string {
    const target = this.redirectOrigin === undefined ? "" : ` to ${this.redirectOrigin}`
    const redirected = this.redirectOrigin !== undefined || [0, 301, 302, 303, 307, 308].includes(this.status)
    const followed = redirected && this.status >= 200 && this.status < 300
    const what = followed
      ? `the HTTP client took the request${target} by itself (${this.status}), where no token must go`
      : redirected
      ? `the server redirected (${this.status})${target}, which is never followed with a token: check the base URL`
      : `the server answered with the unexpected status ${this.status}`
    return sentence(this, what)
  }
}

/**
 * No answer arrived, or only a part of one.
 *
 * **Details**
 *
 * `reason` says where it failed. The message names the server: the origin of `url`.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerTransportError
  extends Schema.TaggedError<ProcessMakerTransportError>()("ProcessMakerTransportError", {
    ...callFields,
    reason: TransportReason,
    /** The system's or the HTTP client's code, such as `ECONNRESET`. */
    code: Schema.optional(Schema.String),
    /** The HTTP client's own words, without secrets. */
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
  tls: (server) => `no TLS connection to ${server} could be made`,
  reset: (server) => `the connection to ${server} was lost before a response arrived`,
  truncated: (server) => `the connection to ${server} was lost while the response arrived`,
  other: (server) => `the request to ${server} failed without a response`
}

/**
 * A deadline passed: that of one attempt (sending and reading the body), or that of the whole call.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerTimeout extends Schema.TaggedError<ProcessMakerTimeout>()("ProcessMakerTimeout", {
  ...callFields,
  /** Whose it was: one attempt's (`attemptTimeout`), or the whole call's (`totalTimeout`). */
  deadline: Schema.Literal("attempt", "total"),
  /** The deadline that passed. */
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
 * An answer with a good status that is not what the API promises.
 *
 * **Details**
 *
 * `reason`: `contentType` and `json` when it is not JSON, `document` when it is no JSON:API document (or one with
 * `errors`), `schema` when the data is not what this library knows, `mismatch` when another client than the one asked
 * for came back, `size` when the body is over the layer's cap. `issues` has paths and expectations, never values.
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
 * The server answered a write as a success, with a client that lacks what was asked: the change was ignored.
 *
 * **Details**
 *
 * Flags alone are compared, and only those that the answer shows: a server may trim a name or cut it.
 *
 * @since 0.2.0
 * @category errors
 */
export class ProcessMakerChangeIgnored
  extends Schema.TaggedError<ProcessMakerChangeIgnored>()("ProcessMakerChangeIgnored", {
    ...callFields,
    /** The fields that are not as they were sent. */
    fields: Schema.Array(Schema.Literal("personalAccessClient", "passwordClient", "revoked")),
    /** The client as the server holds it. */
    client: OauthClientWithoutSecret
  })
{
  override get message(): string {
    return sentence(this, `the server answered with success, but did not change ${this.fields.join(" and ")}`)
  }
}

/**
 * Refused here, before any request was sent.
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
 * The token endpoint refused the credentials or answered nonsense.
 *
 * **Details**
 *
 * `reason` is the `error` code of RFC 6749, section 5.2, as the server gave it (`invalid_grant`, and
 * `invalid_credentials` of older servers, mean user name or password; `invalid_client` means the OAuth client),
 * `refused` when it gave none, `invalid_response` when the answer is no token, or `broken_provider` (with `status` 0) when an
 * `AccessTokenProvider` of your own failed with anything else than an `AccessTokenError`, or `credentials_unavailable` (with
 * `status` 0) when the Effect given as `credentials` failed. After a refusal further calls fail at
 * once until `retryAfter` has passed, so that the account is not locked.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessMakerLoginFailed extends Schema.TaggedError<ProcessMakerLoginFailed>()("ProcessMakerLoginFailed", {
  ...answered,
  /** A code; see above. */
  reason: Schema.String,
  /** Why the credentials are unavailable, without secrets. */
  cause: Schema.optional(Schema.String),
  /** How long further logins are refused here without asking the server. */
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
  ["credentials_unavailable", () => "nothing was sent, since the credentials could not be read"],
  ["closed", () => "the layer of AccessTokenProvider was closed: provide it to the whole program"],
  ["broken_provider", () => "the AccessTokenProvider failed with an error that it does not declare"],
  ["invalid_response", (url) => `${url} did not answer as a token endpoint does (RFC 6749, section 5)`]
])

/**
 * The pages do not advance, or the list changed in a way the caller asked to fail on.
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
     * `repeated`: pages bring only what was read before. `empty`: pages are empty although more is announced.
     * `wrongPage`: the server sent another page than requested. `endless`: the list grows as fast as it is read, or has
     * no end. `lostPlace`: none of the clients read last are left to continue behind. `drift`: the list changed, and
     * `onDrift` is `"fail"`.
     */
    reason: Schema.Literal("repeated", "empty", "wrongPage", "endless", "lostPlace", "drift"),
    /** Requests sent by the whole stream. */
    attempts: Schema.NonNegativeInt,
    elapsed: Schema.Duration,
    /** Of `ensureOauthClient`: whether a client was added. */
    outcome: callFields.outcome
  })
{
  override get message(): string {
    const reason = stuckReasons[this.reason]
    return `${describeCall(this)} stopped at page ${this.pageNumber}: ${reason}${describeOutcome(this)}`
  }
}

const stuckReasons: Record<ProcessMakerPaginationStuck["reason"], string> = {
  repeated: "the server keeps sending clients that were read before",
  empty: "the server sent empty pages although it announces more clients",
  wrongPage: "the server sent another page than the one requested",
  endless: "the list has no end, or grows as fast as it is read",
  lostPlace: "none of the clients that were read last are in the list any more; start again without a cursor",
  drift: "the list changed while it was read"
}

/**
 * How obtaining an access token can fail.
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
 * The same as a schema.
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
 * How each of the five operations can fail.
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
 * The same as a schema, for an RPC, a workflow or a queue that carries them.
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
 * How the streams can fail.
 *
 * @since 0.1.0
 * @category errors
 */
export type OauthClientsStreamError = OauthClientsError | ProcessMakerPaginationStuck

/**
 * The same as a schema.
 *
 * @since 0.2.0
 * @category errors
 */
export const OauthClientsStreamError = /* @__PURE__ */ Schema.Union(OauthClientsError, ProcessMakerPaginationStuck)

/**
 * Everything this library fails with.
 *
 * @since 0.1.0
 * @category errors
 */
export type ProcessMakerError = OauthClientsStreamError

/**
 * The same as a schema.
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
