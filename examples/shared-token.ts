/**
 * A custom token provider: several processes share one access token through a `KeyValueStore`, here a directory.
 *
 *     npx tsx examples/shared-token.ts
 *
 * Anyone who can read the store can call the API as you. Tokens are written only if you use this layer with a store.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as FileSystem from "@effect/platform/FileSystem"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { AccessToken, AccessTokenProvider, OauthClientsService, ProcessMakerConfig } from "effect-processmaker-oauth"
import type { PasswordGrantOptions } from "effect-processmaker-oauth"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import type * as ConfigError from "effect/ConfigError"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { fileURLToPath } from "node:url"

export interface SharedTokenOptions extends PasswordGrantOptions {
  /** The key of the token: one for each user and server. */
  readonly key: string
}

/** Reads the token from the store. If there is no valid one, it logs in or renews the token, and stores it. */
export const layerSharedToken = (
  options: SharedTokenOptions
): Layer.Layer<
  AccessTokenProvider,
  ConfigError.ConfigError,
  HttpClient.HttpClient | ProcessMakerConfig | KeyValueStore.KeyValueStore
> =>
  Layer.effect(
    AccessTokenProvider,
    Effect.gen(function*() {
      const own = yield* AccessTokenProvider
      const store = (yield* KeyValueStore.KeyValueStore).forSchema(AccessToken)
      const inTurn = (yield* Effect.makeSemaphore(1)).withPermits(1)
      let latest: AccessToken | undefined

      // A store that fails or holds something else counts as empty. Its error would show the content.
      const stored = Effect.catchAll(store.get(options.key), () => Effect.succeedNone)
      const keep = (token: AccessToken) =>
        Effect.catchAll(store.set(options.key, token), () => Effect.logWarning("The access token could not be stored"))
      const forget = Effect.ignore(store.remove(options.key))

      // If another process has renewed the token, this process's own token is obsolete.
      const adopt = (token: AccessToken) =>
        Effect.gen(function*() {
          if (latest !== undefined && !isSame(latest, token)) yield* own.invalidate(latest)
          latest = token
          return token
        })

      return {
        // Redact from errors what this provider redacts.
        ...own,
        get: inTurn(Effect.gen(function*() {
          const found = yield* stored
          if (Option.isSome(found) && (yield* isGood(found.value))) return yield* adopt(found.value)
          const token = yield* own.get
          if (!Option.exists(found, (old) => isSame(old, token))) yield* keep(token)
          return yield* adopt(token)
        })),
        // Removes only the rejected token, since another process may have stored a new one.
        invalidate: (token) =>
          inTurn(Effect.gen(function*() {
            if (Option.exists(yield* stored, (old) => isSame(old, token))) yield* forget
            yield* own.invalidate(token)
          }))
      }
    })
  ).pipe(Layer.provide(AccessTokenProvider.layerPasswordGrant(options)))

const isSame = (left: AccessToken, right: AccessToken): boolean => Equal.equals(left.value, right.value)

/** Valid for at least a minute, since `layerPasswordGrant` also renews a minute before the expiry. */
const isGood = ({ expiresAt }: AccessToken): Effect.Effect<boolean> =>
  Option.match(expiresAt, {
    onNone: () => Effect.succeed(true),
    onSome: (end) => DateTime.isFuture(DateTime.subtract(end, { minutes: 1 }))
  })

/** The program of each process. */
const countClients = (userId: string) =>
  Effect.flatMap(OauthClientsService, (oauthClients) => oauthClients.findOauthClients(userId))

const main = Effect.gen(function*() {
  const fake = yield* FakeProcessMaker
  const fileSystem = yield* FileSystem.FileSystem
  // Only this user can read it.
  const directory = yield* fileSystem.makeTempDirectoryScoped({ prefix: "processmaker-" })
  const layer = OauthClientsService.layerNoDeps.pipe(
    Layer.provide(layerSharedToken({ ...fake.credentials, key: "access-token" })),
    Layer.provide(ProcessMakerConfig.layer({ baseUrl: fake.baseUrl })),
    Layer.provide(KeyValueStore.layerFileSystem(directory))
  )
  for (const process of ["first", "second", "third"]) {
    // A new layer shares only the directory with the others.
    const { pagination } = yield* Effect.provide(countClients(fake.userIds[0] ?? ""), Layer.fresh(layer))
    yield* Console.log(`${process} process: ${pagination.total} clients`)
  }
  yield* Console.log(`${yield* fake.tokensIssued} login`)
}).pipe(
  Effect.scoped,
  Effect.provide(Layer.provideMerge(FakeProcessMaker.layerHttpClient, FakeProcessMaker.layer())),
  Effect.provide(NodeContext.layer)
)

if (process.argv[1] === fileURLToPath(import.meta.url)) NodeRuntime.runMain(main)
