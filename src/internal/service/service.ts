import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { NewOauthClientInput, OauthClient, OauthClientChangesInput } from "../../OauthClient.js"
import type { OauthClientPage } from "../../OauthClientPage.js"
import { PageEvent } from "../../PageStream.js"
import type { PageOptions, PageStreamOptions } from "../../PageStream.js"
import type { OauthClientsError, OauthClientsStreamError } from "../../ProcessMakerError.js"
import { invalidRequest, makeApiClient } from "../call/apiClient.js"
import type { ApiCall, ApiClientOptions, Done } from "../call/apiClient.js"
import type { Ledger } from "../call/ledger.js"
import type { Failure, InvalidAnswer } from "../failure/failure.js"
import { toPublicError } from "../failure/responseErrors.js"
import { isNotFound } from "../failure/status.js"
import { makePage } from "../list/makePage.js"
import { extentOf } from "../list/pageExtent.js"
import { pageEvents, streamOperation } from "../list/pagination.js"
import { mostAnchors } from "../list/recentIds.js"
import { invalid, readClient, readNothing, readPage, readStrictPage } from "../wire/document.js"
import type { Answer, ListDocument } from "../wire/document.js"
import { checkPageOptions, makeRequests } from "./requests.js"
import { checkStream } from "./streamOptions.js"

/** The service over one API client. `OauthClientsServiceShape` says of each operation what it promises. */
export const makeService = (options: ApiClientOptions) => {
  const api = makeApiClient(options)
  const requests = makeRequests(options.config.baseUrl)
  const call = <A>(apiCall: ApiCall<A>): Effect.Effect<A, OauthClientsError> =>
    Effect.map(api.call(apiCall), ({ value }) => value)

  const fetchPage = (
    { page, perPage, userId }: { readonly userId: string; readonly page: number; readonly perPage: number },
    more: Pick<ApiCall<ListDocument>, "decode" | "onRepeat">
  ): Effect.Effect<Done<ListDocument>, OauthClientsError> =>
    api.call({
      call: { operation: "findOauthClients", userId, page },
      method: "GET",
      request: Either.right(requests.findOauthClients(userId, page, perPage)),
      ...more
    })

  const streamOauthClientEvents = (
    userId: string,
    streamOptions: PageStreamOptions = {}
  ): Stream.Stream<PageEvent, OauthClientsStreamError> =>
    Stream.unwrap(Effect.gen(function*() {
      const checked = checkStream(userId, streamOptions)
      if (Either.isLeft(checked)) {
        return yield* invalidRequest({ operation: streamOperation, userId }, "GET", checked.left)
      }
      const { onInvalidItem, ...walk } = checked.right
      const decode = onInvalidItem === "skip" ? readPage : readStrictPage
      return pageEvents({
        ...walk,
        fetch: (page, onRetrying) =>
          Effect.withSpan(
            fetchPage({ userId, page, perPage: walk.perPage }, { decode, onRepeat: tellRepeat(page, onRetrying) }),
            "OauthClientsService.findOauthClients",
            { captureStackTrace: false, attributes: { page } }
          )
      })
    }))

  const streamOauthClientPages = (userId: string, streamOptions?: PageStreamOptions) =>
    Stream.mapChunks(streamOauthClientEvents(userId, streamOptions), Chunk.filterMap(pageOf))

  return {
    addOauthClient: Effect.fn("OauthClientsService.addOauthClient")((userId: string, input: NewOauthClientInput) =>
      call({
        call: { operation: "addOauthClient", userId },
        method: "POST",
        request: requests.addOauthClient(userId, input),
        decode: readClient
      })
    ),
    findOauthClientById: Effect.fn("OauthClientsService.findOauthClientById")((userId: string, clientId: string) =>
      call({
        call: { operation: "findOauthClientById", userId, clientId },
        method: "GET",
        request: requests.findOauthClientById(userId, clientId),
        decode: decodeSame(clientId)
      })
    ),
    findOauthClients: Effect.fn("OauthClientsService.findOauthClients")((
      userId: string,
      pageOptions: PageOptions = {}
    ) =>
      Either.match(checkPageOptions(userId, pageOptions), {
        onLeft: (issues) => invalidRequest({ operation: "findOauthClients", userId }, "GET", issues),
        onRight: ({ page, perPage }) =>
          Effect.map(
            fetchPage({ userId, page, perPage }, { decode: readStrictPage }),
            ({ value }) => toPage(userId, page, perPage, value)
          )
      })
    ),
    updateOauthClient: Effect.fn("OauthClientsService.updateOauthClient")((
      userId: string,
      clientId: string,
      changes: OauthClientChangesInput
    ) =>
      call({
        call: { operation: "updateOauthClient", userId, clientId },
        method: "PUT",
        request: requests.updateOauthClient(userId, clientId, changes),
        decode: decodeSame(clientId)
      })
    ),
    deleteOauthClient: Effect.fn("OauthClientsService.deleteOauthClient")((userId: string, clientId: string) =>
      call({
        call: { operation: "deleteOauthClient", userId, clientId },
        method: "DELETE",
        request: requests.deleteOauthClient(userId, clientId),
        decode: readNothing,
        recover: gone
      })
    ),
    streamOauthClientEvents,
    streamOauthClientPages,
    streamOauthClients: (userId: string, streamOptions?: PageStreamOptions) =>
      Stream.mapChunks(
        streamOauthClientPages(userId, streamOptions),
        Chunk.flatMap(({ clients }) => Chunk.unsafeFromArray(clients))
      )
  }
}

// The client that was asked for, and no other.
const decodeSame = (clientId: string) => (answer: Answer): Either.Either<OauthClient, InvalidAnswer> =>
  Either.filterOrLeft(
    readClient(answer),
    ({ id }) => id === clientId,
    () => invalid(answer, "mismatch", [{ path: ["data", "id"], expected: "must be the id that was asked for" }])
  )

// A deletion whose answer was lost, and that now finds nothing to delete, was done.
const gone = (failure: Failure, { lost }: Ledger): Either.Either<void, Failure> =>
  lost && failure._tag === "RefusedStatus" && failure.followed !== true && isNotFound(failure.status)
    ? Either.void
    : Either.left(failure)

const tellRepeat =
  (pageNumber: number, tell: (event: PageEvent) => Effect.Effect<void>): NonNullable<ApiCall<never>["onRepeat"]> =>
  ({ attempt, delay, failure }, ledger) =>
    Effect.flatMap(
      toPublicError(failure, ledger),
      (error) => tell(PageEvent.PageRetrying({ pageNumber, attempt, delay: Duration.millis(Math.round(delay)), error }))
    )

const pageOf = (event: PageEvent): Option.Option<OauthClientPage> =>
  event._tag === "PageFetched" ? Option.some(event.page) : Option.none()

const toPage = (userId: string, page: number, perPage: number, document: ListDocument): OauthClientPage => {
  const clients = document.rows.flatMap((row) => Either.isRight(row) ? [row.right] : [])
  const { more, pageSize, total } = extentOf(page, document, perPage, undefined)
  const place = () => ({
    userId,
    perPage,
    page: page + 1,
    total: total ?? null,
    seen: (page - 1) * pageSize + clients.length,
    anchors: clients.map(({ id }) => id).slice(-mostAnchors)
  })
  const next = more && clients.length > 0 ? Option.some(place()) : Option.none()
  return makePage(document, clients, next, { page, perPage })
}
