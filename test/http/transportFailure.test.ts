import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { TransportReason } from "../../src/ErrorDetail.js"
import { describeRequest } from "../../src/internal/http/transportFailure.js"

const coded = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more })
const fetchFailed = (cause: unknown) => new TypeError("fetch failed", { cause })

describe("whether a request left, by the error of the HTTP client", () => {
  const cases: ReadonlyArray<readonly [string, unknown, reason: TransportReason, sent: boolean]> = [
    ["no such host", coded("ENOTFOUND", { syscall: "getaddrinfo" }), "dns", false],
    ["refused", coded("ECONNREFUSED", { syscall: "connect" }), "connect", false],
    ["no answer to connect", coded("ETIMEDOUT", { syscall: "connect" }), "connect", false],
    ["reset while connecting", coded("ECONNRESET", { syscall: "connect" }), "connect", false],
    ["not allowed to connect", coded("EACCES", { syscall: "connect" }), "connect", false],
    ["fetch's own", fetchFailed(coded("ECONNREFUSED", { syscall: "connect" })), "connect", false],
    ["undici's own", coded("UND_ERR_CONNECT_TIMEOUT"), "connect", false],
    ["certificate", coded("CERT_HAS_EXPIRED"), "tls", false],
    ["HTTP where TLS was expected", coded("ERR_SSL_WRONG_VERSION_NUMBER"), "tls", false],
    ["no common cipher", coded("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE"), "tls", false],
    ["a TLS record that broke later", coded("ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC"), "other", true],
    ["timed out later", coded("ETIMEDOUT", { syscall: "read" }), "reset", true],
    ["reset later", coded("ECONNRESET", { syscall: "read" }), "reset", true],
    ["undici's socket", coded("UND_ERR_SOCKET"), "reset", true],
    [
      "every address refused",
      {
        errors: [
          coded("ECONNREFUSED", { syscall: "connect" }),
          coded("ETIMEDOUT", { syscall: "connect" })
        ]
      },
      "connect",
      false
    ],
    [
      "one address may have got it",
      {
        errors: [
          coded("ECONNREFUSED", { syscall: "connect" }),
          coded("ECONNRESET", { syscall: "read" })
        ]
      },
      "reset",
      true
    ],
    ["who knows", new Error("?"), "other", true],
    ["nothing", undefined, "other", true]
  ]
  for (const [name, cause, reason, sent] of cases) {
    it.effect(`${name}: ${reason}`, () =>
      Effect.sync(() => {
        const request = HttpClientRequest.post("https://acme.example")
        const found = describeRequest(new HttpClientError.RequestError({ request, reason: "Transport", cause }))
        assert.deepStrictEqual({ reason: found.reason, sent: found.sent }, { reason, sent })
      }))
  }

  it.effect("only what surely never left did not: not an error of a kind that no HTTP client has", () =>
    Effect.sync(() => {
      const request = HttpClientRequest.post("https://acme.example")
      const unsent = new HttpClientError.RequestError({ request, reason: "Encode", cause: undefined })
      assert.isFalse(describeRequest(unsent).sent)
      // What `HttpClient.transformResponse` with `Effect.timeout` lets through, past the types.
      const foreign = new Cause.TimeoutException() as unknown as HttpClientError.RequestError
      assert.isTrue(describeRequest(foreign).sent)
    }))
})
