/**
 * Makes public errors from the last attempt's failure and the facts of the call.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { CallFacts, ErrorDetail, ValidationIssue } from "../../ErrorDetail.js"
import type { OauthClient } from "../../OauthClient.js"
import type { AccessTokenError, OauthClientsError } from "../../ProcessMakerError.js"
import * as Errors from "../../ProcessMakerError.js"
import { invalidTokenResponse } from "./failure.js"
import type { Failure, LoginRefused, NoAnswer, RefusedStatus, ResponseFacts } from "./failure.js"
import { statusMeaning } from "./status.js"

/** The errors of a call. Only the operation itself can tell that a change was ignored. */
export type CallError = Exclude<OauthClientsError, Errors.ProcessMakerChangeIgnored>

/** Makes the public error of a call. */
export const publicError = (failure: Failure, call: CallFacts): CallError => {
  switch (failure._tag) {
    case "RefusedStatus":
      return statusError(failure, call)
    case "InvalidAnswer":
      return new Errors.ProcessMakerInvalidResponse({
        ...call,
        ...answered(failure),
        reason: failure.reason,
        issues: failure.issues
      })
    case "InvalidInput":
      return new Errors.ProcessMakerInvalidRequest({ ...call, issues: failure.issues })
    case "NoToken":
      return ofCall(failure.error, call)
    default:
      return unansweredError(failure, call)
  }
}

/** Makes the public error of a login (RFC 6749, section 5.2). */
export const loginError = (failure: Failure, call: CallFacts): AccessTokenError => {
  const login: CallFacts = { ...call, during: "login" }
  switch (failure._tag) {
    case "NoToken":
      return failure.error
    case "RefusedStatus": {
      const error = statusError(failure, login)
      return error._tag === "ProcessMakerRateLimited" || error._tag === "ProcessMakerServerError"
          || error._tag === "ProcessMakerUnexpectedStatus"
        ? error
        : noTokenResponse(failure, call)
    }
    case "InvalidAnswer":
      return noTokenResponse(failure, call)
    case "InvalidInput":
      return noTokenResponse({ status: 0 }, call)
    case "LoginRefused":
      return unansweredError(failure, call)
    default:
      return unansweredError(failure, login)
  }
}

/** Makes the public error of a write whose response lacks the change. */
export const changeIgnored = (
  fields: Errors.ProcessMakerChangeIgnored["fields"],
  client: OauthClient,
  call: CallFacts
): Errors.ProcessMakerChangeIgnored => new Errors.ProcessMakerChangeIgnored({ ...call, fields, client })

// A token provider does not know the call's IDs, attempts and outcome, so this adds them. An error's `cause` is not
// enumerable, so it is copied by name.
const ofCall = (error: AccessTokenError, { url: _, ...call }: CallFacts): AccessTokenError => {
  switch (error._tag) {
    case "ProcessMakerLoginFailed":
      return new Errors.ProcessMakerLoginFailed({ ...error, ...defined({ cause: error.cause }), ...call })
    case "ProcessMakerRateLimited":
      return new Errors.ProcessMakerRateLimited({ ...error, ...call })
    case "ProcessMakerServerError":
      return new Errors.ProcessMakerServerError({ ...error, ...call })
    case "ProcessMakerTransportError":
      return new Errors.ProcessMakerTransportError({ ...error, ...defined({ cause: error.cause }), ...call })
    case "ProcessMakerTimeout":
      return new Errors.ProcessMakerTimeout({ ...error, ...call })
    case "ProcessMakerUnexpectedStatus":
      return new Errors.ProcessMakerUnexpectedStatus({ ...error, ...call })
  }
}

const unansweredError = (
  failure: NoAnswer | LoginRefused | Extract<Failure, { _tag: "TimedOut" }>,
  call: CallFacts
): AccessTokenError => {
  switch (failure._tag) {
    case "NoAnswer":
      return new Errors.ProcessMakerTransportError({
        ...call,
        reason: failure.reason,
        ...defined({ code: failure.code }),
        ...defined({ cause: failure.words })
      })
    case "TimedOut":
      return new Errors.ProcessMakerTimeout({
        ...call,
        deadline: failure.deadline,
        limit: Duration.millis(failure.limit)
      })
    case "LoginRefused":
      return new Errors.ProcessMakerLoginFailed({
        ...call,
        ...answered(failure),
        reason: failure.reason,
        ...defined({ cause: failure.words }),
        retryAfter: wait(failure.coolDown)
      })
  }
}

const noTokenResponse = (facts: ResponseFacts, call: CallFacts): AccessTokenError =>
  unansweredError({ ...facts, _tag: "LoginRefused", reason: invalidTokenResponse }, call)

// Omits an undefined field, which would clutter the printed error.
const defined = <K extends string, V>(field: Record<K, V | undefined>): Partial<Record<K, V | undefined>> =>
  Object.values(field).includes(undefined) ? {} : field

const answered = ({ errors = [], html, requestId, status }: ResponseFacts) => ({
  status,
  errors,
  requestId: Option.fromNullable(requestId),
  ...defined({ html })
})

// A server may send any number of seconds; a duration beyond a hundred years would not survive JSON.
const longestWait = 100 * 365 * 86_400_000

const wait = (millis: number | undefined) =>
  Option.map(Option.fromNullable(millis), (wanted) => Duration.millis(Math.ceil(Math.min(wanted, longestWait))))

const statusError = (failure: RefusedStatus, call: CallFacts): CallError => {
  const { challenge, redirectOrigin, status } = failure
  const fields = { ...call, ...answered(failure) }
  switch (redirectOrigin === undefined ? statusMeaning(status).error : "UnexpectedStatus") {
    case "Unauthorized":
      return new Errors.ProcessMakerUnauthorized({ ...fields, ...defined({ challenge }) })
    case "Forbidden":
      return new Errors.ProcessMakerForbidden(fields)
    case "NotFound":
      return new Errors.ProcessMakerNotFound(fields)
    case "Unprocessable":
      return new Errors.ProcessMakerUnprocessable({ ...fields, issues: fields.errors.map(toIssue) })
    case "RateLimited":
      return new Errors.ProcessMakerRateLimited({ ...fields, retryAfter: wait(failure.retryAfter) })
    case "ServerError":
      return new Errors.ProcessMakerServerError({ ...fields, retryAfter: wait(failure.retryAfter) })
    case "UnexpectedStatus":
      return new Errors.ProcessMakerUnexpectedStatus({ ...fields, ...defined({ redirectOrigin }) })
  }
}

const toIssue = ({ code, detail, field, title }: ErrorDetail): ValidationIssue => ({
  detail: detail ?? title ?? "not valid",
  ...defined({ field }),
  ...defined({ code })
})
