import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as Predicate from "effect/Predicate"
import type { TransportReason } from "../../ErrorDetail.js"
import type { NoAnswer } from "../failure/failure.js"

const dns = /^(ENOTFOUND|EAI_[A-Z]+|ENODATA)$/
const connect =
  /^(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused)$/
// Only errors of the handshake: a later TLS error may interrupt a response.
const tls =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|ERR_SSL_(WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL)|ERR_SSL_\w+_ALERT_(HANDSHAKE_FAILURE|PROTOCOL_VERSION)$)/
const reset = /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|UND_ERR_[A-Z_]+|ERR_STREAM_PREMATURE_CLOSE|ConnectionClosed)$/

/**
 * Describes how the connection failed. The HTTP client's error itself is dropped, since it holds the request, and with
 * it the bearer token. The exchange redacts its message.
 */
export const describeRequest = (error: HttpClientError.HttpClientError): NoAnswer => {
  if (error._tag === "ResponseError") return describeBodyError(error)
  if (error.reason === "Encode" || error.reason === "InvalidUrl") {
    return { _tag: "NoAnswer", reason: "other", words: wordsOf(error.cause), sent: false }
  }
  const found = codes(error.cause, 5)
  const reasons = found.map(classify)
  // After connection attempts to several addresses, one that may have sent the request decides.
  const reason = reasons.find((candidate) => candidate === "reset" || candidate === "other") ?? reasons[0] ?? "other"
  const sent = reason === "reset" || reason === "other"
  return { _tag: "NoAnswer", reason, code: found[0]?.code, words: wordsOf(error.cause), sent }
}

/** Describes an error while reading the body. */
export const describeBodyError = (error: unknown): NoAnswer => ({
  _tag: "NoAnswer",
  reason: "truncated",
  code: codes(error, 5)[0]?.code,
  words: wordsOf(error),
  sent: true
})

// "ECONNRESET", "ERR_HTTP2_ERROR", "ConnectionRefused": what a broken client puts there instead may be anything.
const isCode = (text: string): boolean => text.length <= 48 && /^[A-Za-z]{2,32}\d?(_[A-Z0-9]{1,16})*$/.test(text)

/** The same for a client that broke: its defect may quote a header. */
export const describeDefect = (defect: unknown): NoAnswer => {
  const name = Predicate.isError(defect) && isCode(defect.name) ? defect.name : undefined
  return {
    _tag: "NoAnswer",
    reason: "other",
    code: codes(defect, 5)[0]?.code ?? name,
    words: wordsOf(defect),
    sent: true
  }
}

const classify = ({ code, connecting }: Found): TransportReason =>
  connecting
    ? "connect"
    : dns.test(code)
    ? "dns"
    : connect.test(code)
    ? "connect"
    : tls.test(code)
    ? "tls"
    : reset.test(code)
    ? "reset"
    : "other"

interface Found {
  readonly code: string
  /** The failed system call was `connect`, whatever its code. */
  readonly connecting: boolean
}

// Clients wrap the system's error, and "happy eyeballs" collects one for each address in `errors`.
const codes = (cause: unknown, depth: number): ReadonlyArray<Found> => {
  if (depth === 0 || !Predicate.isObject(cause)) return []
  const nested = Predicate.hasProperty(cause, "errors") && Array.isArray(cause.errors) ? cause.errors.slice(0, 8) : []
  if (nested.length > 0) return nested.flatMap((inner) => codes(inner, depth - 1))
  if (Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) && isCode(cause.code)) {
    return [{ code: cause.code, connecting: Predicate.hasProperty(cause, "syscall") && cause.syscall === "connect" }]
  }
  return Predicate.hasProperty(cause, "cause") ? codes(cause.cause, depth - 1) : []
}

/** The message of the innermost wrapped error: the system's or the runtime's. */
const wordsOf = (error: unknown, depth = 5): string | undefined => {
  if (depth === 0 || !Predicate.isObject(error)) return undefined
  const inner = Predicate.hasProperty(error, "errors") && Array.isArray(error.errors) ? error.errors[0] : undefined
  const words = wordsOf(inner ?? (Predicate.hasProperty(error, "cause") ? error.cause : undefined), depth - 1)
  return words ??
    (Predicate.isError(error) && error.message !== "" && !quoting.test(error.message) ? error.message : undefined)
}

// A message that quotes a header may contain an unknown secret.
const quoting = /authorization|bearer|basic|header|cookie|secret|passw|token/i
