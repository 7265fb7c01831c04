import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as library from "effect-processmaker-oauth"
import { AccessTokenProvider, OauthClientsService, ProcessMakerConfig } from "effect-processmaker-oauth"
import type { OauthClientsOptions } from "effect-processmaker-oauth"
import { assertNoSecrets } from "effect-processmaker-oauth/testing"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { allSecrets, credentials, secrets } from "../support/hostile.js"
import { record } from "../support/recording.js"
import { times } from "../support/runs.js"
import { baseUrl, json, operationNames, scripted } from "../support/scripted.js"
import type { Seen } from "../support/scripted.js"
import {
  attributes,
  brokenResources,
  granted,
  isLogin,
  matrix,
  ofServer,
  other,
  over,
  said,
  untyped
} from "./routes.js"

/** Runs it, lets nothing it shows hold a secret, and gives the class it failed with. */
const tagOf = <A, E, R>(name: string, effect: Effect.Effect<A, E, R>) =>
  Effect.map(record(effect), ({ exit, shown, spans }) => {
    try {
      assertNoSecrets(shown, allSecrets)
    } catch (leak) {
      assert.fail(`${name}: ${leak}`)
    }
    assert.include(spans, "the program")
    if (Exit.isSuccess(exit)) return "success"
    const [error] = Chunk.toReadonlyArray(Cause.failures(exit.cause))
    if (error === undefined) return assert.fail(`${name}: not a typed error, but ${Cause.pretty(exit.cause)}`)
    return typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : "untagged"
  })

// Most routes come in hundreds of writings, and to look everywhere takes its time: a few, spread evenly. That each
// writing is caught is for `redact.test.ts`.
const some = <A>(values: ReadonlyArray<A>, most = times(4, 12)): ReadonlyArray<A> => {
  const step = Math.max(1, values.length / most)
  return Array.from(
    { length: Math.min(values.length, most) },
    (_, index) => values[Math.floor(index * step)] ?? assert.fail()
  )
}

describe("no error shows a secret", () => {
  for (const [name, { run, tag }] of Object.entries(matrix)) {
    it.effect(name, () =>
      Effect.gen(function*() {
        for (const effect of some(run())) assert.strictEqual(yield* tagOf(name, effect), tag)
      }))
  }

  it("the matrix has every class of error that the package exports", () => {
    const exported = Object.entries(library).flatMap(([name, value]) =>
      typeof value === "function" && value.prototype instanceof Error && name !== "ProcessMakerChangeIgnored"
        ? [name]
        : []
    )
    assert.sameMembers([...new Set(Object.values(matrix).map(({ tag }) => tag))], exported)
    assert.isAbove(exported.length, 12)
  })
})

const layerFailures: Readonly<Record<string, Partial<Record<keyof OauthClientsOptions, unknown>>>> = {
  "a base URL with a password": { baseUrl: `https://admin:${encodeURIComponent(secrets.password)}@h.test` },
  "a base URL with a token": { baseUrl: `https://h.test/?access_token=${secrets.accessToken}` },
  "a base URL that is none": { baseUrl: `:${secrets.accessToken}` },
  "a token URL with a secret": { tokenUrl: `https://h.test/#${secrets.clientSecret}` },
  "a secret that is not redacted": { credentials: { ...credentials, clientSecret: secrets.clientSecret } },
  "a password that is not redacted": { credentials: { ...credentials, password: secrets.password } },
  "a user that is none": { credentials: { ...credentials, username: [secrets.password] } },
  "a token that is no token": { credentials: { accessToken: Redacted.make(`${secrets.accessToken}\n`) } },
  "a token that is not redacted": { credentials: { accessToken: secrets.accessToken } },
  "no token": { credentials: { accessToken: Redacted.make(undefined) } },
  "no password": { credentials: { ...credentials, password: Redacted.make(undefined) } }
}

const environments: Readonly<Record<string, ReadonlyArray<readonly [string, string]>>> = {
  "a base URL with a password": [["PROCESSMAKER_BASE_URL", `https://x:${secrets.clientSecret}@h.test`]],
  "a token URL with a secret": [["PROCESSMAKER_BASE_URL", "h.test"], [
    "PROCESSMAKER_TOKEN_URL",
    `http://${secrets.clientSecret}`
  ]],
  "no password": [["PROCESSMAKER_BASE_URL", "h.test"], ["PROCESSMAKER_CLIENT_SECRET", secrets.clientSecret]],
  "no token": [["PROCESSMAKER_BASE_URL", "h.test"], ["PROCESSMAKER_ACCESS_TOKEN", `${secrets.accessToken} x`]],
  "nothing": [["PROCESSMAKER_PASSWORD", secrets.password]]
}

describe("a layer that cannot be built", () => {
  const built = (layer: Layer.Layer<OauthClientsService, unknown, HttpClient.HttpClient>) =>
    Effect.scoped(Layer.build(layer)).pipe(
      Effect.provideService(HttpClient.HttpClient, scripted(() => granted()).client)
    )
  for (const [name, options] of Object.entries(layerFailures)) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const layer = OauthClientsService.layer(untyped({ baseUrl, credentials, ...options }))
        assert.strictEqual(yield* tagOf(name, built(layer)), "ConfigError")
      }))
  }
  for (const [name, variables] of Object.entries(environments)) {
    it.effect(`from the environment, ${name}`, () =>
      Effect.gen(function*() {
        const provider = ConfigProvider.fromMap(new Map(variables))
        const tag = yield* tagOf(name, Effect.withConfigProvider(built(OauthClientsService.layerConfig), provider))
        assert.strictEqual(tag, "ConfigError")
      }))
  }
})

describe("nothing that succeeds shows a secret", () => {
  const rows = ["1", "2", "3"].map((id) => Object.assign(attributes({ secret: other }), { id }))
  const list = (url: URL, all: ReadonlyArray<unknown>) => {
    const [number = 1, size = 15] = ["page", "per_page"].map((name) => Number(url.searchParams.get(name)))
    const data = all.slice((number - 1) * size, number * size)
    const pagination = {
      total: 3,
      count: data.length,
      per_page: size,
      current_page: number,
      total_pages: Math.ceil(3 / size)
    }
    return { data, meta: { pagination } }
  }
  const good = (seen: Seen) =>
    isLogin(seen)
      ? granted()
      : json(seen.url.searchParams.has("page") ? list(seen.url, rows) : { data: attributes({ secret: other }) })

  for (const operation of operationNames) {
    it.effect(operation, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* tagOf(operation, over(scripted(good).client, operation)), "success")
      }))
  }

  it.effect("the secret is there all the same", () =>
    Effect.gen(function*() {
      const clients = yield* over(scripted(good).client, "streamOauthClients")
      assert.deepStrictEqual(
        Array.isArray(clients)
          ? clients.map((each: library.OauthClient) => Option.map(each.secret, Redacted.value))
          : [],
        [1, 2, 3].map(() => Option.some(other))
      )
    }))

  it.effect("events of a bumpy way, and their cursors", () =>
    Effect.gen(function*() {
      let asked = 0
      const { client } = scripted((seen) => {
        if (isLogin(seen)) return granted()
        asked += 1
        return asked === 2
          ? json({ message: said(ofServer).join() }, 503)
          : json(list(seen.url, [rows[0], brokenResources[0], rows[2]]))
      })
      const events = Effect.flatMap(OauthClientsService, (service) =>
        Stream.runCollect(service.streamOauthClientEvents("u-7", { perPage: 1, prefetch: 0, onInvalidItem: "skip" })))
        .pipe(
          Effect.provide(OauthClientsService.layer({ baseUrl, credentials, retry: { baseDelay: 0 } })),
          Effect.provideService(HttpClient.HttpClient, client)
        )
      const tags: Array<string> = []
      const kept = Effect.map(events, (chunk) => {
        const list = Chunk.toReadonlyArray(chunk)
        tags.push(...list.map(({ _tag }) =>
          _tag
        ))
        const cursors = list.flatMap((event) =>
          event._tag === "PageFetched" ? [...Option.toArray(event.page.next)] : []
        )
        return {
          list,
          cursors,
          checkpoints: cursors.map((cursor) => JSON.stringify(Schema.encodeSync(library.PageCursor)(cursor)))
        }
      })
      assert.strictEqual(yield* tagOf("events", kept), "success")
      assert.includeMembers(tags, ["PageFetched", "PageRetrying", "ItemRejected", "Completed"])
    }))

  it.effect("the services, the config and the token", () =>
    Effect.gen(function*() {
      const all: Effect.Effect<unknown, unknown> = Effect.gen(function*() {
        const provider = yield* AccessTokenProvider
        const service = yield* OauthClientsService
        return [
          yield* provider.get,
          yield* service.findOauthClients("u-7"),
          provider,
          service,
          yield* ProcessMakerConfig,
          yield* Effect.context<never>()
        ]
      }).pipe(
        Effect.provide(Layer.provideMerge(OauthClientsService.layerNoDeps, AccessTokenProvider.layer(credentials))),
        Effect.provide(ProcessMakerConfig.layer({ baseUrl })),
        Effect.provideService(HttpClient.HttpClient, scripted(good).client)
      )
      assert.strictEqual(yield* tagOf("services", all), "success")
    }))

  it.effect("a defect with all of them in it", () =>
    Effect.gen(function*() {
      const dying = Effect.flatMap(over(scripted(good).client, "findOauthClients"), (value) => Effect.die(value))
      const { exit, shown } = yield* record(dying)
      assertNoSecrets(shown, allSecrets)
      assert.isTrue(Exit.isFailure(exit))
    }))
})

const resetting = Effect.acquireRelease(
  Effect.async<{ readonly port: number; readonly close: () => void }>((resume) => {
    const server = createServer((socket) => socket.once("data", () => socket.resetAndDestroy()))
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      resume(Effect.succeed({ port, close: () => server.close() }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

describe("errors of real HTTP clients", () => {
  const clients = {
    undici: NodeHttpClient.layerUndici,
    fetch: FetchHttpClient.layer,
    "node:http": NodeHttpClient.layer
  }
  for (const [name, layer] of Object.entries(clients)) {
    it.scopedLive(name, () =>
      Effect.gen(function*() {
        const { port } = yield* resetting
        const client = yield* HttpClient.HttpClient
        const token = { accessToken: Redacted.make(secrets.accessToken) }
        for (
          const address of [`http://127.0.0.1:${port}/api`, "http://127.0.0.1:1/api", `https://127.0.0.1:${port}/api`]
        ) {
          for (const withCredentials of [token, credentials]) {
            const tag = yield* tagOf(
              name,
              over(client, "findOauthClients", { baseUrl: address, credentials: withCredentials })
            )
            assert.strictEqual(tag, "ProcessMakerTransportError")
          }
        }
      }).pipe(Effect.provide(layer)))
  }
})
