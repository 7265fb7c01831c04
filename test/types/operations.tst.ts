import { OauthClientsService, PageEvent, RetryPolicy } from "effect-processmaker-oauth"
import type {
  NewOauthClient,
  NewOauthClientInput,
  OauthClient,
  OauthClientChanges,
  OauthClientChangesInput,
  OauthClientPage,
  OauthClientsServiceShape,
  ProcessMakerChangeIgnored,
  ProcessMakerForbidden,
  ProcessMakerInvalidRequest,
  ProcessMakerInvalidResponse,
  ProcessMakerLoginFailed,
  ProcessMakerNotFound,
  ProcessMakerPaginationStuck,
  ProcessMakerRateLimited,
  ProcessMakerServerError,
  ProcessMakerTimeout,
  ProcessMakerTransportError,
  ProcessMakerUnauthorized,
  ProcessMakerUnexpectedStatus,
  ProcessMakerUnprocessable
} from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "tstyche"
import type { ErrorOf, operations } from "../../src/internal/service/operations.js"

declare const oauthClients: OauthClientsServiceShape

type Operations = typeof operations

type CallError =
  | ProcessMakerUnauthorized
  | ProcessMakerForbidden
  | ProcessMakerNotFound
  | ProcessMakerUnprocessable
  | ProcessMakerRateLimited
  | ProcessMakerServerError
  | ProcessMakerUnexpectedStatus
  | ProcessMakerTransportError
  | ProcessMakerTimeout
  | ProcessMakerInvalidResponse
  | ProcessMakerInvalidRequest
  | ProcessMakerLoginFailed

type WriteError = CallError | ProcessMakerChangeIgnored

type StreamError = CallError | ProcessMakerPaginationStuck

describe("operations", () => {
  test("state exactly what they give and how they fail", () => {
    expect(oauthClients.addOauthClient("u", { name: "n" })).type.toBe<Effect.Effect<OauthClient, WriteError>>()
    expect(oauthClients.findOauthClientById("u", "c")).type.toBe<Effect.Effect<OauthClient, CallError>>()
    expect(oauthClients.findOauthClients("u")).type.toBe<Effect.Effect<OauthClientPage, CallError>>()
    expect(oauthClients.updateOauthClient("u", "c", {})).type.toBe<Effect.Effect<OauthClient, WriteError>>()
    expect(oauthClients.deleteOauthClient("u", "c")).type.toBe<Effect.Effect<void, CallError>>()
  })

  test("fail as their values say", () => {
    expect<ErrorOf<Operations["addOauthClient"]>>().type.toBe<WriteError>()
    expect<ErrorOf<Operations["findOauthClientById"]>>().type.toBe<CallError>()
    expect<ErrorOf<Operations["findOauthClients"]>>().type.toBe<CallError>()
    expect<ErrorOf<Operations["updateOauthClient"]>>().type.toBe<WriteError>()
    expect<ErrorOf<Operations["deleteOauthClient"]>>().type.toBe<CallError>()
  })

  test("streams add what only pages can do wrong", () => {
    expect(oauthClients.streamOauthClients("u")).type.toBe<Stream.Stream<OauthClient, StreamError>>()
    expect(oauthClients.streamOauthClientPages("u")).type.toBe<Stream.Stream<OauthClientPage, StreamError>>()
    expect(oauthClients.streamOauthClientEvents("u")).type.toBe<Stream.Stream<PageEvent, StreamError>>()
  })

  test("catchTag takes an error out of the union", () => {
    const found = oauthClients.findOauthClientById("u", "c").pipe(
      Effect.catchTag("ProcessMakerNotFound", (error) => {
        expect(error).type.toBe<ProcessMakerNotFound>()
        return Effect.succeed(undefined)
      })
    )
    expect(found).type.toBe<Effect.Effect<OauthClient | undefined, Exclude<CallError, ProcessMakerNotFound>>>()
  })

  test("inputs are checked", () => {
    expect(oauthClients.addOauthClient).type.not.toBeCallableWith("u", {})
    expect(oauthClients.addOauthClient).type.not.toBeCallableWith("u", { nmae: "n" })
    expect(oauthClients.findOauthClients).type.not.toBeCallableWith("u", { page: "1" })
    expect(oauthClients.streamOauthClients).type.not.toBeCallableWith("u", { onDrift: "panic" })
  })

  test("inputs are what their schemas take", () => {
    expect<NewOauthClientInput>().type.toBe<typeof NewOauthClient.Encoded>()
    expect<OauthClientChangesInput>().type.toBe<typeof OauthClientChanges.Encoded>()
    expect<NewOauthClient>().type.toBeAssignableTo<NewOauthClientInput>()
    expect<OauthClientChanges>().type.toBeAssignableTo<OauthClientChangesInput>()
  })

  test("a secret is an optional Redacted", () => {
    expect<OauthClient["secret"]>().type.toBe<Option.Option<Redacted.Redacted<string>>>()
  })
})

describe("RetryPolicy.with", () => {
  test("keeps an Effect an Effect and a Stream a Stream, in both forms", () => {
    const effect = oauthClients.deleteOauthClient("u", "c")
    const stream = oauthClients.streamOauthClients("u")
    expect(RetryPolicy.with(effect, RetryPolicy.none)).type.toBe<Effect.Effect<void, CallError>>()
    expect(RetryPolicy.with(stream, RetryPolicy.none)).type.toBe<Stream.Stream<OauthClient, StreamError>>()
    expect(effect.pipe(RetryPolicy.with({ maxAttempts: 2 }))).type.toBe<Effect.Effect<void, CallError>>()
    expect(stream.pipe(RetryPolicy.with(RetryPolicy.patient))).type.toBe<Stream.Stream<OauthClient, StreamError>>()
  })

  test("keeps its type behind further steps of a pipe", () => {
    const drained = oauthClients.streamOauthClients("u").pipe(RetryPolicy.with({ maxAttempts: 2 }), Stream.runDrain)
    expect(drained).type.toBe<Effect.Effect<void, StreamError>>()
  })
})

describe("PageEvent", () => {
  test("is matched exhaustively", () => {
    expect(PageEvent.$match).type.not.toBeCallableWith({ PageFetched: () => 1 })
  })
})

describe("the service", () => {
  test("is its shape", () => {
    expect(Effect.map(OauthClientsService, (service) => service))
      .type.toBe<Effect.Effect<OauthClientsServiceShape, never, OauthClientsService>>()
  })
})
