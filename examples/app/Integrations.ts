/**
 * An application's own service, built on `OauthClientsService`: it manages the systems that may log in to ProcessMaker,
 * in the application's own terms and with its own errors.
 */
import type { OauthClient } from "effect-processmaker-oauth"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"

/** The credentials of another system. */
export interface Login {
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted<string>
}

export class AlreadyConnected extends Data.TaggedError("AlreadyConnected")<{ readonly system: string }> {
  override get message(): string {
    return `${this.system} is connected already`
  }
}

export class NotConnected extends Data.TaggedError("NotConnected")<{ readonly system: string }> {
  override get message(): string {
    return `${this.system} is not connected`
  }
}

/** ProcessMaker was not reachable, or rejected the request. The message is safe to show. */
export class Unavailable extends Data.TaggedError("Unavailable")<{ readonly message: string }> {}

export interface IntegrationsShape {
  /** Lets a system log in. Its secret is returned only once. */
  readonly connect: (system: string) => Effect.Effect<Login, AlreadyConnected | Unavailable>
  readonly disconnect: (system: string) => Effect.Effect<void, NotConnected | Unavailable>
  readonly connected: Effect.Effect<ReadonlyArray<string>, Unavailable>
}

const prefix = "integration: "

export class Integrations extends Context.Tag("app/Integrations")<Integrations, IntegrationsShape>() {
  /** The integrations of one ProcessMaker user. */
  static layer(userId: string): Layer.Layer<Integrations, never, OauthClientsService> {
    return Layer.effect(Integrations, Effect.map(OauthClientsService, (service) => makeIntegrations(userId, service)))
  }
}

const makeIntegrations = (userId: string, oauthClients: OauthClientsService["Type"]): IntegrationsShape => {
  const ours = oauthClients.streamOauthClients(userId).pipe(
    Stream.filter((client) => client.name.startsWith(prefix) && !client.revoked),
    Stream.mapError(unavailable)
  )

  const find = (system: string): Effect.Effect<Option.Option<OauthClient>, Unavailable> =>
    Stream.runHead(Stream.filter(ours, ({ name }) => name === prefix + system))

  const connect = (system: string) =>
    Effect.gen(function*() {
      if (Option.isSome(yield* find(system))) return yield* new AlreadyConnected({ system })
      const { id, secret } = yield* Effect.mapError(
        oauthClients.addOauthClient(userId, { name: prefix + system, passwordClient: true }),
        unavailable
      )
      // Some servers never return a secret, and a client without one is useless here.
      if (Option.isNone(secret)) {
        yield* Effect.mapError(oauthClients.deleteOauthClient(userId, id), unavailable)
        return yield* new Unavailable({ message: "the server does not show the secrets of new clients" })
      }
      return { clientId: id, clientSecret: secret.value }
    })

  const disconnect = (system: string) =>
    Effect.gen(function*() {
      const client = yield* Effect.flatMap(
        find(system),
        Option.match({ onNone: () => new NotConnected({ system }), onSome: Effect.succeed })
      )
      yield* oauthClients.deleteOauthClient(userId, client.id).pipe(
        // Another process deleted it first.
        Effect.catchTag("ProcessMakerNotFound", () => Effect.void),
        Effect.mapError(unavailable)
      )
    })

  const connected = ours.pipe(
    Stream.map(({ name }) => name.slice(prefix.length)),
    Stream.runCollect,
    Effect.map(Chunk.toReadonlyArray)
  )

  return { connect, disconnect, connected }
}

const unavailable = ({ message }: { readonly message: string }) => new Unavailable({ message })
