/**
 * A service of an application: what other systems may log in to ProcessMaker. It speaks of the application's own things
 * and fails with the application's own errors; `OauthClientsService` is what it stands on.
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

/** What another system needs to log in. */
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

/** ProcessMaker could not be asked, or it refused. The message is safe to show. */
export class Unavailable extends Data.TaggedError("Unavailable")<{ readonly message: string }> {}

export interface IntegrationsShape {
  /** Lets a system log in. Its secret is given out now and never again. */
  readonly connect: (system: string) => Effect.Effect<Login, AlreadyConnected | Unavailable>
  readonly disconnect: (system: string) => Effect.Effect<void, NotConnected | Unavailable>
  readonly connected: Effect.Effect<ReadonlyArray<string>, Unavailable>
}

const prefix = "integration: "

export class Integrations extends Context.Tag("app/Integrations")<Integrations, IntegrationsShape>() {
  /** The integrations that belong to one user of ProcessMaker. */
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
      // Some servers show a secret to nobody: such a client is of no use here.
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
        // Somebody else was faster.
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
