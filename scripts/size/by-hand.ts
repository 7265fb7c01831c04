/** The program of with-package.ts as one would write it with effect and @effect/platform alone. */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Chunk from "effect/Chunk"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const Token = Schema.Struct({ access_token: Schema.Redacted(Schema.String) })

const Resource = Schema.Struct({
  id: Schema.String,
  attributes: Schema.Struct({
    name: Schema.String,
    secret: Schema.optional(Schema.NullOr(Schema.Redacted(Schema.String))),
    revoked: Schema.optional(Schema.NullOr(Schema.Boolean)),
    created_at: Schema.optional(Schema.NullOr(Schema.DateTimeUtc))
  })
})

const Item = Schema.Struct({ data: Resource })

const Page = Schema.Struct({
  data: Schema.Array(Resource),
  meta: Schema.Struct({ pagination: Schema.Struct({ current_page: Schema.Int, total_pages: Schema.Int }) })
})

const settings = Config.all({
  baseUrl: Config.string("PROCESSMAKER_BASE_URL"),
  tokenUrl: Config.string("PROCESSMAKER_TOKEN_URL"),
  clientId: Config.string("PROCESSMAKER_CLIENT_ID"),
  clientSecret: Config.redacted("PROCESSMAKER_CLIENT_SECRET"),
  username: Config.string("PROCESSMAKER_USERNAME"),
  password: Config.redacted("PROCESSMAKER_PASSWORD")
})

const program = Effect.gen(function*() {
  const { baseUrl, clientId, clientSecret, password, tokenUrl, username } = yield* settings
  const http = (yield* HttpClient.HttpClient).pipe(
    HttpClient.filterStatusOk,
    HttpClient.retryTransient({ times: 4, schedule: Schedule.jittered(Schedule.exponential("200 millis")) })
  )

  const grant = HttpClientRequest.post(tokenUrl).pipe(
    HttpClientRequest.bodyUrlParams({
      grant_type: "password",
      client_id: clientId,
      client_secret: Redacted.value(clientSecret),
      username,
      password: Redacted.value(password)
    })
  )
  const { access_token } = yield* http.execute(grant).pipe(
    Effect.flatMap(HttpClientResponse.schemaBodyJson(Token)),
    Effect.scoped
  )
  const api = http.pipe(
    HttpClient.mapRequest(HttpClientRequest.prependUrl(baseUrl)),
    HttpClient.mapRequest(HttpClientRequest.bearerToken(access_token)),
    HttpClient.mapRequest(HttpClientRequest.accept("application/vnd.api+json"))
  )

  const body = { data: { type: "client", attributes: { name: "Reports" } } }
  const added = yield* api.post("/users/1/clients", { body: yield* HttpBody.json(body) }).pipe(
    Effect.flatMap(HttpClientResponse.schemaBodyJson(Item))
  )
  const found = yield* api.get(`/users/1/clients/${encodeURIComponent(added.data.id)}`).pipe(
    Effect.flatMap(HttpClientResponse.schemaBodyJson(Item)),
    Effect.timeout("30 seconds")
  )
  yield* Effect.log(found)

  const pages = Stream.paginateChunkEffect(
    1,
    (page) =>
      api.get("/users/1/clients", { urlParams: { page, per_page: 100 } }).pipe(
        Effect.flatMap(HttpClientResponse.schemaBodyJson(Page)),
        Effect.map(({ data, meta }) => [
          Chunk.fromIterable(data),
          page < meta.pagination.total_pages ? Option.some(page + 1) : Option.none()
        ])
      )
  )
  yield* Stream.runForEach(pages, (client) => Effect.log(client.attributes.name))
})

Effect.runPromise(Effect.provide(program, FetchHttpClient.layer))
