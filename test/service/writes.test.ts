import { assert, describe, it } from "@effect/vitest"
import { OauthClientsService, ProcessMakerChangeIgnored } from "effect-processmaker-oauth"
import type { OauthClientsServiceShape } from "effect-processmaker-oauth"
import { FakeProcessMaker, layerTest } from "effect-processmaker-oauth/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { json, layerOver, scripted } from "../support/scripted.js"
import type { Reply, Seen } from "../support/scripted.js"

const resource = (attributes: Record<string, unknown> = {}, id: unknown = "17") => ({
  data: { type: "client", id, attributes: { name: "CI", ...attributes } }
})

/** What a call makes of these replies, and what it sent. */
const calling = <A, E>(
  call: (service: OauthClientsServiceShape) => Effect.Effect<A, E>,
  reply: (seen: Seen) => Reply
) => {
  const { client, seen } = scripted(reply)
  return Effect.flatMap(OauthClientsService, call).pipe(
    Effect.either,
    Effect.provide(layerOver(client)),
    Effect.map((result) => ({ result, sent: seen.map(({ method }) => method) }))
  )
}

describe("an update that is answered without a document", () => {
  const answers: Readonly<Record<string, () => Response>> = {
    "204": () => new Response(null, { status: 204 }),
    "an empty body": () => json(""),
    "data: null": () => json({ data: null }),
    "data: []": () => json({ data: [] }),
    "data: {}": () => json({ data: {} }),
    "only meta": () => json({ meta: { code: "1830" } }),
    "{}": () => json({}),
    "[]": () => json([])
  }
  for (const [name, answer] of Object.entries(answers)) {
    it.effect(`is read back: ${name}`, () =>
      Effect.gen(function*() {
        const { result, sent } = yield* calling(
          (service) => service.updateOauthClient("u-7", "17", { revoked: true }),
          ({ method }) => method === "PUT" ? answer() : json(resource({ revoked: true }))
        )
        assert.deepStrictEqual(sent, ["PUT", "GET"])
        assert.deepInclude(result, { _tag: "Right" })
      }))
  }

  it.effect("says that it was applied if it cannot be read back", () =>
    Effect.gen(function*() {
      const { result } = yield* calling(
        (service) => service.updateOauthClient("u-7", "17", { name: "CI" }),
        ({ method }) => method === "PUT" ? json({ data: null }) : json({}, 403)
      )
      const error = result._tag === "Left" ? result.left : assert.fail()
      assert.deepInclude(error, {
        _tag: "ProcessMakerForbidden",
        operation: "updateOauthClient",
        clientId: "17",
        outcome: "applied"
      })
    }))

  it.effect("fails if what is read back is not as asked for, or another client", () =>
    Effect.gen(function*() {
      const update = (read: unknown) =>
        Effect.map(
          calling(
            (service) => service.updateOauthClient("u-7", "17", { revoked: true }),
            ({ method }) => method === "PUT" ? json({ data: null }) : json(read)
          ),
          ({ result }) => result._tag === "Left" ? [result.left._tag, result.left.outcome] : []
        )
      assert.deepStrictEqual(yield* update(resource({ revoked: false })), ["ProcessMakerChangeIgnored", "notApplied"])
      assert.deepStrictEqual(yield* update(resource({}, "18")), ["ProcessMakerInvalidResponse", "applied"])
    }))

  for (const [name, answer] of [["errors", { errors: [{ title: "no" }] }], ["HTML", "<html></html>"]] as const) {
    it.effect(`fails if the answer holds ${name}`, () =>
      Effect.gen(function*() {
        const { result, sent } = yield* calling(
          (service) => service.updateOauthClient("u-7", "17", { name: "CI" }),
          () => json(answer)
        )
        assert.deepStrictEqual(sent, ["PUT"])
        assert.strictEqual(result._tag === "Left" ? result.left._tag : "", "ProcessMakerInvalidResponse")
      }))
  }

  it.effect("is no success when a client is added", () =>
    Effect.gen(function*() {
      const { result } = yield* calling(
        (service) => service.addOauthClient("u-7", { name: "CI" }),
        () => json({ data: null }, 201)
      )
      assert.deepInclude(result._tag === "Left" ? result.left : {}, { _tag: "ProcessMakerInvalidResponse" })
    }))
})

describe("a write that is answered with another flag than was sent", () => {
  const scenes: ReadonlyArray<
    readonly [
      sent: Parameters<OauthClientsServiceShape["updateOauthClient"]>[2],
      answered: Record<string, unknown>,
      fields: ReadonlyArray<string>,
      outcome: string
    ]
  > = [
    [{ revoked: true }, { revoked: false }, ["revoked"], "notApplied"],
    [{ revoked: false }, { revoked: 1 }, ["revoked"], "notApplied"],
    [{ revoked: true, name: undefined }, { revoked: 0 }, ["revoked"], "notApplied"],
    [{ revoked: true, name: "X" }, { revoked: 0 }, ["revoked"], "applied"],
    [
      { personalAccessClient: true, passwordClient: false, revoked: true },
      { personal_access_client: false, password_client: true, revoked: true },
      ["personalAccessClient", "passwordClient"],
      "applied"
    ]
  ]
  for (const [sent, answered, fields, outcome] of scenes) {
    it.effect(`fails: ${JSON.stringify(sent)}, ${JSON.stringify(answered)}`, () =>
      Effect.gen(function*() {
        const { result } = yield* calling(
          (service) => service.updateOauthClient("u-7", "17", sent),
          () => json(resource({ ...answered, secret: "q8Zt1mVxK4bN7cYr2LhD9wPs6JfGe3RaU5oTi0Ek" }))
        )
        const error = result._tag === "Left" ? result.left : assert.fail()
        if (!(error instanceof ProcessMakerChangeIgnored)) return assert.fail(error._tag)
        assert.deepStrictEqual([...error.fields], [...fields])
        assert.deepStrictEqual([error.operation, error.attempts, error.outcome], ["updateOauthClient", 1, outcome])
        assert.strictEqual(String(error.client.id), "17")
        assert.notInclude(JSON.stringify(error), "q8Zt1mVx")
      }))
  }

  for (
    const [flag, attribute] of [["personalAccessClient", "personal_access_client"], [
      "passwordClient",
      "password_client"
    ]] as const
  ) {
    for (const sent of [true, false]) {
      it.effect(`fails when a client was added so, and says that it was: ${flag} ${sent}`, () =>
        Effect.gen(function*() {
          const { result } = yield* calling(
            (service) => service.addOauthClient("u-7", { name: "CI", [flag]: sent }),
            () => json(resource({ [attribute]: sent ? 0 : 1 }), 201)
          )
          assert.deepInclude(result._tag === "Left" ? result.left : {}, {
            _tag: "ProcessMakerChangeIgnored",
            operation: "addOauthClient",
            fields: [flag],
            outcome: "applied"
          })
        }))
    }
  }

  it.effect("succeeds when a client that was added has flags that nobody sent", () =>
    Effect.gen(function*() {
      const { result } = yield* calling(
        (service) => service.addOauthClient("u-7", { name: "CI" }),
        () => json(resource({ personal_access_client: true, password_client: true, revoked: true }), 201)
      )
      assert.strictEqual(result._tag, "Right")
    }))

  it.effect("succeeds where the answer does not state it, or where names differ", () =>
    Effect.gen(function*() {
      for (const answered of [{}, { revoked: null }, { name: "another", revoked: true }]) {
        const { result } = yield* calling(
          (service) => service.updateOauthClient("u-7", "17", { name: "CI ", revoked: true }),
          () => json(resource(answered))
        )
        assert.strictEqual(result._tag, "Right", JSON.stringify(answered))
      }
    }))
})

describe("the client that was asked for", () => {
  const id = "9B1DEB4D-3b7d-4bad-9bdd-2b0d7b3dcb6d"
  const found = (asked: string, answered: unknown) =>
    Effect.map(
      calling((service) => service.findOauthClientById("u-7", asked), () => json(resource({}, answered))),
      ({ result }) => result._tag === "Left" ? result.left._tag : String(result.right.id)
    )
  it.effect("is a UUID in any case, and any other id to the letter", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* found(id, id.toLowerCase()), id.toLowerCase())
      assert.strictEqual(yield* found("17", 17), "17")
      for (const [asked, answered] of [["abc", "ABC"], ["17", "017"], [id, id.replace("9B", "9C")]] as const) {
        assert.strictEqual(yield* found(asked, answered), "ProcessMakerInvalidResponse")
      }
    }))
})

describe("the page that was asked for", () => {
  const pageAnswered = (meta: unknown) =>
    Effect.map(
      calling((service) => service.findOauthClients("u-7", { page: 3 }), () => json({ data: [], meta })),
      ({ result }) => result._tag === "Left" ? result.left : result.right
    )
  it.effect("is no other: a server that clamps is not believed", () =>
    Effect.gen(function*() {
      const error = yield* pageAnswered({ pagination: { current_page: 2, total: 20 } })
      assert.deepInclude(error, { _tag: "ProcessMakerInvalidResponse", reason: "mismatch", page: 3 })
      assert.include(String(error), "meta.pagination.current_page")
    }))
  it.effect("is taken for granted where the server does not say", () =>
    Effect.gen(function*() {
      for (const meta of [undefined, {}, { pagination: { current_page: null } }, { pagination: { current_page: 3 } }]) {
        assert.property(yield* pageAnswered(meta), "clients")
      }
    }))
})

describe("the client that the layer logs in with", () => {
  const setup = Effect.gen(function*() {
    const fake = yield* FakeProcessMaker
    const service = yield* OauthClientsService
    const { clientId } = fake.credentials
    yield* fake.insertClients("u-7", [{ id: clientId }])
    return { fake, service, clientId }
  })
  const layer = (protectLogin?: boolean) => layerTest({ users: [{ id: "u-7", clients: 0 }], protectLogin })

  it.effect("is neither deleted nor revoked", () =>
    Effect.gen(function*() {
      const { clientId, fake, service } = yield* setup
      for (
        const call of [
          Effect.asVoid(service.deleteOauthClient("u-7", clientId)),
          Effect.asVoid(service.updateOauthClient("u-7", clientId, { revoked: true }))
        ]
      ) {
        const error = yield* Effect.flip(call)
        assert.deepInclude(error, { _tag: "ProcessMakerInvalidRequest", outcome: "notApplied", attempts: 0 })
        assert.include(error.message, "protectLogin")
      }
      assert.deepStrictEqual(yield* fake.requests, [])
      yield* service.updateOauthClient("u-7", clientId, { name: "still mine", revoked: false })
      assert.strictEqual((yield* fake.clients("u-7"))[0]?.name, "still mine")
    }).pipe(Effect.provide(layer())))

  it.effect("unless that is asked for", () =>
    Effect.gen(function*() {
      const { clientId, fake, service } = yield* setup
      yield* service.updateOauthClient("u-7", clientId, { revoked: true })
      assert.strictEqual((yield* fake.clients("u-7"))[0]?.revoked, true)
    }).pipe(Effect.provide(layer(false))))

  // Whether a request was sent, by the id that logs in and the one that is to go.
  const isSpared = (clientId: string, asked: string) =>
    Effect.gen(function*() {
      const { client, seen } = scripted(({ method, url }) =>
        url.pathname.startsWith("/oauth")
          ? json({ access_token: "t" })
          : json(method === "DELETE" ? {} : resource({ revoked: true }, asked))
      )
      const login = { clientId, clientSecret: Redacted.make("s"), username: "u", password: Redacted.make("p") }
      const results = yield* OauthClientsService.pipe(
        Effect.flatMap((service) =>
          Effect.all([
            Effect.either(service.deleteOauthClient("u-7", asked)),
            Effect.either(service.updateOauthClient("u-7", asked, { revoked: true }))
          ])
        ),
        Effect.provide(layerOver(client, { credentials: login }))
      )
      const sent = seen.filter(({ url }) => url.pathname.startsWith("/api")).map(({ method }) => method)
      const refused = results.filter((result) =>
        result._tag === "Left" && result.left._tag === "ProcessMakerInvalidRequest"
      )
      assert.deepStrictEqual(sent, refused.length === 2 ? [] : ["DELETE", "PUT"])
      return refused.length === 2
    })
  const uuid = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"

  it.effect("in whatever way its id is written", () =>
    Effect.gen(function*() {
      for (const asked of ["17", "017", " 17", "17 ", "+17", "17.0", "17."]) {
        assert.isTrue(yield* isSpared("17", asked), asked)
      }
      assert.isTrue(yield* isSpared("0017", "17"))
      assert.isTrue(yield* isSpared(uuid, uuid.toUpperCase()))
    }))

  it.effect("and no other client is", () =>
    Effect.gen(function*() {
      for (const asked of ["1", "7", "170", "17.5", "-17", "17a", "a17", "0x11", "1 7", uuid]) {
        assert.isFalse(yield* isSpared("17", asked), asked)
      }
      // Beyond what a double tells apart.
      assert.isFalse(yield* isSpared("9007199254740993", "9007199254740992"))
      assert.isFalse(yield* isSpared(uuid, uuid.replace("9b", "9c")))
      assert.isFalse(yield* isSpared("bot", "BOT"))
    }))

  it.effect("is any, where the layer logs in with a token", () =>
    Effect.gen(function*() {
      const { result, sent } = yield* calling((service) => service.deleteOauthClient("u-7", "17"), () => json({}))
      assert.deepStrictEqual([result._tag, sent], ["Right", ["DELETE"]])
    }))
})
