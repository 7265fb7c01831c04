/**
 * A server like ProcessMaker's, in memory: for tests of programs that use this library.
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
import { type FakeCredentials, type FakeOptions, type FakeProfile, type Settings, settingsOf } from "./FakeOptions.js"
import type { FakeOperation, FakeReply, FakeRequest, RecordedRequest } from "./FakeRequest.js"
import { insertInto } from "./faults/beforeAnswer.js"
import type { Fault } from "./faults/Fault.js"
import { FakeServer } from "./server/FakeServer.js"
import { respond } from "./server/httpApp.js"
import { inProcessClient } from "./server/inProcess.js"
import type { ClientTable } from "./state/ClientTable.js"
import type { ListPosition } from "./state/ServerState.js"

/**
 * What a test can do with the fake. No effect here fails; one that is given a user that does not exist dies.
 *
 * @since 0.1.0
 * @category models
 */
export interface FakeProcessMakerShape {
  /** Where the in-process fake lives; on a port it is where the server says. */
  readonly baseUrl: string
  /** Where the in-process fake gives tokens. */
  readonly tokenUrl: string
  /** The credentials that log in. */
  readonly credentials: FakeCredentials
  /** The ids of its users, in the order in which they were seeded. */
  readonly userIds: ReadonlyArray<string>
  /** Every secret that the fake knows now: credentials, tokens, also those of the past, and clients' secrets. */
  readonly secrets: Effect.Effect<Iterable<Redacted.Redacted<string>>>
  /** The clients of a user, in the order of the list. */
  readonly clients: (userId: string) => Effect.Effect<ReadonlyArray<FakeClient>>
  /** Adds clients behind the server's back: how many, or which. They go to the end, or where `at` says. */
  readonly insertClients: (
    userId: string,
    clients: number | ReadonlyArray<FakeClientInput>,
    options?: { readonly at?: ListPosition | undefined }
  ) => Effect.Effect<ReadonlyArray<FakeClient>>
  /** Removes clients behind the server's back, and says how many there were. */
  readonly deleteClients: (userId: string, ids: Iterable<string>) => Effect.Effect<number>
  /** The requests so far, oldest first: the latest ones, if there were very many. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  /** Forgets the requests so far, and how many of them were on their way at once. */
  readonly clearRequests: Effect.Effect<void>
  /** How many requests are on their way now. */
  readonly inFlight: (operation?: FakeOperation) => Effect.Effect<number>
  /** How many requests were on their way at once, at most. */
  readonly maxInFlight: (operation?: FakeOperation) => Effect.Effect<number>
  /** How many pairs of tokens were given out. */
  readonly tokensIssued: Effect.Effect<number>
  /** Expires every access token; refresh tokens stay good. */
  readonly expireTokens: Effect.Effect<void>
  /** Revokes every token, refresh tokens too. */
  readonly revokeTokens: Effect.Effect<void>
  /** Adds faults to the script. */
  readonly script: (...faults: ReadonlyArray<Fault>) => Effect.Effect<void>
  /** The steps that no request has met yet, in words. */
  readonly pendingFaults: Effect.Effect<ReadonlyArray<string>>
  /** Forgets the steps that no request has met yet. */
  readonly clearFaults: Effect.Effect<void>
  /**
   * Makes the fake as it was seeded: clients, tokens, rate limits, an empty script and no requests. For a layer that several
   * tests share, such as one of `it.layer`.
   */
  readonly reset: Effect.Effect<void>
  /** The server itself, for another way in than the two here. */
  readonly handle: (request: FakeRequest) => Effect.Effect<FakeReply>
}

const tableOf = (server: FakeServer, userId: string): Effect.Effect<ClientTable> =>
  Effect.suspend(() => {
    const table = server.state.clients(userId)
    return table === undefined
      ? Effect.dieMessage(`FakeProcessMaker has no user ${userId}; it has ${server.state.userIds.join(", ")}`)
      : Effect.succeed(table)
  })

type State =
  | "userIds"
  | "secrets"
  | "clients"
  | "insertClients"
  | "deleteClients"
  | "tokensIssued"
  | "expireTokens"
  | "revokeTokens"

const stateOf = (server: FakeServer): Pick<FakeProcessMakerShape, State> => ({
  userIds: server.state.userIds,
  secrets: Effect.sync(() => ({ [Symbol.iterator]: () => server.state.secrets() })),
  clients: (userId) => Effect.map(tableOf(server, userId), (table) => [...table.rows()]),
  insertClients: (userId, clients, { at = "end" } = {}) =>
    Effect.zipWith(
      tableOf(server, userId),
      Clock.currentTimeMillis,
      (table, now) => insertInto({ state: server.state, now }, table, { clients, at })
    ),
  deleteClients: (userId, ids) =>
    Effect.map(tableOf(server, userId), (table) => server.state.deleteClients(table, ids)),
  tokensIssued: Effect.sync(() => server.state.tokens.issued),
  expireTokens: Effect.map(Clock.currentTimeMillis, (now) => server.state.tokens.expireAll(now)),
  revokeTokens: Effect.sync(() => server.state.tokens.revokeAll())
})

const shapeOf = (settings: Settings, server: FakeServer): FakeProcessMakerShape => {
  return {
    ...stateOf(server),
    baseUrl: settings.baseUrl,
    tokenUrl: `${new URL(settings.baseUrl).origin}/oauth/access_token`,
    credentials: settings.credentials,
    requests: Effect.sync(() => server.log.requests),
    clearRequests: Effect.sync(() => server.log.clear()),
    inFlight: (operation) => Effect.sync(() => server.log.load(operation ?? "all").current),
    maxInFlight: (operation) => Effect.sync(() => server.log.load(operation ?? "all").most),
    script: (...faults) => Effect.sync(() => server.script.add(faults)),
    pendingFaults: Effect.sync(() => server.script.pending()),
    clearFaults: Effect.sync(() => server.script.clear()),
    reset: Effect.sync(() => server.reset()),
    handle: (request) => server.handle(request)
  }
}

/**
 * A stateful fake of the server: users, clients, tokens, pages, validation, rate limits, and faults on demand.
 *
 * **Details**
 *
 * One implementation, two ways in: `layerHttpClient` without a socket, which works under `TestClock`, and `httpApp` for
 * your own `HttpServer`. All that it makes up is the same in every run.
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

  /** A fresh fake each time this is called. */
  static readonly layer = (options: FakeOptions = {}): Layer.Layer<FakeProcessMaker> =>
    Layer.scoped(
      FakeProcessMaker,
      Effect.suspend(() => {
        const settings = settingsOf(options)
        const server = new FakeServer(settings)
        return Effect.acquireRelease(
          Effect.sync(() => shapeOf(settings, server)),
          () => Effect.sync(() => server.hint.clear())
        )
      })
    )

  /** An `HttpClient` that reaches the fake and nothing else. */
  static readonly layerHttpClient: Layer.Layer<HttpClient.HttpClient, never, FakeProcessMaker> = Layer.effect(
    HttpClient.HttpClient,
    Effect.map(FakeProcessMaker, inProcessClient)
  )

  /** The fake as an app, to serve on a port. */
  static readonly httpApp: HttpApp.Default<never, FakeProcessMaker> = Effect.flatMap(
    FakeProcessMaker,
    (fake) => respond(fake.handle)
  )
}
