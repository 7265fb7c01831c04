/** The service over a client that answers as a test says, and keeps what was asked. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { OauthClientsService } from "effect-processmaker-oauth"
import type {
  OauthClientsOptions,
  OauthClientsServiceShape,
  OauthClientsStreamError,
  ProcessMakerCredentials
} from "effect-processmaker-oauth"
import * as Chunk from "effect/Chunk"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"

export interface Seen {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A response, or the cause of none. */
export type Reply = Response | Error

/** What a system call failed with. */
export const broken = (code: string, syscall?: string): Error =>
  Object.assign(new Error(syscall === undefined ? code : `${syscall} ${code}`), { code, syscall })

export const baseUrl = "https://t1.api.example.test/api/v1"
export const token: Redacted.Redacted<string> = Redacted.make("eyJ0b2tlbiI6MX0.Zm9vYmFyMTIz.c2lnbmF0dXJl")

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), {
    status,
    headers: { "content-type": "application/vnd.api+json", ...headers }
  })

export const scripted = (reply: (seen: Seen) => Reply | Effect.Effect<Reply>) => {
  const seen: Array<Seen> = []
  const client = HttpClient.make((request, url) =>
    Effect.suspend(() => {
      const { body, headers, method } = request
      const asked = {
        method,
        url,
        headers,
        body: body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""
      }
      seen.push(asked)
      const answer = reply(asked)
      return Effect.flatMap(Effect.isEffect(answer) ? answer : Effect.succeed(answer), (answer) =>
        answer instanceof Response
          ? Effect.succeed(HttpClientResponse.fromWeb(request, answer))
          : new HttpClientError.RequestError({ request, reason: "Transport", cause: answer }))
    })
  )
  return { seen, client }
}

export const layerOver = (
  client: HttpClient.HttpClient,
  options: Partial<OauthClientsOptions> = {}
): Layer.Layer<OauthClientsService, ConfigError.ConfigError> =>
  OauthClientsService.layer({
    baseUrl,
    credentials: { accessToken: token },
    retry: { maxAttempts: 1 },
    ...options
  }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, client)))

export type Operation =
  | "addOauthClient"
  | "findOauthClientById"
  | "findOauthClients"
  | "updateOauthClient"
  | "deleteOauthClient"
  | "streamOauthClients"

/** Each operation, called in a plain way. */
export const operations: Readonly<
  Record<
    Operation,
    (service: OauthClientsServiceShape, clientId?: string) => Effect.Effect<unknown, OauthClientsStreamError>
  >
> = {
  addOauthClient: (service) => service.addOauthClient("u-7", { name: "CI" }),
  findOauthClientById: (service, clientId = "17") => service.findOauthClientById("u-7", clientId),
  findOauthClients: (service) => service.findOauthClients("u-7"),
  updateOauthClient: (service, clientId = "17") => service.updateOauthClient("u-7", clientId, { name: "CI" }),
  deleteOauthClient: (service, clientId = "17") => service.deleteOauthClient("u-7", clientId),
  streamOauthClients: (service) =>
    Effect.map(Stream.runCollect(service.streamOauthClients("u-7")), Chunk.toReadonlyArray)
}

export const operationNames: ReadonlyArray<Operation> = [
  "addOauthClient",
  "findOauthClientById",
  "findOauthClients",
  "updateOauthClient",
  "deleteOauthClient",
  "streamOauthClients"
]

export const itemOperations: ReadonlyArray<Operation> = ["addOauthClient", "findOauthClientById", "updateOauthClient"]
export const listOperations: ReadonlyArray<Operation> = ["findOauthClients", "streamOauthClients"]

export interface CallOptions {
  readonly clientId?: string | undefined
  readonly credentials?: ProcessMakerCredentials | undefined
  readonly maxBodySize?: number | undefined
}

/** What an operation makes of one reply. */
export const callWith = (
  operation: Operation,
  reply: (seen: Seen) => Reply,
  { clientId, ...options }: CallOptions = {}
): Effect.Effect<unknown, OauthClientsStreamError | ConfigError.ConfigError> =>
  Effect.provide(
    Effect.flatMap(OauthClientsService, (service) => operations[operation](service, clientId)),
    layerOver(scripted(reply).client, {
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
      ...(options.maxBodySize === undefined ? {} : { maxBodySize: options.maxBodySize })
    })
  )
