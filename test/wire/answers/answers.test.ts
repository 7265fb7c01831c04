import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { OauthClient, OauthClientPage, OauthClientsService } from "effect-processmaker-oauth"
import type { OauthClientsServiceShape } from "effect-processmaker-oauth"
import { FakeProcessMaker, Fault, layerTest } from "effect-processmaker-oauth/testing"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { credentials } from "../../support/hostile.js"
import { baseUrl as standardUrl, layerOver, operations, scripted, token } from "../../support/scripted.js"
import { clients, serve } from "../../support/servers.js"
import { inBytes } from "./bytes.js"
import { documents } from "./documents.js"
import { logins } from "./logins.js"
import { refusals } from "./refusals.js"
import { others, resource } from "./row.js"
import type { Result, Row, Rows, Sent, Way } from "./row.js"

const rows: Rows = { ...documents, ...refusals, ...inBytes, ...logins }

const through = (way: Way) =>
  Object.entries(rows).filter(([, { through }]) => through === undefined || through.includes(way))

const operationOf = ({ call }: Row) =>
  call === "logIn" ? "findOauthClientById" : call === "revokeOauthClient" ? "updateOauthClient" : call

const run = (row: Row, service: OauthClientsServiceShape) =>
  Effect.either<unknown, unknown, never>(
    row.call === "revokeOauthClient"
      ? service.updateOauthClient("u-7", "17", { revoked: true })
      : operations[operationOf(row)](service, row.clientId)
  )

const runOver = (row: Row, client: HttpClient.HttpClient, baseUrl = standardUrl) =>
  Effect.provide(
    Effect.flatMap(OauthClientsService, (service) => run(row, service)),
    layerOver(client, { credentials: row.call === "logIn" ? credentials : { accessToken: token }, baseUrl })
  )

const plain = (value: unknown): unknown => {
  if (Option.isOption(value)) return Option.getOrUndefined(Option.map(value, plain))
  if (Duration.isDuration(value)) return Duration.toMillis(value)
  return DateTime.isDateTime(value) ? DateTime.formatIso(value) : value
}

// The fields that a row may name.
const shown = (value: unknown): unknown =>
  value instanceof OauthClient
    ? Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]))
    : value instanceof OauthClientPage
    ? { ...value.pagination, clients: value.clients.length }
    : Array.isArray(value)
    ? value.length
    : value

const named = (names: object, value: unknown): unknown =>
  Predicate.isRecord(value)
    ? Object.fromEntries(Object.keys(names).map((key) => [key, plain(value[key])]))
    : value

const check = ({ result }: Row, given: Either.Either<unknown, unknown>) => {
  if ("value" in result) return checkValue(result, shown(Either.getOrThrowWith(given, (error) => error)))
  return Either.isLeft(given) ? checkError(result, given.left) : assert.fail("it succeeded")
}

const checkValue = ({ value }: Extract<Result, { readonly value: unknown }>, found: unknown) =>
  assert.deepStrictEqual(Predicate.isRecord(value) ? named(value, found) : found, value)

const checkError = ({ error, fields = {}, says = [] }: Extract<Result, { readonly error: string }>, found: unknown) => {
  if (!Predicate.isError(found)) return assert.fail(String(found))
  assert.strictEqual(found.name, error, found.message)
  assert.deepStrictEqual(named(fields, found), fields)
  for (const words of says) assert.include(found.message, words)
}

const responseOf = ({ body, headers = {}, status }: Sent): Response => {
  const lines = new Headers()
  for (const [name, values] of Object.entries(headers)) {
    for (const value of [values].flat()) lines.append(name, value)
  }
  return new Response(status === 204 ? null : new Blob([body]), { status, headers: lines })
}

describe("in process", () => {
  for (const [name, row] of through("inProcess")) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const { client, seen } = scripted(() => responseOf(seen.length === 1 ? row.answer : others))
        check(row, yield* runOver(row, client))
        if (row.call === "logIn" && seen[1] !== undefined) {
          assert.strictEqual(seen[1].headers["authorization"], "Bearer tok-1")
        }
      }))
  }
})

const askedFor = (row: Row) => {
  if (row.call === "logIn") return "token"
  const operation = operationOf(row)
  return operation === "streamOauthClients" ? "findOauthClients" : operation
}

describe("by the fault script of the testing door", () => {
  const layer = layerTest({ users: [{ id: "u-7", clients: [{ id: "17", name: "CI" }] }], retry: { maxAttempts: 1 } })
  for (const [name, row] of through("fault")) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const { body, headers = {}, status } = row.answer
        const single = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
        const step = Fault.respond({ status, headers: single, body })
        const fake = yield* FakeProcessMaker
        yield* fake.script(Fault.onOperation(askedFor(row), step))
        // It knows no token of another server's.
        if (row.call === "logIn") {
          yield* fake.script(
            Fault.onOperation("findOauthClientById", Fault.respond({ status: 200, body: { data: resource() } }))
          )
        }
        check(row, yield* run(row, yield* OauthClientsService))
      }).pipe(Effect.provide(layer)))
  }
})

describe.concurrent("over sockets", () => {
  for (const [transport, layer] of Object.entries(clients)) {
    it.scopedLive(transport, () =>
      Effect.gen(function*() {
        let answers: ReadonlyArray<Sent> = []
        const server = yield* serve((_request, response) => {
          const [{ body, headers, status } = others, ...rest] = answers
          answers = rest
          response.writeHead(status, headers).end(body)
        })
        const context = yield* Layer.build(layer)
        const client = yield* Effect.provide(HttpClient.HttpClient, context)
        for (const [name, row] of through(transport as Way)) {
          answers = [row.answer]
          const given = yield* runOver(row, client, `${server.origin}/api/v1`)
          try {
            check(row, given)
          } catch (cause) {
            assert.fail(`${name}: ${String(cause)}`)
          }
        }
      }))
  }
})
