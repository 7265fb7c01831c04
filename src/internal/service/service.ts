/**
 * The service: turns operations into calls and pages into streams. `OauthClientsServiceShape` documents its members.
 * Other rooms may use `makeService` only.
 */
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { SchemaIssue } from "../../ErrorDetail.js"
import type {
  EnsureOptions,
  NewOauthClient,
  NewOauthClientInput,
  OauthClient,
  OauthClientChanges,
  OauthClientChangesInput
} from "../../OauthClient.js"
import type { OauthClientPage } from "../../OauthClientPage.js"
import type { PageEvent, PageOptions, PageStreamOptions } from "../../PageStream.js"
import type { OauthClientsError, OauthClientsStreamError, ProcessMakerChangeIgnored } from "../../ProcessMakerError.js"
import { makeCaller } from "../call/call.js"
import type { ApiCall, CallerOptions, Done } from "../call/call.js"
import type { Method } from "../call/decision.js"
import type { Call } from "../call/ledger.js"
import { layerPolicy, policyInForce } from "../config/policy.js"
import { publicError } from "../failure/publicErrors.js"
import type { CallError } from "../failure/publicErrors.js"
import { pageOf } from "../list/page.js"
import { listEvents, streamOperation } from "../list/stream.js"
import type { ListOptions } from "../list/stream.js"
import { watchOperation, watchStream } from "../watch/operations.js"
import type { WatchedStream } from "../watch/operations.js"
import { targetOf } from "../watch/requests.js"
import { isSameId } from "../wire/client.js"
import { readPage, readStrictPage } from "../wire/document.js"
import type { ClientDocument, ListDocument } from "../wire/document.js"
import { confirmed } from "./answers.js"
import { makeEnsure } from "./ensure.js"
import { checkStream, isPathId } from "./inputs.js"
import type { PageNumbers } from "./inputs.js"
import {
  addOauthClient,
  deleteOauthClient,
  findOauthClientById,
  findOauthClients,
  updateOauthClient
} from "./operations.js"
import type { Ids, Operation, OperationId } from "./operations.js"
import { checkEnsure, checkInput, makeRequest } from "./requests.js"

type More<A> = Partial<Pick<ApiCall<A>, "decode" | "onRepeat">>

/** What errors report about a call. `operation` overrides the name of the operation that is sent as part of another. */
type Facts = Ids & Partial<Pick<Call, "operation" | "page" | "outcome">>

export interface ServiceOptions extends Pick<CallerOptions, "client" | "tokens"> {
  readonly config: Omit<CallerOptions, "client" | "tokens"> & { readonly protectLogin?: boolean | undefined }
}

/** Reading a list changes nothing. */
type ListError = Exclude<OauthClientsStreamError, ProcessMakerChangeIgnored>

/** Makes the service. */
export const makeService = ({ client, config, tokens }: ServiceOptions) => {
  const call = makeCaller({ ...config, client, tokens })
  const inForce = policyInForce(config.retry)
  const baseUrl = new URL(config.baseUrl)

  /** Sends one call with validated IDs and input. */
  const send = <Input, A>(
    operation: Operation<Input, A>,
    facts: Facts,
    input: Input,
    more?: More<A>
  ): Effect.Effect<Done<A>, CallError> =>
    call({
      facts: { operation: operation.id, ...facts },
      method: operation.method,
      request: makeRequest(config.baseUrl, operation, facts, input),
      target: targetOf(baseUrl, operation.template),
      decode: (answer) => operation.output(answer, facts),
      whenGone: operation.whenGone,
      ...more
    })

  const sendPage = (facts: Omit<Facts, "page">, numbers: PageNumbers, more?: More<ListDocument>) =>
    send(findOauthClients, { page: numbers.page, ...facts }, numbers, more)

  const add = (facts: Facts, input: NewOauthClient): Effect.Effect<OauthClient, OauthClientsError> =>
    Effect.flatMap(send(addOauthClient, facts, input), (done) => confirmed(input, done.value, done.facts))

  const find = (facts: Facts) => send(findOauthClientById, facts, undefined)

  const update = (ids: Ids, changes: OauthClientChanges): Effect.Effect<OauthClient, OauthClientsError> => {
    const confirm = ({ facts, value }: Done<ClientDocument>) => confirmed(changes, value, facts)
    // If the response has no document, read the client back.
    const readBack = Effect.flatMap(find({ ...ids, operation: updateOauthClient.id, outcome: "applied" }), confirm)
    return Effect.flatMap(
      send(updateOauthClient, ids, changes),
      (done) => Option.isSome(done.value) ? confirm({ ...done, value: done.value.value }) : readBack
    )
  }

  /** Refuses to delete or revoke the client that this layer logs in with. */
  const sparing = <A, E>(
    { id, method }: { readonly id: OperationId; readonly method: Method },
    ids: Ids & { readonly clientId: string },
    effect: Effect.Effect<A, E>
  ): Effect.Effect<A, E | CallError> => {
    const login = config.protectLogin === false ? undefined : tokens.clientId?.()
    if (login === undefined || !mayBe(login, ids.clientId)) return effect
    const expected = "must not be the client that this layer logs in with, unless its option protectLogin is false"
    return invalidRequest({ operation: id, ...ids }, method, [{ path: ["clientId"], expected }])
  }

  /** The events of reading a list, for the streams and for `ensureOauthClient`. */
  const events = (
    userId: string,
    streamOptions: PageStreamOptions = {},
    facts: Partial<ListOptions["facts"]> = {},
    span?: WatchedStream["span"]
  ): Stream.Stream<PageEvent, ListError> =>
    Stream.suspend(() => {
      const checked = checkStream(userId, streamOptions)
      if (Either.isLeft(checked)) {
        return Stream.fromEffect(invalidRequest({ operation: streamOperation, userId }, "GET", checked.left))
      }
      const { onInvalidItem, ...walk } = checked.right
      const decode = onInvalidItem === "skip" ? readPage : readStrictPage
      return listEvents(
        ({ page, size }, onRepeat) =>
          watchOperation(findOauthClients.id, () => ({
            facts: { userId, page },
            effect: sendPage({ userId, ...facts }, { page, perPage: size }, { decode, onRepeat })
          }), span),
        { ...walk, facts: { operation: streamOperation, ...facts } }
      )
    })

  /** A stream derived from the events. */
  const streamed = <A>(
    userId: string,
    streamOptions: PageStreamOptions | undefined,
    view: (events: Chunk.Chunk<PageEvent>) => Chunk.Chunk<A>
  ): Stream.Stream<A, ListError> =>
    watchStream(
      streamOperation,
      goodIds({ userId }),
      ({ note, span }) =>
        Stream.mapChunks(events(userId, streamOptions, {}, span), (chunk) => {
          note(chunk)
          return view(chunk)
        })
    )

  const ensure = makeEnsure({
    add: (userId, input) => add({ userId, operation: "ensureOauthClient" }, input),
    list: (userId, outcome) =>
      Stream.mapChunks(events(userId, {}, { operation: "ensureOauthClient", outcome }), clientsOf),
    policy: Effect.withFiberRuntime((fiber) =>
      Effect.succeed(Either.getOrElse(inForce(fiber), () => layerPolicy(config.retry)))
    )
  })

  return {
    addOauthClient: (userId: string, given: NewOauthClientInput) =>
      checking(addOauthClient, { userId }, given, (input) => add({ userId }, input)),
    findOauthClientById: (userId: string, clientId: string) =>
      checking(
        findOauthClientById,
        { userId, clientId },
        undefined,
        () => Effect.map(find({ userId, clientId }), ({ value }) => value.client)
      ),
    findOauthClients: (userId: string, pageOptions: PageOptions = {}) =>
      checking(findOauthClients, { userId }, pageOptions, (numbers) =>
        Effect.map(
          sendPage({ userId }, numbers),
          ({ value }) => pageOf(value, { userId, page: numbers.page, size: numbers.perPage })
        ), ({ page }) => ({ page })),
    updateOauthClient: (userId: string, clientId: string, given: OauthClientChangesInput) =>
      checking(updateOauthClient, { userId, clientId }, given, (changes) =>
        changes.revoked === true
          ? sparing(updateOauthClient, { userId, clientId }, update({ userId, clientId }, changes))
          : update({ userId, clientId }, changes)),
    deleteOauthClient: (userId: string, clientId: string) =>
      checking(deleteOauthClient, { userId, clientId }, undefined, () =>
        sparing(
          deleteOauthClient,
          { userId, clientId },
          Effect.map(send(deleteOauthClient, { userId, clientId }, undefined), valueOf)
        )),
    ensureOauthClient: (userId: string, given: NewOauthClientInput, options: EnsureOptions = {}) =>
      watchOperation("ensureOauthClient", () => ({
        facts: goodIds({ userId }),
        effect: Either.match(checkEnsure(userId, given, options), {
          onLeft: (issues) => invalidRequest({ operation: "ensureOauthClient", userId }, "POST", issues),
          onRight: ensure
        })
      })),
    streamOauthClientEvents: (userId: string, streamOptions?: PageStreamOptions) =>
      streamed(userId, streamOptions, (all) => all),
    streamOauthClientPages: (userId: string, streamOptions?: PageStreamOptions) =>
      streamed(userId, streamOptions, Chunk.filterMap(fetched)),
    streamOauthClients: (userId: string, streamOptions?: PageStreamOptions) =>
      streamed(userId, streamOptions, clientsOf)
  }
}

// A database reads "017" and " 17" as the number 17.
const mayBe = (login: string, id: string): boolean =>
  isSameId(login, id) || (numeral.test(login) && numeral.exec(id)?.[1] === numeral.exec(login)?.[1])

const numeral = /^\s*\+?0*(\d+)(?:\.0*)?\s*$/

const clientsOf: (events: Chunk.Chunk<PageEvent>) => Chunk.Chunk<OauthClient> = Chunk.flatMap((event: PageEvent) =>
  event._tag === "PageFetched" ? Chunk.unsafeFromArray(event.page.clients) : Chunk.empty()
)

const valueOf = <A>({ value }: Done<A>): A => value

/** Runs an operation in its span: validates the input, then uses it. */
const checking = <Input, A, E>(
  operation: Operation<Input, unknown>,
  ids: Ids,
  given: unknown,
  use: (input: Input) => Effect.Effect<A, E>,
  more?: (input: Input) => { readonly page: number }
): Effect.Effect<A, E | CallError> =>
  watchOperation<A, E | CallError, never>(operation.id, () =>
    Either.match(checkInput(operation, ids, given), {
      onLeft: (issues) => ({
        facts: goodIds(ids),
        effect: invalidRequest({ operation: operation.id, ...ids }, operation.method, issues)
      }),
      onRight: (input) => ({ facts: { ...ids, ...more?.(input) }, effect: use(input) })
    }))

// The error of invalid input: no request was sent.
const invalidRequest = (
  { clientId, operation, userId }: Call,
  method: Method,
  issues: ReadonlyArray<SchemaIssue>
): Effect.Effect<never, CallError> =>
  Effect.fail(publicError({ _tag: "InvalidInput", issues }, {
    operation,
    ...goodIds({ userId, clientId }),
    attempts: 0,
    elapsed: Duration.zero,
    ...(method === "GET" ? {} : { outcome: "notApplied" })
  }))

// An invalid ID may hold anything, so errors and spans omit it.
const goodIds = ({ clientId, userId }: Pick<Call, "clientId" | "userId">): Pick<Call, "clientId" | "userId"> => ({
  ...(isPathId(userId) ? { userId } : {}),
  ...(isPathId(clientId) ? { clientId } : {})
})

const fetched = (event: PageEvent): Option.Option<OauthClientPage> =>
  event._tag === "PageFetched" ? Option.some(event.page) : Option.none()
