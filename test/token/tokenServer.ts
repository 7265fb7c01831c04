/** A token endpoint that a test writes by itself, and a provider that uses it. */
import * as HttpClient from "@effect/platform/HttpClient"
import { AccessTokenProvider, ProcessMakerConfig } from "effect-processmaker-oauth"
import type { AccessToken, AccessTokenProviderShape, RetryPolicyOptions } from "effect-processmaker-oauth"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { json, scripted } from "../support/scripted.js"
import type { Reply } from "../support/scripted.js"

/** A token request as it arrived. */
export interface Asked {
  /** From 1. */
  readonly nth: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly fields: Readonly<Record<string, string>>
}

/** What the server does with a request. */
export type Answer = (asked: Asked) => Reply | Effect.Effect<Reply>

/** Tokens are called after the request that they were made for: `access-1`, `refresh-1`. */
export const granted = ({ nth }: Asked, fields: Record<string, unknown> = {}): Reply =>
  json({
    token_type: "Bearer",
    expires_in: 3600,
    access_token: `access-${nth}`,
    refresh_token: `refresh-${nth}`,
    ...fields
  })

export const refused = (status: number, error: string, headers?: Record<string, string>): Reply =>
  json({ error, message: "Refused." }, status, headers)

export const plain = (status: number, text: string, headers?: Record<string, string>): Reply =>
  json(text, status, { "content-type": "text/html", ...headers })

/** The answers in this order, the last one for ever. */
export const inOrder = (...answers: readonly [Answer, ...ReadonlyArray<Answer>]): Answer => (asked) =>
  (answers[asked.nth - 1] ?? answers[answers.length - 1] ?? answers[0])(asked)

export const later = (answer: Answer, delay: Duration.DurationInput): Answer => (asked) => {
  const reply = answer(asked)
  return Effect.delay(Effect.isEffect(reply) ? reply : Effect.succeed(reply), delay)
}

export interface TokenServer {
  readonly client: HttpClient.HttpClient
  readonly asked: Array<Asked>
  /** `password` or `refresh_token`, request by request. */
  readonly grants: () => ReadonlyArray<string>
  /** How many requests were on their way at once, at most. */
  readonly mostAtOnce: () => number
}

export const makeTokenServer = (answer: Answer): TokenServer => {
  const asked: Array<Asked> = []
  let now = 0
  let most = 0
  const { client } = scripted(({ body }) =>
    Effect.gen(function*() {
      const fields = Object.fromEntries(new URLSearchParams(body))
      const one = { nth: asked.length + 1, at: yield* Clock.currentTimeMillis, fields }
      asked.push(one)
      now += 1
      most = Math.max(most, now)
      const reply = answer(one)
      return Effect.isEffect(reply) ? yield* reply : reply
    }).pipe(Effect.ensuring(Effect.sync(() => now -= 1)))
  )
  return {
    client,
    asked,
    grants: () => asked.map(({ fields }) => fields["grant_type"] ?? ""),
    mostAtOnce: () => most
  }
}

export const credentials = {
  clientId: "17",
  clientSecret: Redacted.make("client-secret"),
  username: "admin",
  password: Redacted.make("p\u00e4ssword & more")
}

export interface ProviderOptions {
  readonly loginCoolDown?: Duration.DurationInput
  readonly retry?: RetryPolicyOptions
}

/** The provider under test, for as long as the scope lasts. */
export const makeProvider = (
  server: Pick<TokenServer, "client">,
  { loginCoolDown, retry }: ProviderOptions = {}
): Effect.Effect<AccessTokenProviderShape, never, Scope.Scope> =>
  AccessTokenProvider.layerPasswordGrant({ ...credentials, loginCoolDown }).pipe(
    Layer.provide(ProcessMakerConfig.layer({ baseUrl: "https://pm.example.test/api/v1", retry })),
    Layer.provide(Layer.succeed(HttpClient.HttpClient, server.client)),
    Layer.build,
    Effect.map((context) => Context.get(context, AccessTokenProvider)),
    Effect.orDie
  )

export const text = (token: AccessToken): string => Redacted.value(token.value)
