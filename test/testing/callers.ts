/** Plain requests to a fake, without the library: what the fake is tested with. */
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { FakeCredentials } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  // Tests read from the body what they expect there.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any
}

type Call = Effect.Effect<Reply, HttpClientError.HttpClientError, HttpClient.HttpClient>

export interface Place {
  readonly baseUrl: string
  readonly tokenUrl: string
  readonly credentials: FakeCredentials
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const send = (request: HttpClientRequest.HttpClientRequest): Call =>
  Effect.gen(function*() {
    const response = yield* HttpClient.execute(request)
    const text = yield* response.text
    return { status: response.status, headers: response.headers, text, json: parsed(text) }
  })

export const passwordFields = ({ credentials }: Pick<Place, "credentials">): Record<string, string> => ({
  grant_type: "password",
  client_id: credentials.clientId,
  client_secret: Redacted.value(credentials.clientSecret),
  username: credentials.username,
  password: Redacted.value(credentials.password)
})

export const refreshFields = (place: Pick<Place, "credentials">, refreshToken: string): Record<string, string> => ({
  grant_type: "refresh_token",
  client_id: place.credentials.clientId,
  client_secret: Redacted.value(place.credentials.clientSecret),
  refresh_token: refreshToken
})

export const askToken = (place: Place, fields: Record<string, string> = passwordFields(place)): Call =>
  send(HttpClientRequest.post(place.tokenUrl).pipe(HttpClientRequest.bodyUrlParams(fields)))

export const askTokenJson = (place: Place, fields: Record<string, unknown>): Call =>
  send(HttpClientRequest.post(place.tokenUrl).pipe(HttpClientRequest.bodyUnsafeJson(fields)))

export const accessToken = (
  place: Place
): Effect.Effect<string, HttpClientError.HttpClientError, HttpClient.HttpClient> =>
  Effect.map(askToken(place), ({ json }) => String(json.access_token))

export interface CallOptions {
  readonly token?: string | undefined
  readonly accept?: string | undefined
  readonly contentType?: string | undefined
  readonly body?: unknown
}

/** One request below the base URL; a body that is text is sent as it is. */
export const call = (
  place: Place,
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  options: CallOptions = {}
): Call => {
  const { accept = "application/vnd.api+json", body, contentType = "application/vnd.api+json", token } = options
  let request = HttpClientRequest.make(method)(`${place.baseUrl}${path}`)
  if (body !== undefined) {
    request = HttpClientRequest.bodyText(request, typeof body === "string" ? body : JSON.stringify(body), contentType)
  }
  if (accept !== "") request = HttpClientRequest.accept(request, accept)
  return send(token === undefined ? request : HttpClientRequest.bearerToken(request, token))
}

export const document = (attributes: Record<string, unknown>): unknown => ({ data: { type: "client", attributes } })

/** Like `Effect.flip`, but a success is told in few words: vitest takes for ever to print one with URLs in it. */
export const failure = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<E, never, R> =>
  Effect.matchEffect(self, {
    onFailure: Effect.succeed,
    onSuccess: () => Effect.dieMessage("succeeded, and should have failed")
  })
