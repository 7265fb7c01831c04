/** What does not mend itself fails at once, also for a batch that would rather wait for hours. */
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
import type { OauthClientsOptions } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import { clientsByConnection } from "../support/servers.js"
import { credentials } from "../token/tokenServer.js"

// For this test alone, and trusted by nobody.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgm38KrbpD2pmM7Cd7
TW+roB8bcQt4uvDudRRGrMGV0qehRANCAATPvQE0fQr0A8FNAN1X2NZM272FvySe
OErRfRqf1UC1WUsiOuV41GzcMAIJe2Q9dPTkCu+LGD1tuIYZURZUWalu
-----END PRIVATE KEY-----
`
const cert = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUU3AfXgdFUJNNc9bG20e40KnZ4hkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzIwNTAxMloYDzIxMjYxMTAz
MjA1MDEyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATPvQE0fQr0A8FNAN1X2NZM272FvySeOErRfRqf1UC1WUsiOuV41Gzc
MAIJe2Q9dPTkCu+LGD1tuIYZURZUWaluo28wbTAdBgNVHQ4EFgQUAJvkTAFpUdxH
IRBoBI6/7Y9GFoMwHwYDVR0jBBgwFoAUAJvkTAFpUdxHIRBoBI6/7Y9GFoMwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhANOM4Su9mPpHZ5E54uRiDzqIaZoqn+5ETlGCOIyHbpYAAiEA
w158mKNZHlTysEPCAQZm5JKI9M6Xh5Q3TxdD5s9/1dk=
-----END CERTIFICATE-----
`

const selfSigned = Effect.acquireRelease(
  Effect.async<ReturnType<typeof createServer>>((resume) => {
    const server = createServer({ key, cert }, (_, response) => response.end("{}"))
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) => Effect.sync(() => server.close())
).pipe(Effect.map((server) => `https://127.0.0.1:${(server.address() as AddressInfo).port}`))

// No resolver asks anybody for a label of 64 characters (RFC 1035, section 2.3.4).
const unknownHost = Effect.succeed(`https://${"a".repeat(64)}.invalid`)

const accessToken = { accessToken: Redacted.make("tok-1") }

const findPatiently = (options: OauthClientsOptions, client: (typeof clientsByConnection)[string]) =>
  Effect.flatMap(OauthClientsService, (service) => service.findOauthClients("u-7")).pipe(
    RetryPolicy.with(RetryPolicy.patient),
    Effect.flip,
    Effect.provide(Layer.provide(OauthClientsService.layer(options), client)),
    Effect.timeoutFail({ duration: "5 seconds", onTimeout: () => new Error("it is still trying") })
  )

describe.concurrent("RetryPolicy.patient gives up at once", () => {
  const scenes = [
    ["a certificate that is refused", selfSigned, "tls", /DEPTH_ZERO_SELF_SIGNED_CERT/],
    ["a host name that there is not", unknownHost, "dns", /ENOTFOUND/]
  ] as const
  for (const [transport, client] of Object.entries(clientsByConnection)) {
    for (const [what, server, reason, words] of scenes) {
      it.scopedLive(`on ${what}: ${transport}`, () =>
        Effect.gen(function*() {
          const origin = yield* server
          const call = yield* findPatiently({ baseUrl: `${origin}/api/v1`, credentials: accessToken }, client)
          assert.deepInclude(call, { _tag: "ProcessMakerTransportError", reason, attempts: 1 })
          assert.match(call.message, words)

          const tokenUrl = `${origin}/oauth/access_token`
          const baseUrl = "https://acme.api.processmaker.io/api/v1"
          const login = yield* findPatiently({ baseUrl, tokenUrl, credentials }, client)
          assert.deepInclude(login, { _tag: "ProcessMakerTransportError", reason, attempts: 1, during: "login" })
        }))
    }
  }
})
