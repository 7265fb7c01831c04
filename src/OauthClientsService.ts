/**
 * The OAuth clients of ProcessMaker I/O, as an Effect service.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { ProcessMakerCredentials } from "./AccessToken.js"
import { AccessTokenProvider, tokensFromEnvironment } from "./AccessTokenProvider.js"
import { allInvalid } from "./internal/config/settings.js"
import { makeService } from "./internal/service/service.js"
import type {
  EnsuredOauthClient,
  EnsureOptions,
  NewOauthClientInput,
  OauthClient,
  OauthClientChangesInput
} from "./OauthClient.js"
import type { OauthClientPage } from "./OauthClientPage.js"
import type { PageEvent, PageOptions, PageStreamOptions } from "./PageStream.js"
import type { ProcessMakerConfigOptions } from "./ProcessMakerConfig.js"
import { configFromEnvironment, ProcessMakerConfig } from "./ProcessMakerConfig.js"
import type { OauthClientsError, OauthClientsStreamError, ProcessMakerChangeIgnored } from "./ProcessMakerError.js"

/**
 * The operations on a user's OAuth clients. They keep the names that they have in the API.
 *
 * @since 0.1.0
 * @category models
 */
export interface OauthClientsServiceShape {
  /**
   * Makes an OAuth client: `POST /users/{user_id}/clients`.
   *
   * **Gotchas**
   *
   * Where the answer was lost, the error says `outcome: "unknown"` and nothing was repeated: list the clients to see
   * whether it was made.
   */
  readonly addOauthClient: (
    userId: string,
    input: NewOauthClientInput
  ) => Effect.Effect<OauthClient, OauthClientsError>

  /** Reads one OAuth client: `GET /users/{user_id}/clients/{client_id}`. */
  readonly findOauthClientById: (
    userId: string,
    clientId: string
  ) => Effect.Effect<OauthClient, Exclude<OauthClientsError, ProcessMakerChangeIgnored>>

  /** Reads one page of a user's OAuth clients: `GET /users/{user_id}/clients`. */
  readonly findOauthClients: (
    userId: string,
    options?: PageOptions
  ) => Effect.Effect<OauthClientPage, Exclude<OauthClientsError, ProcessMakerChangeIgnored>>

  /** Changes an OAuth client, only in what is given: `PUT /users/{user_id}/clients/{client_id}`. */
  readonly updateOauthClient: (
    userId: string,
    clientId: string,
    changes: OauthClientChangesInput
  ) => Effect.Effect<OauthClient, OauthClientsError>

  /**
   * Deletes an OAuth client: `DELETE /users/{user_id}/clients/{client_id}`.
   *
   * **Gotchas**
   *
   * To delete the client that the access token was issued to ends that token too.
   */
  readonly deleteOauthClient: (
    userId: string,
    clientId: string
  ) => Effect.Effect<void, Exclude<OauthClientsError, ProcessMakerChangeIgnored>>

  /**
   * Finds the OAuth client with this name and these flags, and adds it if there is none.
   *
   * **When to use**
   *
   * To provision clients: run it as often as you like. The API knows no idempotency keys, so a lost response leaves open
   * whether a client was added; this operation reads the list again until `settle` has passed before it adds again.
   *
   * **Details**
   *
   * A client matches if it is not revoked, has the name (both trimmed, since servers trim) and every flag that `input`
   * sets. The first one in the list is `client`; `others` are the IDs of the rest. Nothing is ever changed or deleted.
   * Calls of one layer for the same user and name run one after another. All additions of a call together count against
   * `maxAttempts`, and `totalTimeout` runs from the first of them.
   *
   * **Gotchas**
   *
   * Two layers, or two processes, may still add one client each: the next call returns one and names the other in
   * `others`. A client that was found may have no secret to show.
   */
  readonly ensureOauthClient: (
    userId: string,
    input: NewOauthClientInput,
    options?: EnsureOptions
  ) => Effect.Effect<EnsuredOauthClient, OauthClientsStreamError>

  /** All OAuth clients of a user, page by page as they are needed. */
  readonly streamOauthClients: (
    userId: string,
    options?: PageStreamOptions
  ) => Stream.Stream<OauthClient, Exclude<OauthClientsStreamError, ProcessMakerChangeIgnored>>

  /** The same in pages; `next` of the last page seen resumes the stream. */
  readonly streamOauthClientPages: (
    userId: string,
    options?: PageStreamOptions
  ) => Stream.Stream<OauthClientPage, Exclude<OauthClientsStreamError, ProcessMakerChangeIgnored>>

  /** The same as events, retries and a final report among them: all that a progress bar or a log needs. */
  readonly streamOauthClientEvents: (
    userId: string,
    options?: PageStreamOptions
  ) => Stream.Stream<PageEvent, Exclude<OauthClientsStreamError, ProcessMakerChangeIgnored>>
}

/**
 * What `OauthClientsService.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface OauthClientsOptions extends ProcessMakerConfigOptions {
  /**
   * Credentials for the password grant, an existing access token, or an Effect of either: it runs when the layer is built
   * and again at each login, so that a rotated secret is picked up without a restart.
   */
  readonly credentials: ProcessMakerCredentials | Effect.Effect<ProcessMakerCredentials, unknown>
}

/**
 * The OAuth clients of ProcessMaker I/O.
 *
 * **Gotchas**
 *
 * A layer is built where it is provided, and each build has a token and a retry budget of its own. Provide it once, at the
 * edge of the program, or keep a `ManagedRuntime`: a layer that is provided to each call logs in at each call.
 *
 * @example
 * ```ts
 * import { FetchHttpClient } from "@effect/platform"
 * import { OauthClientsService } from "effect-processmaker-oauth"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const program = Effect.gen(function*() {
 *   const oauthClients = yield* OauthClientsService
 *   const added = yield* oauthClients.addOauthClient("u-7", { name: "Billing bot" })
 *   return yield* oauthClients.findOauthClientById("u-7", added.id)
 * })
 *
 * // Reads PROCESSMAKER_BASE_URL and the credentials from the environment:
 * export const runnable = program.pipe(
 *   Effect.provide(OauthClientsService.layerConfig.pipe(Layer.provide(FetchHttpClient.layer)))
 * )
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class OauthClientsService extends Context.Tag("effect-processmaker-oauth/OauthClientsService")<
  OauthClientsService,
  OauthClientsServiceShape
>() {
  /**
   * For those who bring their own configuration and tokens.
   *
   * @since 0.1.0
   */
  static readonly layerNoDeps: Layer.Layer<
    OauthClientsService,
    never,
    HttpClient.HttpClient | AccessTokenProvider | ProcessMakerConfig
  > = Layer.effect(
    OauthClientsService,
    Effect.gen(function*() {
      const client = yield* HttpClient.HttpClient
      const config = yield* ProcessMakerConfig
      const tokens = yield* AccessTokenProvider
      return makeService({ client, config, tokens })
    })
  )

  /**
   * From plain options. Fails when it is built if they are not valid, with an error that says what to set.
   *
   * **Gotchas**
   *
   * Each call of this function makes another layer. For two tenants, make two and keep each, for example in a
   * `ManagedRuntime` of its own.
   *
   * @since 0.1.0
   */
  static readonly layer = (
    options: OauthClientsOptions
  ): Layer.Layer<OauthClientsService, ConfigError.ConfigError, HttpClient.HttpClient> =>
    OauthClientsService.layerNoDeps.pipe(
      Layer.provide(AccessTokenProvider.layer(options.credentials)),
      Layer.provide(ProcessMakerConfig.layer(options))
    )

  /**
   * From Effect's `Config`: `PROCESSMAKER_BASE_URL`, and either `PROCESSMAKER_ACCESS_TOKEN` or all of
   * `PROCESSMAKER_CLIENT_ID`, `PROCESSMAKER_CLIENT_SECRET`, `PROCESSMAKER_USERNAME` and `PROCESSMAKER_PASSWORD`;
   * optional `PROCESSMAKER_TOKEN_URL`, `PROCESSMAKER_SCOPE` and `PROCESSMAKER_INSECURE_HOSTS`.
   *
   * @since 0.1.0
   */
  static readonly layerConfig: Layer.Layer<OauthClientsService, ConfigError.ConfigError, HttpClient.HttpClient> = Layer
    .unwrapEffect(
      // Both are read before either fails: what is missing is said once, and all of it.
      Effect.all({ config: configFromEnvironment, tokens: tokensFromEnvironment }, { mode: "validate" }).pipe(
        Effect.mapError((errors) => allInvalid(Object.values(errors))),
        Effect.map(({ config, tokens }) =>
          OauthClientsService.layerNoDeps.pipe(
            Layer.provide(tokens),
            Layer.provide(Layer.succeed(ProcessMakerConfig, config))
          )
        )
      )
    )
}
