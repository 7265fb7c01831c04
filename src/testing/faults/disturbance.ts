/**
 * What faults do to an answer that is ready to be sent.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Fields, fieldsOf } from "../api/requestBody.js"
import type { Route } from "../api/routes.js"
import type { Answered, FakeReply, Streamed } from "../FakeRequest.js"
import type { FaultAction } from "./FaultAction.js"

const encoder = new TextEncoder()

const streamed = (
  { body, headers, status }: Answered,
  pieces: (bytes: Uint8Array) => Streamed["stream"]
): Streamed => {
  const bytes = encoder.encode(body)
  return { _tag: "Streamed", status, headers, length: bytes.length, stream: pieces(bytes) }
}

const truncated = (answer: Answered, fraction: number): Streamed =>
  streamed(
    answer,
    (bytes) =>
      Stream.concat(Stream.succeed(bytes.slice(0, Math.floor(bytes.length * fraction))), Stream.fail("BrokenOff"))
  )

const dripped = (answer: Answered, every: Duration.Duration, pieces: number): Streamed =>
  streamed(answer, (bytes) => {
    const size = Math.max(1, Math.ceil(bytes.length / pieces))
    return Stream.range(0, Math.ceil(bytes.length / size) - 1).pipe(
      Stream.mapEffect((index) => Effect.as(Effect.sleep(every), bytes.slice(index * size, (index + 1) * size)))
    )
  })

const edited = (answer: Answered, edit: (document: Fields) => unknown): Answered =>
  answer.body.startsWith("{") ? { ...answer, body: JSON.stringify(edit(fieldsOf(JSON.parse(answer.body)))) } : answer

/** Other numbers of a page. */
export const withPagination = (overrides: Fields | ((said: Fields) => Fields)) => (document: Fields): Fields => {
  const meta = fieldsOf(document["meta"])
  const said = fieldsOf(meta["pagination"])
  const changed = typeof overrides === "function" ? overrides(said) : overrides
  return { ...document, meta: { ...meta, pagination: { ...said, ...changed } } }
}

const onAnswer = (action: FaultAction, answer: Answered, route: Route): FakeReply => {
  switch (action._tag) {
    case "ResetAfter":
      return { _tag: "Dropped", code: "ECONNRESET" }
    case "Truncate":
      return truncated(answer, action.fraction)
    case "Drip":
      return dripped(answer, action.every, action.pieces)
    case "MalformedBody":
      return { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) }
    case "Edit":
      return edited(answer, action.edit)
    case "RepeatPage":
      return action.claimRequested ? edited(answer, withPagination({ current_page: route.page })) : answer
    default:
      return answer
  }
}

/** The reply as it leaves the server. */
export const disturbed = (reply: FakeReply, actions: ReadonlyArray<FaultAction>, route: Route): FakeReply =>
  actions.reduce((current, action) => current._tag === "Answered" ? onAnswer(action, current, route) : current, reply)
