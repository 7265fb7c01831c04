/**
 * The service: turns operations into calls, and pages into streams. `OauthClientsServiceShape` says what each member
 * promises; `makeService` is all that other rooms may use of this one.
 */
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { SchemaIssue } from "../../ErrorDetail.js"
import type { NewOauthClientInput, OauthClient, OauthClientChangesInput } from "../../OauthClient.js"
import type { OauthClientPage } from "../../OauthClientPage.js"
import type { PageEvent, PageOptions, PageStreamOptions } from "../../PageStream.js"
import type { ProcessMakerConfigShape } from "../../ProcessMakerConfig.js"
import type { OauthClientsError, OauthClientsStreamError } from "../../ProcessMakerError.js"
import { makeCaller } from "../call/call.js"
import type { ApiCall, CallerOptions, Done } from "../call/call.js"
import type { Method } from "../call/decision.js"
import type { Call } from "../call/ledger.js"
import type { InvalidAnswer } from "../failure/failure.js"
import { publicError } from "../failure/publicErrors.js"
import { pageOf } from "../list/page.js"
import { listEvents, streamOperation } from "../list/stream.js"
import { operationSpan } from "../watch/spans.js"
import { readAskedPage, readClient, readPage } from "../wire/document.js"
import type { Answer, ListDocument } from "../wire/document.js"
import { checkStream, isPathId } from "./inputs.js"
import type { PageNumbers } from "./inputs.js"
import {
  addOauthClient,
  deleteOauthClient,
  findOauthClientById,
  findOauthClients,
  updateOauthClient
} from "./operations.js"
import type { Ids, Operation } from "./operations.js"
import { checkInput, makeRequest } from "./requests.js"

type More<A> = Partial<Pick<ApiCall<A>, "decode" | "onRepeat">>

export interface ServiceOptions extends Pick<CallerOptions, "client" | "tokens"> {
  readonly config: ProcessMakerConfigShape
}

/** The service over one caller. */
export const makeService = ({ client, config, tokens }: ServiceOptions) => {
  const call = makeCaller({ ...config, client, tokens })

  /** One call, from ids and input that were checked. */
  const send = <Input, A>(
    operation: Operation<Input, A>,
    facts: Ids & { readonly page?: number },
    input: Input,
    more?: More<A>
  ): Effect.Effect<Done<A>, OauthClientsError> =>
    call({
      facts: { operation: operation.id, ...facts },
      method: operation.method,
      request: makeRequest(config.baseUrl, operation, facts, input),
      decode: operation.output,
      whenGone: operation.whenGone,
      ...more
    })

  const sendPage = (userId: string, numbers: PageNumbers, more?: More<ListDocument>) =>
    send(findOauthClients, { userId, page: numbers.page }, numbers, more)

  const streamOauthClientEvents = (
    userId: string,
    streamOptions: PageStreamOptions = {}
  ): Stream.Stream<PageEvent, OauthClientsStreamError> =>
    Stream.suspend(() => {
      const checked = checkStream(userId, streamOptions)
      if (Either.isLeft(checked)) {
        return Stream.fromEffect(invalidRequest({ operation: streamOperation, userId }, "GET", checked.left))
      }
      const { onInvalidItem, ...walk } = checked.right
      const decode = onInvalidItem === "skip" ? readPage : findOauthClients.output
      return listEvents(
        ({ page, size }, onRepeat) =>
          operationSpan(
            findOauthClients.id,
            { page },
            () => sendPage(userId, { page, perPage: size }, { decode, onRepeat })
          ),
        walk
      )
    })

  const streamOauthClientPages = (userId: string, streamOptions?: PageStreamOptions) =>
    Stream.mapChunks(streamOauthClientEvents(userId, streamOptions), Chunk.filterMap(fetched))

  return {
    addOauthClient: (userId: string, given: NewOauthClientInput) =>
      checking(
        addOauthClient,
        { userId },
        given,
        (input) => Effect.map(send(addOauthClient, { userId }, input), valueOf)
      ),
    findOauthClientById: (userId: string, clientId: string) =>
      checking(
        findOauthClientById,
        { userId, clientId },
        undefined,
        () =>
          Effect.map(
            send(findOauthClientById, { userId, clientId }, undefined, { decode: decodeSame(clientId) }),
            valueOf
          )
      ),
    findOauthClients: (userId: string, pageOptions: PageOptions = {}) =>
      checking(
        findOauthClients,
        { userId },
        pageOptions,
        ({ page, perPage }) =>
          Effect.map(
            sendPage(userId, { page, perPage }, { decode: (answer) => readAskedPage(answer, page) }),
            ({ value }) => pageOf(value, { userId, page, size: perPage })
          )
      ),
    updateOauthClient: (userId: string, clientId: string, given: OauthClientChangesInput) =>
      checking(
        updateOauthClient,
        { userId, clientId },
        given,
        (changes) =>
          Effect.map(send(updateOauthClient, { userId, clientId }, changes, { decode: decodeSame(clientId) }), valueOf)
      ),
    deleteOauthClient: (userId: string, clientId: string) =>
      checking(
        deleteOauthClient,
        { userId, clientId },
        undefined,
        () => Effect.map(send(deleteOauthClient, { userId, clientId }, undefined), valueOf)
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

const valueOf = <A>({ value }: Done<A>): A => value

/** The span of an operation around a check of what the caller gave, and what is done with it then. */
const checking = <Input, A>(
  operation: Operation<Input, unknown>,
  ids: Ids,
  given: unknown,
  use: (input: Input) => Effect.Effect<A, OauthClientsError>
): Effect.Effect<A, OauthClientsError> =>
  operationSpan(operation.id, {}, () =>
    Either.match(checkInput(operation, ids, given), {
      onLeft: (issues) => invalidRequest({ operation: operation.id, ...ids }, operation.method, issues),
      onRight: use
    }))

// The client that was asked for, and no other.
const decodeSame = (clientId: string) => (answer: Answer): Either.Either<OauthClient, InvalidAnswer> =>
  readClient(answer, clientId)

// Refused here: nothing was sent.
const invalidRequest = (
  { clientId, operation, userId }: Call,
  method: Method,
  issues: ReadonlyArray<SchemaIssue>
): Effect.Effect<never, OauthClientsError> =>
  Effect.fail(publicError({ _tag: "InvalidInput", issues }, {
    operation,
    // What is no id is not repeated: it may be anything.
    ...(isPathId(userId) ? { userId } : {}),
    ...(isPathId(clientId) ? { clientId } : {}),
    attempts: 0,
    elapsed: Duration.zero,
    ...(method === "GET" ? {} : { outcome: "notApplied" })
  }))

const fetched = (event: PageEvent): Option.Option<OauthClientPage> =>
  event._tag === "PageFetched" ? Option.some(event.page) : Option.none()
