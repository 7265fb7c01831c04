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
 * The operations on a user's OAuth clients, named as in the API.
 *
 * @since 0.1.0
 * @category models
 */
export interface OauthClientsServiceShape {
  /**
   * Adds an OAuth client: `POST /users/{user_id}/clients`.
   *
   * **Gotchas**
   *
   * If the response is lost, the request is not retried and the error has `outcome: "unknown"`. Use `ensureOauthClient`
   * to add a client exactly once.
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

  /** Updates the given fields of an OAuth client: `PUT /users/{user_id}/clients/{client_id}`. */
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
   * Deleting the client that the access token was issued to also invalidates the token.
   */
  readonly deleteOauthClient: (
    userId: string,
    clientId: string
  ) => Effect.Effect<void, Exclude<OauthClientsError, ProcessMakerChangeIgnored>>

  /**
   * Finds the OAuth client with this name and these flags, or adds it if there is none.
   *
   * **When to use**
   *
   * To provision clients: it is safe to run repeatedly. The API has no idempotency keys, so after a lost response it is
   * unknown whether the client was added. This operation then polls the list until `settle` has passed before it adds
   * again.
   *
   * **Details**
   *
   * A client matches if it is not revoked, has the same name after trimming (servers trim names), and has every flag
   * that `input` sets. The first match in the list is `client`; `others` holds the IDs of the rest. Existing clients
   * are never changed or deleted. Within one layer, calls for the same user and name run one at a time. All additions
   * of a call count against `maxAttempts`, and `totalTimeout` starts with the first of them.
   *
   * **Gotchas**
   *
   * Two layers or processes may still add one client each; the next call returns one and lists the other in `others`.
   * An existing client may have no `secret`.
   */
  readonly ensureOauthClient: (
    userId: string,
    input: NewOauthClientInput,
    options?: EnsureOptions
  ) => Effect.Effect<EnsuredOauthClient, OauthClientsStreamError>

  /** Streams all OAuth clients of a user, page by page. By default, one page is prefetched. */
  readonly streamOauthClients: (
    userId: string,
    options?: PageStreamOptions
  ) => Stream.Stream<OauthClient, Exclude<OauthClientsStreamError, ProcessMakerChangeIgnored>>

  /** Streams the pages of the list. The `cursor` of the last processed page resumes the stream. */
  readonly streamOauthClientPages: (
    userId: string,
    options?: PageStreamOptions
  ) => Stream.Stream<OauthClientPage, Exclude<OauthClientsStreamError, ProcessMakerChangeIgnored>>

  /** Streams pages as events, along with retries and a final report, for progress bars and logs. */
  readonly streamOauthClientEvents: (
    userId: string,
    options?: PageStreamOptions
  ) => Stream.Stream<PageEvent, Exclude<OauthClientsStreamError, ProcessMakerChangeIgnored>>
}

/**
 * Options of `OauthClientsService.layer`.
 *
 * @since 0.1.0
 * @category models
 */
export interface OauthClientsOptions extends ProcessMakerConfigOptions {
  /**
   * Credentials for the password grant, an existing access token, or an Effect of either. The Effect runs when the
   * layer is built and again at each login, so rotated secrets are picked up without a restart.
   */
  readonly credentials: ProcessMakerCredentials | Effect.Effect<ProcessMakerCredentials, unknown>
}

/**
 * The OAuth clients of ProcessMaker I/O.
 *
 * **Gotchas**
 *
 * Each build of a layer has its own token and retry budget. Provide the layer once, at the edge of the program, or keep
 * a `ManagedRuntime`: a layer provided to each call logs in for each call.
 *
 * @example
 * ```ts
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
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
   * Requires the configuration and the access token provider as services.
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
   * Creates the service from plain options. If they are invalid, building the layer fails with an error that says what
   * to set.
   *
   * **Gotchas**
   *
   * Each call of this function creates a new layer. For two tenants, create two layers and keep each, for example in
   * its own `ManagedRuntime`.
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
   * Creates the service from Effect's `Config`: `PROCESSMAKER_BASE_URL`, and either `PROCESSMAKER_ACCESS_TOKEN` or all
   * of `PROCESSMAKER_CLIENT_ID`, `PROCESSMAKER_CLIENT_SECRET`, `PROCESSMAKER_USERNAME` and `PROCESSMAKER_PASSWORD`;
   * optional `PROCESSMAKER_TOKEN_URL`, `PROCESSMAKER_SCOPE` and `PROCESSMAKER_INSECURE_HOSTS`.
   *
   * @since 0.1.0
   */
  static readonly layerConfig: Layer.Layer<OauthClientsService, ConfigError.ConfigError, HttpClient.HttpClient> = Layer
    .unwrapEffect(
      // Read both before failing, so that one error lists everything that is missing.
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
