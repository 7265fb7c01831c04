/** What one writes with Effect's own client in a few lines: no retries, no deadlines, no limits. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { OauthClientId } from "effect-processmaker-oauth"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const Flag = Schema.optionalWith(Schema.Boolean, { default: () => false, nullable: true })
const Timestamp = Schema.optionalWith(Schema.DateTimeUtc, { as: "Option", nullable: true })

const Page = Schema.Struct({
  data: Schema.Array(Schema.Struct({
    type: Schema.Literal("client"),
    id: OauthClientId,
    attributes: Schema.Struct({
      name: Schema.String,
      secret: Schema.optionalWith(Schema.Redacted(Schema.String), { as: "Option", nullable: true }),
      personal_access_client: Flag,
      password_client: Flag,
      revoked: Flag,
      created_at: Timestamp,
      updated_at: Timestamp
    })
  })),
  meta: Schema.Struct({
    pagination: Schema.Struct({
      total: Schema.NonNegativeInt,
      count: Schema.NonNegativeInt,
      per_page: Schema.NonNegativeInt,
      current_page: Schema.NonNegativeInt,
      total_pages: Schema.NonNegativeInt
    })
  })
})

const decodePage = HttpClientResponse.schemaBodyJson(Page)

export const naivePage = (url: string) =>
  Effect.scoped(Effect.flatMap(
    HttpClient.execute(
      HttpClientRequest.get(url, { headers: { accept: "application/vnd.api+json", authorization: "Bearer bench" } })
    ),
    decodePage
  ))

export const naiveStream = (urlOf: (page: number) => string) =>
  Stream.paginateChunkEffect(1, (page) =>
    Effect.map(naivePage(urlOf(page)), ({ data, meta: { pagination } }) => [
      Chunk.unsafeFromArray(data),
      page < pagination.total_pages ? Option.some(page + 1) : Option.none()
    ]))
