/**
 * An in-memory ProcessMaker server for tests.
 *
 * @since 0.1.0
 */
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { profileNames } from "./api/profiles.js"
import type { FakeClient, FakeClientInput } from "./FakeClient.js"
import { type FakeCredentials, type FakeOptions, type FakeProfile, settingsOf } from "./FakeOptions.js"
import type { FakeOperation, FakeReply, FakeRequest, RecordedRequest } from "./FakeRequest.js"
import type { Fault } from "./faults/Fault.js"
import { FakeServer } from "./server/FakeServer.js"
import { respond } from "./server/httpApp.js"
import { inProcessClient } from "./server/inProcess.js"
import type { ClientTable } from "./state/ClientTable.js"
import type { ListPosition } from "./state/ServerState.js"

/**
 * The operations of a test on the fake. These effects never fail. An unknown user ID is a defect.
 *
 * @since 0.1.0
 * @category models
 */
export interface FakeProcessMakerShape {
  /** The base URL of the in-process fake. On a port, use the address of the HTTP server. */
  readonly baseUrl: string
  /** The token endpoint of the in-process fake. */
  readonly tokenUrl: string
  /** The credentials that the fake accepts. */
  readonly credentials: FakeCredentials
  /** The IDs of its users, in the order of seeding. */
  readonly userIds: ReadonlyArray<string>
  /**
   * The secrets of the fake: its credentials, the tokens issued since its creation or reset, and the clients' secrets.
   */
  readonly secrets: Effect.Effect<Iterable<Redacted.Redacted<string>>>
  /** The clients of a user, in list order. */
  readonly clients: (userId: string) => Effect.Effect<ReadonlyArray<FakeClient>>
  /** Inserts the given clients, or that many generated ones, at the end or at `at`, without a request. */
  readonly insertClients: (
    userId: string,
    clients: number | ReadonlyArray<FakeClientInput>,
    options?: { readonly at?: ListPosition | undefined }
  ) => Effect.Effect<ReadonlyArray<FakeClient>>
  /** Deletes clients without a request, and returns how many were deleted. */
  readonly deleteClients: (userId: string, ids: Iterable<string>) => Effect.Effect<number>
  /** The recorded requests, oldest first, limited to the latest `keepRequests`. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  /** Clears the recorded requests and `maxInFlight`. */
  readonly clearRequests: Effect.Effect<void>
  /** The number of requests in flight. */
  readonly inFlight: (operation?: FakeOperation) => Effect.Effect<number>
  /** The maximum number of requests that were in flight at once. */
  readonly maxInFlight: (operation?: FakeOperation) => Effect.Effect<number>
  /** The number of token pairs issued. */
  readonly tokensIssued: Effect.Effect<number>
  /** Expires every access token. Refresh tokens stay valid. */
  readonly expireTokens: Effect.Effect<void>
  /** Revokes every token, including refresh tokens. */
  readonly revokeTokens: Effect.Effect<void>
  /** Adds faults to the script. */
  readonly script: (...faults: ReadonlyArray<Fault>) => Effect.Effect<void>
  /** Descriptions of the steps that no request has taken yet. */
  readonly pendingFaults: Effect.Effect<ReadonlyArray<string>>
  /** Clears the fault script. */
  readonly clearFaults: Effect.Effect<void>
  /**
   * Resets the fake to its seed: clients, tokens and rate limits, with an empty script and no requests. Use it for a
   * layer that several tests share, such as with `it.layer`.
   */
  readonly reset: Effect.Effect<void>
  /** Handles a request. Use it to connect another transport. */
  readonly handle: (request: FakeRequest) => Effect.Effect<FakeReply>
}

const tableOf = (server: FakeServer, userId: string): Effect.Effect<ClientTable> =>
  Effect.suspend(() => {
    const table = server.state.clients(userId)
    return table === undefined
      ? Effect.dieMessage(`FakeProcessMaker has no user ${userId}; it has ${server.state.userIds.join(", ")}`)
      : Effect.succeed(table)
  })

const shapeOf = (server: FakeServer): FakeProcessMakerShape => ({
  baseUrl: server.settings.baseUrl,
  tokenUrl: `${new URL(server.settings.baseUrl).origin}/oauth/access_token`,
  credentials: server.settings.credentials,
  userIds: server.state.userIds,
  secrets: Effect.sync(() => ({ [Symbol.iterator]: () => server.state.secrets() })),
  clients: (userId) => Effect.map(tableOf(server, userId), (table) => [...table.rows()]),
  insertClients: (userId, clients, { at = "end" } = {}) =>
    Effect.zipWith(
      tableOf(server, userId),
      Clock.currentTimeMillis,
      (table, now) => server.state.insertClients(table, clients, at, now)
    ),
  deleteClients: (userId, ids) =>
    Effect.map(tableOf(server, userId), (table) => server.state.deleteClients(table, ids)),
  requests: Effect.sync(() => server.log.requests),
  clearRequests: Effect.sync(() => server.log.clear()),
  inFlight: (operation) => Effect.sync(() => server.log.load(operation).current),
  maxInFlight: (operation) => Effect.sync(() => server.log.load(operation).most),
  tokensIssued: Effect.sync(() => server.state.tokens.issued),
  expireTokens: Effect.map(Clock.currentTimeMillis, (now) => server.state.tokens.expireAll(now)),
  revokeTokens: Effect.sync(() => server.state.tokens.revokeAll()),
  script: (...faults) => Effect.sync(() => server.script.add(faults)),
  pendingFaults: Effect.sync(() => server.script.pending()),
  clearFaults: Effect.sync(() => server.script.clear()),
  reset: Effect.sync(() => server.reset()),
  handle: (request) => server.handle(request)
})

/**
 * A stateful fake of the server, with users, clients, tokens, pagination, validation, rate limits, and scripted faults.
 *
 * **Details**
 *
 * `layerHttpClient` reaches the fake without a socket and works under `TestClock`; `httpApp` serves it on your own
 * `HttpServer`. Generated data is the same in every run.
 *
 * @since 0.1.0
 * @category tags
 */
export class FakeProcessMaker extends Context.Tag("effect-processmaker-oauth/testing/FakeProcessMaker")<
  FakeProcessMaker,
  FakeProcessMakerShape
>() {
  /** The names of all profiles. */
  static readonly profiles: ReadonlyArray<FakeProfile> = profileNames

  /** Creates a new fake on each call. */
  static readonly layer = (options: FakeOptions = {}): Layer.Layer<FakeProcessMaker> =>
    Layer.scoped(
      FakeProcessMaker,
      Effect.acquireRelease(
        Effect.sync(() => new FakeServer(settingsOf(options))),
        (server) => Effect.sync(() => server.hint.clear())
      ).pipe(Effect.map(shapeOf))
    )

  /** An `HttpClient` that sends every request to the fake. */
  static readonly layerHttpClient: Layer.Layer<HttpClient.HttpClient, never, FakeProcessMaker> = Layer.effect(
    HttpClient.HttpClient,
    Effect.map(FakeProcessMaker, ({ baseUrl, handle }) => inProcessClient(baseUrl, handle))
  )

  /** The fake as an `HttpApp`, to serve on a port. */
  static readonly httpApp: HttpApp.Default<never, FakeProcessMaker> = Effect.flatMap(
    FakeProcessMaker,
    (fake) => respond(fake.handle)
  )
}
