/** What must hold wherever the service is: over every fake, and over a real tenant. */
import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService } from "effect-processmaker-oauth"
import type { OauthClient } from "effect-processmaker-oauth"
import * as Array from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { failure } from "./callers.js"

/** Whose clients the suite works on. It leaves them as it found them. */
export class Tenant extends Context.Tag("test/Tenant")<Tenant, { readonly userId: string }>() {}

const added = (
  name: string,
  flags: { readonly passwordClient?: boolean; readonly personalAccessClient?: boolean } = {}
) =>
  Effect.gen(function*() {
    const service = yield* OauthClientsService
    const { userId } = yield* Tenant
    return yield* Effect.acquireRelease(
      service.addOauthClient(userId, { name, ...flags }),
      ({ id }) => Effect.ignore(service.deleteOauthClient(userId, id))
    )
  })

const tests: Readonly<Record<string, Effect.Effect<void, unknown, OauthClientsService | Tenant | Scope.Scope>>> = {
  "adds a client, reads it back, and deletes it for good": Effect.gen(function*() {
    const service = yield* OauthClientsService
    const { userId } = yield* Tenant
    const made = yield* added("contract: made", { passwordClient: true })
    assert.deepInclude(made, {
      name: "contract: made",
      passwordClient: true,
      personalAccessClient: false,
      revoked: false
    })
    for (const secret of Option.toArray(made.secret)) assert.isNotEmpty(Redacted.value(secret))
    const read = yield* service.findOauthClientById(userId, made.id)
    assert.deepInclude(read, { id: made.id, name: made.name, passwordClient: true, personalAccessClient: false })
    yield* service.deleteOauthClient(userId, made.id)
    const again = yield* failure(service.findOauthClientById(userId, made.id))
    assert.deepInclude(again, { _tag: "ProcessMakerNotFound" })
    const twice = yield* failure(service.deleteOauthClient(userId, made.id))
    assert.strictEqual(twice._tag, "ProcessMakerNotFound")
  }),

  "changes what it is told and nothing else": Effect.gen(function*() {
    const service = yield* OauthClientsService
    const { userId } = yield* Tenant
    const { id } = yield* added("contract: before", { passwordClient: true })
    const renamed = yield* service.updateOauthClient(userId, id, { name: "contract: after" })
    assert.deepInclude(renamed, { id, name: "contract: after", passwordClient: true, personalAccessClient: false })
    assert.strictEqual((yield* service.findOauthClientById(userId, id)).name, "contract: after")
  }),

  "gives pages that fit together": Effect.gen(function*() {
    const service = yield* OauthClientsService
    const { userId } = yield* Tenant
    yield* Effect.forEach(["contract: 1", "contract: 2", "contract: 3"], (name) => added(name))
    const first = yield* service.findOauthClients(userId, { perPage: 2 })
    const second = yield* service.findOauthClients(userId, { page: 2, perPage: 2 })
    assert.deepInclude(first.pagination, { currentPage: 1, perPage: 2, count: 2 })
    assert.strictEqual(second.pagination.currentPage, 2)
    assert.isAtLeast(first.pagination.total, 3)
    assert.isTrue(Option.isSome(first.next))
    assert.notDeepEqual(Array.map(first.clients, ({ id }) => id), Array.map(second.clients, ({ id }) => id))
    const beyond = yield* service.findOauthClients(userId, { page: first.pagination.totalPages + 5, perPage: 2 })
    assert.deepStrictEqual([beyond.clients, beyond.next], [[], Option.none()])
  }),

  "streams every client once, whatever the page size": Effect.gen(function*() {
    const service = yield* OauthClientsService
    const { userId } = yield* Tenant
    const mine = yield* Effect.forEach(["contract: 4", "contract: 5", "contract: 6"], (name) => added(name))
    const ids = (clients: Iterable<OauthClient>): ReadonlyArray<string> =>
      Array.map(Array.fromIterable(clients), ({ id }) => id)
    const all = ids(yield* Stream.runCollect(service.streamOauthClients(userId)))
    const narrow = ids(yield* Stream.runCollect(service.streamOauthClients(userId, { perPage: 3, prefetch: 2 })))
    assert.deepStrictEqual(narrow, all)
    assert.strictEqual(new Set(all).size, all.length)
    assert.includeMembers([...all], [...ids(mine)])
  }),

  "resumes after the last page that was seen": Effect.gen(function*() {
    const service = yield* OauthClientsService
    const { userId } = yield* Tenant
    yield* Effect.forEach(["contract: 7", "contract: 8", "contract: 9"], (name) => added(name))
    const pages = yield* Stream.runCollect(service.streamOauthClientPages(userId, { perPage: 2 }))
    const seen = yield* Stream.runCollect(Stream.take(service.streamOauthClientPages(userId, { perPage: 2 }), 1))
    const resume = yield* Effect.flatMap(Chunk.head(seen), ({ next }) => next)
    const rest = yield* Stream.runCollect(service.streamOauthClients(userId, { perPage: 2, resume }))
    const expected = Array.flatMap(Chunk.toArray(pages).slice(1), ({ clients }) => clients)
    assert.deepStrictEqual(Chunk.toArray(rest).map(({ id }) => id), expected.map(({ id }) => id))
  }),

  "ends a stream with a report": Effect.gen(function*() {
    const service = yield* OauthClientsService
    const { userId } = yield* Tenant
    const last = yield* Stream.runLast(service.streamOauthClientEvents(userId))
    assert.deepInclude(Option.getOrThrow(last), { _tag: "Completed" })
  }),

  "says who is not there": Effect.gen(function*() {
    const service = yield* OauthClientsService
    const { userId } = yield* Tenant
    const noClient = yield* failure(service.updateOauthClient(userId, "999999999", { name: "x" }))
    const noUser = yield* failure(service.findOauthClients("00000000-0000-4000-8000-000000000000"))
    assert.deepStrictEqual([noClient._tag, noUser._tag], ["ProcessMakerNotFound", "ProcessMakerNotFound"])
  }),

  "adds several at once, each with an id of its own": Effect.gen(function*() {
    const names = ["a", "b", "c", "d"].map((name) => `contract: ${name}`)
    const made = yield* Effect.forEach(names, (name) => added(name), { concurrency: 4 })
    assert.deepStrictEqual(made.map(({ name }) => name), names)
    assert.strictEqual(new Set(made.map(({ id }) => id)).size, 4)
  })
}

/** Runs the suite over a layer that is made afresh for each test. */
export const contract = (
  name: string,
  layer: () => Layer.Layer<OauthClientsService | Tenant, unknown>,
  options: { readonly skip?: boolean } = {}
): void => {
  describe.skipIf(options.skip === true)(name, () => {
    for (const [title, test] of Object.entries(tests)) {
      it.live(title, () => test.pipe(Effect.scoped, Effect.provide(layer())))
    }
  })
}
