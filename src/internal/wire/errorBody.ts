import * as Predicate from "effect/Predicate"
import type { ErrorDetail } from "../../ErrorDetail.js"
import type { Said } from "../failure/failure.js"

type Fields = Readonly<Record<string, unknown>>

const mostDetails = 20

/** What the body of a refusal says, whatever shape the server chose; nothing when it cannot be understood. */
export const readErrorBody = (text: string): Pick<Said, "errors" | "html"> =>
  isHtml(text) ? { html: true } : { errors: readErrors(parse(text)) }

/** A web page: no API answers with one, proxies, firewalls and debuggers do. */
export const isHtml = (text: string): boolean => /^\s*</.test(text)

const requestIds = [
  "x-request-id",
  "x-correlation-id",
  "request-id",
  "cf-ray",
  "x-amzn-requestid",
  "x-amz-request-id",
  "x-amz-cf-id",
  "x-amzn-trace-id",
  "x-azure-ref",
  "x-trace-id"
]

/** What a server or a proxy calls the request. */
export const readRequestId = (headers: Readonly<Record<string, string | undefined>>): string | undefined =>
  requestIds.map((name) => headers[name]?.trim()).find((id) => id !== undefined && id !== "")

/** The same for a document that is already parsed. */
export const readErrors = (document: unknown): ReadonlyArray<ErrorDetail> => shapes(document).slice(0, mostDetails)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const shapes = (body: unknown): ReadonlyArray<ErrorDetail> => {
  if (!Predicate.isRecord(body)) return []
  // JSON:API 1.1, "Error objects". An empty list is what PHP makes of an empty map, too.
  if (Array.isArray(body.errors) && body.errors.length > 0) return body.errors.slice(0, mostDetails).map(jsonApiError)
  // Laravel 5.5 and later: { message, errors: { field: [text] } }.
  if (Predicate.isRecord(body.errors) && Object.keys(body.errors).length > 0) return fieldErrors(body.errors)
  // One error object by itself.
  if (Predicate.isRecord(body.error)) return [jsonApiError(body.error)]
  const entries = Object.entries(body).filter(([key]) => key !== "errors")
  // Laravel up to 5.4: { field: [text] } and nothing else.
  if (entries.length > 0 && entries.every(([, value]) => Array.isArray(value))) {
    return fieldErrors(Object.fromEntries(entries))
  }
  return [otherError(body)]
}

const text = (value: unknown): string | undefined =>
  Predicate.isString(value) ? value : Predicate.isNumber(value) ? String(value) : undefined

const jsonApiError = (error: unknown): ErrorDetail => {
  if (!Predicate.isRecord(error)) return { detail: text(error) }
  const source = Predicate.isRecord(error.source) ? error.source : {}
  return {
    code: text(error.code),
    title: text(error.title),
    detail: text(error.detail) ?? text(error.message),
    field: text(source.pointer) ?? text(source.parameter) ?? text(source.header)
  }
}

const fieldErrors = (fields: Fields): ReadonlyArray<ErrorDetail> =>
  Object.entries(fields).slice(0, mostDetails).flatMap(([field, messages]) =>
    (Array.isArray(messages) ? messages : [messages]).slice(0, mostDetails).map((message) => ({
      field,
      detail: text(message)
    }))
  )

// OAuth 2.0 (RFC 6749, section 5.2) and its predecessors, RFC 9457, and Laravel's { message }. What a debugging server
// says beside an `exception` may quote SQL with the values in it, so only the exception's name is kept.
const otherError = (body: Fields): ErrorDetail =>
  "exception" in body
    ? { title: text(body.exception) }
    : {
      code: text(body.error) ?? text(body.code),
      title: text(body.title),
      detail: text(body.error_description) ?? text(body.detail) ?? text(body.message)
    }
