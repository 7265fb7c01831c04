import * as Predicate from "effect/Predicate"
import type { ErrorDetail } from "../../ErrorDetail.js"
import type { ResponseFacts } from "../failure/failure.js"

type Fields = Readonly<Record<string, unknown>>

const mostDetails = 20
const deepest = 4

/** Reads the error details in the body of an error response, in any format. Empty if there are none. */
export const readErrorBody = (text: string): Pick<ResponseFacts, "errors" | "html"> =>
  isHtml(text) ? { html: true } : { errors: readErrors(parse(text)) }

/** Reads the error details of a parsed document. */
export const readErrors = (document: unknown): ReadonlyArray<ErrorDetail> =>
  detailsOf(document, deepest).filter((said) => Object.values(said).some((value) => value !== undefined))
    .slice(0, mostDetails)

/** An HTML page, which proxies, firewalls and debuggers send, but not APIs. */
export const isHtml = (text: string): boolean => /^\s*</.test(text)

/** Whether a value is empty: PHP has one empty value for lists and maps, and some servers send false. */
export const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || value === false || value === ""
  || (Array.isArray(value) ? value.length === 0 : Predicate.isRecord(value) && Object.keys(value).length === 0)

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

/** The request ID of a server or a proxy. */
export const readRequestId = (headers: Readonly<Record<string, string | undefined>>): string | undefined =>
  requestIds.map((name) => headers[name]?.trim()).find((id) => id !== undefined && id !== "")

// Text that is not JSON is a message, such as "Too Many Attempts." Truncated JSON and binary data are not.
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return /^\s*[{["]|[^\P{Cc}\s]/u.test(text) ? undefined : text
  }
}

/** Strings, error objects, maps of fields, and lists of them. */
const detailsOf = (body: unknown, depth: number): ReadonlyArray<ErrorDetail> => {
  if (depth === 0) return []
  if (Array.isArray(body)) return body.slice(0, mostDetails).flatMap((one) => detailsOf(one, depth - 1))
  if (!Predicate.isRecord(body)) return [{ detail: text(body) }]
  // JSON:API 1.1, "Error objects"; Laravel 5.5 and later: { message, errors: { field: [text] } }.
  if (!isNothing(body.errors)) {
    return Predicate.isRecord(body.errors)
      ? fieldErrors(body.errors, "")
      : detailsOf(body.errors, depth - 1)
  }
  // A single error object.
  if (Predicate.isRecord(body.error) && !isNothing(body.error)) return detailsOf(body.error, depth - 1)
  const entries = Object.entries(body).filter(([key]) => key !== "errors")
  // Laravel up to 5.4: { field: [text] } and nothing else.
  const isFields = entries.length > 0 && entries.every(([key, value]) => Array.isArray(value) && !words.has(key))
  return isFields ? fieldErrors(body, "") : errorObject(body)
}

const words = new Set(["error", "message", "msg", "detail"])

const text = (value: unknown): string | undefined =>
  Predicate.isString(value) ? value : Predicate.isNumber(value) ? String(value) : undefined

const texts = (value: unknown): ReadonlyArray<string> =>
  (Array.isArray(value) ? value : [value]).slice(0, mostDetails).flatMap((one) => text(one) ?? [])

/**
 * JSON:API's error objects, OAuth 2.0 (RFC 6749, section 5.2) and its predecessors, RFC 9457, FastAPI, and Laravel's {
 * message }. The message of a debugging server's `exception` may quote SQL with its values, so only the exception's
 * name is kept.
 */
const errorObject = (body: Fields): ReadonlyArray<ErrorDetail> => {
  if ("exception" in body) return [{ title: text(body.exception) }]
  const source = Predicate.isRecord(body.source) ? body.source : {}
  const said = {
    code: text(body.code) ?? text(body.error),
    title: text(body.title),
    field: text(source.pointer) ?? text(source.parameter) ?? text(source.header) ?? place(body.loc)
  }
  const spoken = [body.error_description, body.detail, body.message, body.msg].find((value) => !isNothing(value))
  // FastAPI: { detail: [{ loc, msg, type }] }.
  if (Array.isArray(spoken) && spoken.some(Predicate.isRecord)) {
    return spoken.flatMap((one) => Predicate.isRecord(one) ? errorObject(one) : [{ detail: text(one) }])
  }
  if (Predicate.isRecord(spoken)) return fieldErrors(spoken, "")
  const [first, ...more] = texts(spoken)
  return [{ ...said, detail: first }, ...more.map((detail) => ({ detail }))]
}

const place = (path: unknown): string | undefined => Array.isArray(path) ? texts(path).join(".") : undefined

/** { field: [text] }, possibly nested: { address: { street: [text] } }. */
const fieldErrors = (fields: Fields, prefix: string): ReadonlyArray<ErrorDetail> =>
  Object.entries(fields).slice(0, mostDetails).flatMap(([key, messages]) => {
    const field = prefix + key
    return Predicate.isRecord(messages) && prefix.split(".").length < deepest
      ? fieldErrors(messages, `${field}.`)
      : texts(messages).map((detail) => ({ field, detail }))
  })
