/**
 * What the stream costs beside decoding: 500,000 clients streamed from answers that are ready, against the same answers
 * decoded alone, in one run. `npm run bench` prints the ratio.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { decodeList } from "../../src/internal/wire/jsonApi.js"

const pages = Number(process.argv[2] ?? 5000)
const perPage = 100

const bodyOf = (page: number): string =>
  JSON.stringify({
    data: Array.from({ length: perPage }, (_, index) => ({
      type: "client",
      id: String(page * perPage + index),
      attributes: {
        name: `Client ${index}`,
        secret: "q8Zt1mVxK4bN7cYr2LhD9wPs6JfGe3RaU5oTi0Ek",
        personal_access_client: false,
        password_client: true,
        revoked: false,
        created_at: "2017-11-03T09:15:42+00:00",
        updated_at: "2017-11-03T09:15:42+00:00"
      }
    })),
    meta: {
      pagination: {
        total: pages * perPage,
        count: perPage,
        per_page: perPage,
        current_page: page,
        total_pages: pages
      }
    }
  })

const client = HttpClient.make((request, url) =>
  Effect.succeed(HttpClientResponse.fromWeb(request, new Response(bodyOf(Number(url.searchParams.get("page"))))))
)

const decodeOnly = Effect.sync(() => {
  let count = 0
  for (let page = 1; page <= pages; page++) {
    const answer = {
      status: 200,
      contentType: "application/vnd.api+json",
      text: () => bodyOf(page)
    }
    count += Either.getOrThrow(decodeList(answer, (text) => text)).rows.length
  }
  return count
})

const streamed = Effect.flatMap(OauthClientsService, (service) => Stream.runCount(service.streamOauthClients("u")))
  .pipe(
    Effect.provide(
      OauthClientsService.layer({
        baseUrl: "https://t.example.test/api/v1",
        credentials: { accessToken: Redacted.make("t") }
      }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, client)))
    )
  )

const measure = (effect: Effect.Effect<number, unknown>) =>
  Effect.gen(function*() {
    const started = performance.now()
    const count = yield* effect
    return { count, seconds: (performance.now() - started) / 1000 }
  })

const program = Effect.gen(function*() {
  yield* measure(decodeOnly)
  const alone = yield* measure(decodeOnly)
  const stream = yield* measure(streamed)
  console.log(
    `${stream.count} clients: decoding alone ${alone.seconds.toFixed(1)} s, streamed ${stream.seconds.toFixed(1)} s`
  )
  console.log(`ratio ${(stream.seconds / alone.seconds).toFixed(2)}`)
})

void Effect.runPromise(program)
