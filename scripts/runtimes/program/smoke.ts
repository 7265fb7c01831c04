/** What every runtime is asked to do. It runs against the package as built, and knows nothing of where it runs. */
import type * as HttpClient from "@effect/platform/HttpClient"
import { OauthClientsService, RetryPolicy } from "effect-processmaker-oauth"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Outcome, Place } from "../place.js"

class Broken extends Data.TaggedError("Broken")<{ readonly message: string }> {}

const expect = (promise: string, kept: boolean): Effect.Effect<void, Broken> =>
  kept ? Effect.void : Effect.fail(new Broken({ message: `broken: ${promise}` }))

// Not through HttpClient, so that what is tested is not also what observes.
const observe = (url: string) => Effect.promise((signal) => fetch(url, { signal }).then((response) => response.text()))

const service = (place: Place, baseUrl: string, client: Layer.Layer<HttpClient.HttpClient>) =>
  OauthClientsService.layer({
    baseUrl,
    tokenUrl: place.tokenUrl,
    credentials: {
      clientId: place.clientId,
      clientSecret: Redacted.make(place.clientSecret),
      username: place.username,
      password: Redacted.make(place.password)
    }
  }).pipe(Layer.provide(client))

const talk = (place: Place) =>
  Effect.gen(function*() {
    const oauthClients = yield* OauthClientsService
    const { userId } = place

    const added = yield* oauthClients.addOauthClient(userId, { name: "Smoke and mirrors" })
    const find = oauthClients.findOauthClientById(userId, added.id)
    const found = yield* find
    yield* expect("what was added is found", found.id === added.id && found.name === "Smoke and mirrors")

    const pages = yield* Stream.runCollect(oauthClients.streamOauthClientPages(userId, { perPage: place.perPage }))
    const ids = Chunk.toReadonlyArray(pages).flatMap(({ clients }) => clients.map(({ id }) => id))
    yield* expect("the stream has three pages", Chunk.size(pages) === 3)
    yield* expect("the stream has every client once", new Set(ids).size === place.clients + 1 && ids.includes(added.id))

    const hanging = yield* Effect.fork(find)
    yield* observe(place.hangs)
    const exit = yield* Fiber.interrupt(hanging)
    yield* expect("a hanging call is interrupted", Exit.isInterrupted(exit))
    yield* observe(place.hungUp)

    const redirected = yield* Effect.flip(find)
    yield* expect("a redirect is refused", redirected.message.includes("the server redirected"))
    yield* expect("the client is found after all that", (yield* find).id === added.id)
    return redirected._tag === "ProcessMakerUnexpectedStatus" ? redirected.status : 0
  })

const callNobody = ({ userId }: Place) =>
  Effect.gen(function*() {
    const oauthClients = yield* OauthClientsService
    const error = yield* oauthClients.findOauthClients(userId).pipe(RetryPolicy.with(RetryPolicy.none), Effect.flip)
    // A login that failed would be another error.
    if (error._tag !== "ProcessMakerTransportError") return yield* Effect.fail(error)
    return error.code === undefined ? error.reason : `${error.reason} (${error.code})`
  })

const program = (place: Place, client: Layer.Layer<HttpClient.HttpClient>) =>
  Effect.gen(function*() {
    const redirect = yield* Effect.provide(talk(place), service(place, place.baseUrl, client))
    const refused = yield* Effect.provide(callNobody(place), service(place, place.nobody, client))
    return { redirect, refused }
  })

/** Never rejects: how it went is for the launcher to tell. */
export const smoke = (place: Place, client: Layer.Layer<HttpClient.HttpClient>): Promise<Outcome> =>
  Effect.runPromise(
    program(place, client).pipe(
      Effect.timeout("90 seconds"),
      Effect.map((seen): Outcome => ({ passed: true, ...seen })),
      Effect.catchAllCause((cause) => Effect.succeed<Outcome>({ passed: false, why: Cause.pretty(cause) }))
    )
  )
