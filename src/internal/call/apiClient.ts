import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import type { AccessToken, AccessTokenProviderShape } from "../../AccessToken.js"
import type { SchemaIssue } from "../../ErrorDetail.js"
import type { ProcessMakerConfigShape } from "../../ProcessMakerConfig.js"
import { ProcessMakerInvalidRequest } from "../../ProcessMakerError.js"
import type { OauthClientsError } from "../../ProcessMakerError.js"
import { policyInForce } from "../config/policyInForce.js"
import type { Failure, InvalidAnswer, RefusedStatus } from "../failure/failure.js"
import { isUnauthorized } from "../failure/status.js"
import { exchange } from "../http/exchange.js"
import { withBearer } from "../http/secrets.js"
import { isPathId } from "../service/inputs.js"
import type { Answer } from "../wire/document.js"
import { repeating } from "./attempts.js"
import { holdOthers, passHold } from "./hold.js"
import { counted, makeLedger, monotonic, noteRefusal, toPublicError, underLedger } from "./ledger.js"
import type { Call, Ledger, Repeat } from "./ledger.js"
import { makePacing } from "./pacing.js"
import type { Method } from "./retryDecision.js"

export interface ApiCall<A> {
  readonly call: Call
  readonly method: Method
  readonly request: Either.Either<HttpClientRequest.HttpClientRequest, ReadonlyArray<SchemaIssue>>
  readonly decode: (answer: Answer) => Either.Either<A, InvalidAnswer>
  /** Turns a failure into a success where the operation knows better. */
  readonly recover?: ((failure: Failure, ledger: Ledger) => Either.Either<A, Failure>) | undefined
  readonly onRepeat?: ((repeat: Repeat, ledger: Ledger) => Effect.Effect<void>) | undefined
}

/** An answer, and what it took. */
export interface Done<A> {
  readonly value: A
  readonly attempts: number
}

export interface ApiClient {
  readonly call: <A>(call: ApiCall<A>) => Effect.Effect<Done<A>, OauthClientsError>
}

export interface ApiClientOptions {
  readonly client: HttpClient.HttpClient
  readonly config: ProcessMakerConfigShape
  readonly tokens: AccessTokenProviderShape
}

/** Calls of one layer: they share a pacing, and each has a ledger of its own. */
export const makeApiClient = ({ client, config, tokens }: ApiClientOptions): ApiClient => {
  const pacing = makePacing()

  const send = <A>(
    { decode, recover }: ApiCall<A>,
    request: HttpClientRequest.HttpClientRequest,
    ledger: Ledger,
    token: AccessToken
  ): Effect.Effect<A, Failure> =>
    exchange(withBearer(request, token.value), {
      client,
      maxBodySize: config.maxBodySize,
      secrets: () => [token.value, ...(tokens.secrets?.() ?? [])],
      decode,
      onRefusal: (refusal) => {
        noteRefusal(ledger, refusal)
        return holdOthers(pacing, refusal, ledger.policy.maxRetryAfter)
      }
    }).pipe(
      Effect.catchAll((failure) => recover?.(failure, ledger) ?? Effect.fail(failure)),
      (attempt) => counted(ledger, attempt)
    )

  // What holds the layer back may outlast a token, so a token is had when the way is clear.
  const tokenToSend = (ledger: Ledger): Effect.Effect<AccessToken, Failure> =>
    Effect.gen(function*() {
      yield* passHold(ledger, pacing)
      const token = yield* Effect.mapError(tokens.get, (error): Failure => ({ _tag: "NoToken", error }))
      return pacing.held(yield* monotonic).left > 0 ? yield* tokenToSend(ledger) : token
    })

  const attempt = <A>(
    apiCall: ApiCall<A>,
    request: HttpClientRequest.HttpClientRequest,
    ledger: Ledger
  ): Effect.Effect<A, Failure> => {
    let refused: { readonly token: AccessToken; readonly failure: RefusedStatus } | undefined
    return Effect.gen(function*() {
      const token = yield* tokenToSend(ledger)
      // To send the token again that was just refused would be refused again.
      if (refused !== undefined && Equal.equals(refused.token.value, token.value)) {
        return yield* Effect.fail(refused.failure)
      }
      return yield* Effect.tapError(send(apiCall, request, ledger, token), (failure) => {
        if (failure._tag !== "RefusedStatus" || !isUnauthorized(failure.status)) return Effect.void
        refused = { token, failure }
        return tokens.invalidate(token)
      })
    })
  }

  return {
    call: (apiCall) =>
      Effect.gen(function*() {
        const { call, method } = apiCall
        const ready = yield* Effect.either(
          Effect.all([apiCall.request, Effect.mapError(policyInForce(config.retry), atRetry)])
        )
        if (Either.isLeft(ready)) return yield* invalidRequest(call, method, ready.left)
        const [request, policy] = ready.right
        const ledger: Ledger = yield* makeLedger({
          call: { ...call, url: config.baseUrl },
          method,
          policy,
          onRepeat: (repeat) => apiCall.onRepeat?.(repeat, ledger) ?? Effect.void
        })
        return yield* repeating(
          ledger,
          { pacing, method, mayReplay: tokens.renewable ?? true },
          attempt(apiCall, request, ledger)
        ).pipe(
          (attempts) => underLedger(ledger, attempts),
          Effect.map((value) => ({ value, attempts: ledger.attempts })),
          Effect.catchAll((failure) => Effect.flatMap(toPublicError(failure, ledger), Effect.fail))
        )
      })
  }
}

const atRetry = (issues: ReadonlyArray<SchemaIssue>): ReadonlyArray<SchemaIssue> =>
  issues.map(({ expected, path }) => ({ path: ["RetryPolicy", ...path], expected }))

/** Refused here: nothing was sent. */
export const invalidRequest = (
  { clientId, operation, userId }: Call,
  method: Method,
  issues: ReadonlyArray<SchemaIssue>
): Effect.Effect<never, ProcessMakerInvalidRequest> =>
  Effect.fail(
    new ProcessMakerInvalidRequest({
      operation,
      // What is no id is not repeated: it may be anything.
      ...(isPathId(userId) ? { userId } : {}),
      ...(isPathId(clientId) ? { clientId } : {}),
      issues,
      attempts: 0,
      elapsed: Duration.zero,
      ...(method === "GET" ? {} : { outcome: "notApplied" })
    })
  )
