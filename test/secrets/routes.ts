/** Every way to an error, with a server that says back whatever it knows or may guess. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { OauthClientsOptions } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { allSecrets, credentials, secrets, shapes, writings } from "../support/hostile.js"
import { baseUrl, json, operationNames, operations, scripted } from "../support/scripted.js"
import type { Operation, Reply, Seen } from "../support/scripted.js"

export const granted = (accessToken = secrets.accessToken) =>
  json({ token_type: "Bearer", expires_in: 3600, access_token: accessToken, refresh_token: secrets.refreshToken })

export const isLogin = ({ url }: Seen) => url.pathname === "/oauth/access_token"

/** Logs in with the password, then calls. */
const calling = (
  operation: Operation,
  reply: (seen: Seen) => Reply,
  options: Partial<OauthClientsOptions> = {}
): Effect.Effect<unknown, unknown> => {
  const { client } = scripted((seen) => isLogin(seen) ? granted() : reply(seen))
  return over(client, operation, options)
}

export const over = (client: HttpClient.HttpClient, operation: Operation, options: Partial<OauthClientsOptions> = {}) =>
  Effect.flatMap(OauthClientsService, (service) => operations[operation](service)).pipe(
    Effect.provide(OauthClientsService.layer({ baseUrl, credentials, retry: { maxAttempts: 1 }, ...options })),
    Effect.provideService(HttpClient.HttpClient, client)
  )

const login = (reply: (seen: Seen) => Reply) => over(scripted(reply).client, "findOauthClients")

// A call knows the token it was made with. What else a server has of us and may say is long and made by chance.
export const ofServer = [secrets.accessToken, secrets.clientSecret, secrets.refreshToken, secrets.otherClients]
const ofLogin = [secrets.password, secrets.clientSecret]
const wordy = { credentials: { accessToken: Redacted.make(secrets.wordToken) } }

export const said = (all: ReadonlyArray<string>) => Object.values(writings).flatMap((write) => all.map(write))
const everything = (shape: (text: string) => string) => said(ofServer).map(shape)
const everythingOfLogin = (shape: (text: string) => string) => said(ofLogin).map(shape)

const statuses: Readonly<Record<number, string>> = {
  301: "ProcessMakerUnexpectedStatus",
  400: "ProcessMakerUnprocessable",
  401: "ProcessMakerUnauthorized",
  403: "ProcessMakerForbidden",
  404: "ProcessMakerNotFound",
  409: "ProcessMakerUnexpectedStatus",
  422: "ProcessMakerUnprocessable",
  429: "ProcessMakerRateLimited",
  500: "ProcessMakerServerError",
  503: "ProcessMakerServerError"
}

export const other = secrets.otherClients
export const attributes = (changes: Record<string, unknown>) => ({
  type: "client",
  id: "17",
  attributes: { name: "CI", secret: other, ...changes }
})

// Broken at the secret's own place, beside it, and at each of its parents.
export const brokenResources: ReadonlyArray<unknown> = [
  attributes({ secret: [other] }),
  attributes({ secret: { value: other } }),
  attributes({ secret: 7, name: [other] }),
  attributes({ name: { [other]: other } }),
  attributes({ revoked: other }),
  attributes({ created_at: other }),
  attributes({ created_at: { date: other, timezone: other } }),
  { ...attributes({}), id: [other] },
  { ...attributes({}), type: other },
  { type: "client", id: "17", attributes: other },
  { type: "client", id: "17", attributes: [other] },
  { type: "client", id: "17", attributes: { [other]: other } },
  { type: "client", id: "17", [other]: other },
  other,
  [other],
  { [other]: other }
]

const brokenDocuments: ReadonlyArray<string> = [
  ...brokenResources.flatMap((data) => [{ data }, { data: [data] }]),
  { data: [attributes({})], meta: { pagination: { total: other, count: [other] } } },
  { data: [attributes({})], meta: { pagination: other } },
  other,
  [other],
  { errors: [{ detail: other }] },
  { [other]: other }
].map((document) => JSON.stringify(document)).concat(other, `{"data":"${other}`, `<html>${other}</html>`)

// Whatever a program without types may pass.
export const untyped = <A>(value: unknown): A => value as A

interface Route {
  readonly tag: string
  readonly run: () => ReadonlyArray<Effect.Effect<unknown, unknown>>
}

const stuck = JSON.stringify({
  data: [attributes({})],
  meta: { pagination: { total: 9, count: 1, per_page: 1, current_page: 7, total_pages: 9 } }
})

/** Every class of error, by every way to it. */
export const matrix: Readonly<Record<string, Route>> = {
  ...Object.fromEntries(
    Object.entries(statuses).flatMap(([status, tag]) =>
      Object.entries(shapes).slice(0, status === "422" || status === "503" ? undefined : 1).map((
        [shape, make]
      ): [string, Route] => [`${status}, ${shape}`, {
        tag,
        run: () => [
          ...everything(make).map((body) => calling("findOauthClientById", () => json(body, Number(status)))),
          ...said([secrets.wordToken]).map(make).map((body) =>
            calling("findOauthClientById", () => json(body, Number(status)), wordy)
          )
        ]
      }])
    )
  ),
  ...Object.fromEntries(operationNames.map((operation): [string, Route] => [`422 of ${operation}`, {
    tag: "ProcessMakerUnprocessable",
    run: () => ofServer.map((text) => calling(operation, () => json({ message: text }, 422)))
  }])),
  "a redirect": {
    tag: "ProcessMakerUnexpectedStatus",
    run: () =>
      ofServer.map(encodeURIComponent).flatMap((secret) =>
        [
          `https://evil.test/${secret}?token=${secret}#${secret}`,
          `https://${secret}@evil.test`,
          `https://${secret}.evil.test/`
        ].map((location) => calling("findOauthClients", () => json("", 302, { location })))
      )
  },
  "no typed answer": {
    tag: "ProcessMakerInvalidResponse",
    run: () =>
      brokenDocuments.flatMap((text) =>
        (["findOauthClientById", "findOauthClients", "streamOauthClients"] as const).map((operation) =>
          calling(operation, () => json(text))
        )
      )
  },
  "errors with a good status": {
    tag: "ProcessMakerInvalidResponse",
    run: () => everything(shapes["JSON:API"] ?? String).map((body) => calling("deleteOauthClient", () => json(body)))
  },
  "another client": {
    tag: "ProcessMakerInvalidResponse",
    run: () => [calling("updateOauthClient", () => json({ data: { ...attributes({}), id: other } }))]
  },
  "too large": {
    tag: "ProcessMakerInvalidResponse",
    run: () => [
      calling("findOauthClientById", () => json({ data: attributes({}), more: "x".repeat(1000) }), {
        maxBodySize: 1000
      })
    ]
  },
  "no answer": {
    tag: "ProcessMakerTransportError",
    run: () =>
      operationNames.flatMap((operation) =>
        allSecrets.map((secret) => {
          const cause = Object.assign(new Error(`Invalid header Bearer ${secret}`, { cause: secret }), {
            code: secret,
            headers: { authorization: secret }
          })
          return calling(operation, () => cause)
        })
      )
  },
  "a client that dies": {
    tag: "ProcessMakerTransportError",
    run: () => [
      over(
        HttpClient.make((request) =>
          Effect.die(
            new HttpClientError.RequestError({ request, reason: "Transport", cause: new Error(secrets.accessToken) })
          )
        ),
        "addOauthClient",
        { credentials: { accessToken: Redacted.make(secrets.accessToken) } }
      )
    ]
  },
  "no answer in time": {
    tag: "ProcessMakerTimeout",
    run: () => [
      over(HttpClient.make(() => Effect.never), "findOauthClients", { retry: { maxAttempts: 1, attemptTimeout: 0 } }),
      over(HttpClient.make(() => Effect.never), "addOauthClient", {
        credentials: { accessToken: Redacted.make(secrets.accessToken) },
        retry: { maxAttempts: 1, attemptTimeout: 0 }
      })
    ]
  },
  "a refused login": {
    tag: "ProcessMakerLoginFailed",
    run: () =>
      [400, 401, 403, 422].flatMap((status) =>
        Object.values(shapes).flatMap(everythingOfLogin).map((body) => login(() => json(body, status)))
      )
  },
  "a login with nonsense": {
    tag: "ProcessMakerLoginFailed",
    run: () =>
      [
        { access_token: [secrets.accessToken] },
        { access_token: `${secrets.accessToken} ` },
        { access_token: secrets.accessToken, token_type: secrets.password },
        secrets.accessToken,
        [secrets.password]
      ].flatMap((body) => [login(() => json(body)), login(() => json(String(body)))])
  },
  "an answer like that of a login whose lesser fields are not readable": {
    tag: "ProcessMakerInvalidResponse",
    run: () => [
      login(() => json({ access_token: secrets.accessToken, expires_in: secrets.refreshToken })),
      login(() => json({ access_token: secrets.accessToken, refresh_token: { x: secrets.refreshToken } }))
    ]
  },
  "a login on a broken server": {
    tag: "ProcessMakerServerError",
    run: () => Object.values(shapes).flatMap(everythingOfLogin).map((body) => login(() => json(body, 500)))
  },
  "a throttled login": {
    tag: "ProcessMakerRateLimited",
    run: () => Object.values(shapes).flatMap(everythingOfLogin).map((body) => login(() => json(body, 429)))
  },
  "a redirected login": {
    tag: "ProcessMakerUnexpectedStatus",
    run: () =>
      allSecrets.map((secret) =>
        login(() => json("", 302, { location: `https://evil.test/?${encodeURIComponent(secret)}` }))
      )
  },
  "a refresh on a broken server": {
    tag: "ProcessMakerServerError",
    run: () =>
      Object.values(shapes).flatMap((shape) => said([secrets.refreshToken, ...ofLogin]).map(shape)).map((body) => {
        const { client } = scripted((seen) =>
          !isLogin(seen)
            ? json("", 401)
            : seen.body.includes("refresh_token")
            ? json(body, 503, { "retry-after": "9999" })
            : granted()
        )
        return over(client, "findOauthClients", { retry: { maxAttempts: 2, baseDelay: 0 } })
      })
  },
  "a login without an answer": {
    tag: "ProcessMakerTransportError",
    run: () => [login(() => new Error(`${secrets.password} ${secrets.clientSecret}`))]
  },
  "pages that do not advance": {
    tag: "ProcessMakerPaginationStuck",
    run: () => [calling("streamOauthClients", () => json(stuck))]
  },
  "refused here": {
    tag: "ProcessMakerInvalidRequest",
    run: () => [
      Effect.flatMap(OauthClientsService, (service) => {
        const input = untyped<{ name: string }>({
          name: [secrets.password],
          secret: secrets.clientSecret,
          passwordClient: secrets.accessToken
        })
        return Effect.all([
          Effect.flip(service.addOauthClient("u-7", input)),
          Effect.flip(service.updateOauthClient("u-7", "17", input)),
          Effect.flip(service.findOauthClientById(`${secrets.accessToken}\n`, "17")),
          Effect.flip(Stream.runDrain(service.streamOauthClients("u-7", { resume: untyped(input) })))
        ]).pipe(Effect.flatMap(([error]) => Effect.fail(error)))
      }).pipe(
        Effect.provide(OauthClientsService.layer({ baseUrl, credentials })),
        Effect.provideService(HttpClient.HttpClient, scripted(() => granted()).client)
      )
    ]
  }
}
