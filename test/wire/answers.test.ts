import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { OauthClient, OauthClientPage, OauthClientsService } from "effect-processmaker-oauth"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { layerOver, operations, scripted } from "../support/scripted.js"
import { clients, serve } from "../support/servers.js"
import { rows } from "./answers.js"
import type { Result, Row } from "./answers.js"

const plain = (value: unknown): unknown => {
  if (Option.isOption(value)) return Option.getOrUndefined(Option.map(value, plain))
  return DateTime.isDateTime(value) ? DateTime.formatIso(value) : value
}

// The fields that a row may name.
const shown = (value: unknown): unknown =>
  value instanceof OauthClient
    ? Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]))
    : value instanceof OauthClientPage
    ? { ...value.pagination, clients: value.clients.length }
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
  assert.strictEqual(found.name, error)
  assert.deepStrictEqual(named(fields, found), fields)
  for (const words of says) assert.include(found.message, words)
}

describe("in process", () => {
  for (const [name, row] of Object.entries(rows)) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const { body, headers = {}, status } = row.answer
        const reply = () => new Response(status === 204 ? null : new Blob([body]), { status, headers })
        const service = yield* Effect.provide(OauthClientsService, layerOver(scripted(reply).client))
        check(row, yield* Effect.either(operations[row.operation](service)))
      }))
  }
})

describe.concurrent("over sockets", () => {
  for (const [transport, layer] of Object.entries(clients)) {
    it.scopedLive(transport, () =>
      Effect.gen(function*() {
        let current: Row["answer"] | undefined
        const server = yield* serve((_request, response) => {
          response.writeHead(current?.status ?? 500, current?.headers).end(current?.body)
        })
        const context = yield* Layer.build(layer)
        const client = yield* Effect.provide(HttpClient.HttpClient, context)
        const service = yield* Effect.provide(
          OauthClientsService,
          layerOver(client, { baseUrl: `${server.origin}/api/v1` })
        )
        for (const [name, row] of Object.entries(rows)) {
          if (row.inProcess) continue
          current = row.answer
          const given = yield* Effect.either(operations[row.operation](service))
          try {
            check(row, given)
          } catch (cause) {
            assert.fail(`${name}: ${String(cause)}`)
          }
        }
      }))
  }
})
