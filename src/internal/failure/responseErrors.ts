import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ErrorDetail, ValidationIssue } from "../../ErrorDetail.js"
import type { AccessTokenError, OauthClientsError } from "../../ProcessMakerError.js"
import * as Errors from "../../ProcessMakerError.js"
import { account } from "../call/ledger.js"
import type { Account, Ledger } from "../call/ledger.js"
import { invalidTokenResponse } from "./failure.js"
import type { Failure, InvalidAnswer, LoginRefused, NoAnswer, RefusedStatus } from "./failure.js"
import { statusMeaning } from "./status.js"

/** The public error of a call that ended with this failure. */
export const toPublicError = (failure: Failure, ledger: Ledger): Effect.Effect<OauthClientsError> =>
  Effect.map(account(ledger), (call) => publicError(failure, call))

const publicError = (failure: Failure, call: Account): OauthClientsError => {
  switch (failure._tag) {
    case "RefusedStatus":
      return statusError(failure, call)
    case "InvalidAnswer":
      return invalidResponse(failure, call)
    case "NoToken":
      return ofCall(failure.error, call)
    default:
      return unansweredError(failure, call)
  }
}

// A provider of tokens knows nothing of the call that needed one: of its ids, its attempts, and whether it was carried out.
const ofCall = (error: AccessTokenError, call: Account): AccessTokenError => {
  switch (error._tag) {
    case "ProcessMakerLoginFailed":
      return new Errors.ProcessMakerLoginFailed({ ...error, ...call })
    case "ProcessMakerRateLimited":
      return new Errors.ProcessMakerRateLimited({ ...error, ...call })
    case "ProcessMakerServerError":
      return new Errors.ProcessMakerServerError({ ...error, ...call })
    case "ProcessMakerTransportError":
      return new Errors.ProcessMakerTransportError({ ...error, ...call })
    case "ProcessMakerTimeout":
      return new Errors.ProcessMakerTimeout({ ...error, ...call })
    case "ProcessMakerUnexpectedStatus":
      return new Errors.ProcessMakerUnexpectedStatus({ ...error, ...call })
  }
}

const unansweredError = (
  failure: NoAnswer | LoginRefused | Extract<Failure, { _tag: "TimedOut" }>,
  call: Account
): AccessTokenError => {
  switch (failure._tag) {
    case "NoAnswer":
      return new Errors.ProcessMakerTransportError({
        ...call,
        reason: failure.reason,
        ...defined({ code: failure.code })
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
        reason: failure.reason,
        status: failure.status,
        retryAfter: wait(failure.coolDown)
      })
  }
}

// A field that says nothing would only be in the way of whoever looks at the error.
const defined = <K extends string>(field: Record<K, string | undefined>): Partial<Record<K, string | undefined>> =>
  Object.values(field).includes(undefined) ? {} : field

// A server may ask for any number of seconds; beyond a hundred years a duration would not survive JSON.
const longestWait = 100 * 365 * 86_400_000

const wait = (millis: number | undefined) =>
  Option.map(Option.fromNullable(millis), (wanted) => Duration.millis(Math.ceil(Math.min(wanted, longestWait))))

const invalidResponse = ({ errors, issues, reason, status }: InvalidAnswer, call: Account) =>
  new Errors.ProcessMakerInvalidResponse({ ...call, status, reason, issues, errors })

const statusError = (failure: RefusedStatus, call: Account): OauthClientsError => {
  const { errors, redirectOrigin, status } = failure
  const answered = { ...call, status, errors }
  switch (redirectOrigin === undefined ? statusMeaning(status).error : "UnexpectedStatus") {
    case "Unauthorized":
      return new Errors.ProcessMakerUnauthorized(answered)
    case "Forbidden":
      return new Errors.ProcessMakerForbidden(answered)
    case "NotFound":
      return new Errors.ProcessMakerNotFound(answered)
    case "Unprocessable":
      return new Errors.ProcessMakerUnprocessable({ ...answered, issues: errors.map(toIssue) })
    case "RateLimited":
      return new Errors.ProcessMakerRateLimited({ ...answered, retryAfter: wait(failure.retryAfter) })
    case "ServerError":
      return new Errors.ProcessMakerServerError({ ...answered, retryAfter: wait(failure.retryAfter) })
    case "UnexpectedStatus":
      return new Errors.ProcessMakerUnexpectedStatus({ ...answered, ...defined({ redirectOrigin }) })
  }
}

const toIssue = ({ code, detail, field, title }: ErrorDetail): ValidationIssue => ({
  detail: detail ?? title ?? "not valid",
  ...defined({ field }),
  ...defined({ code })
})

/** The same for a login, whose refusals are told apart already (RFC 6749, section 5.2). */
export const toAccessTokenError = (failure: Failure, ledger: Ledger): Effect.Effect<AccessTokenError> =>
  Effect.map(account(ledger), (call): AccessTokenError => {
    const login: Account = { ...call, during: "login" }
    switch (failure._tag) {
      case "NoToken":
        return failure.error
      case "RefusedStatus":
        return loginStatusError(failure, login)
      case "InvalidAnswer":
        return noTokenResponse(failure.status, call)
      case "LoginRefused":
        return unansweredError(failure, call)
      default:
        return unansweredError(failure, login)
    }
  })

const noTokenResponse = (status: number, call: Account): AccessTokenError =>
  unansweredError({ _tag: "LoginRefused", status, reason: invalidTokenResponse }, call)

const loginStatusError = (failure: RefusedStatus, call: Account): AccessTokenError => {
  const error = statusError(failure, call)
  switch (error._tag) {
    case "ProcessMakerRateLimited":
    case "ProcessMakerServerError":
    case "ProcessMakerUnexpectedStatus":
      return error
    default:
      return noTokenResponse(failure.status, call)
  }
}
