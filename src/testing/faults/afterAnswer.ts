/**
 * Fault actions on a response that is ready to be sent.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Fields, fieldsOf } from "../api/messages.js"
import type { Answered, Streamed } from "../FakeRequest.js"
import type { FaultAction } from "./FaultAction.js"

const encoder = new TextEncoder()

const streamed = (
  { body, headers, status }: Answered,
  pieces: (bytes: Uint8Array) => Streamed["stream"]
): Streamed => {
  const bytes = encoder.encode(body)
  return { _tag: "Streamed", status, headers, length: bytes.length, stream: pieces(bytes) }
}

export const breakOff = (fraction: number): FaultAction => ({
  what: "truncate",
  after: (answer) =>
    streamed(
      answer,
      (bytes) =>
        Stream.concat(Stream.succeed(bytes.slice(0, Math.floor(bytes.length * fraction))), Stream.fail("BrokenOff"))
    )
})

export const inPieces = (every: Duration.Duration, pieces: number): FaultAction => ({
  what: "drip",
  after: (answer) =>
    streamed(answer, (bytes) => {
      const size = Math.max(1, Math.ceil(bytes.length / pieces))
      return Stream.range(0, Math.ceil(bytes.length / size) - 1).pipe(
        Stream.mapEffect((index) => Effect.as(Effect.sleep(every), bytes.slice(index * size, (index + 1) * size)))
      )
    })
})

const edited = (answer: Answered, edit: (document: Fields) => unknown): Answered =>
  answer.body.startsWith("{") ? { ...answer, body: JSON.stringify(edit(fieldsOf(JSON.parse(answer.body)))) } : answer

export const editAnswer = (what: string, edit: (document: Fields) => unknown): FaultAction => ({
  what,
  after: (answer) => edited(answer, edit)
})

/** Overrides the pagination numbers of a document. */
export const withPagination = (overrides: Fields | ((said: Fields) => Fields)) => (document: Fields): Fields => {
  const meta = fieldsOf(document["meta"])
  const said = fieldsOf(meta["pagination"])
  const changed = typeof overrides === "function" ? overrides(said) : overrides
  return { ...document, meta: { ...meta, pagination: { ...said, ...changed } } }
}

/** Sends the previous page, with its own number or with the requested one. */
export const pageBefore = (claimsRequested: boolean): FaultAction => ({
  what: "repeat page",
  page: (asked) => Math.max(1, asked - 1),
  after: (answer, { page }) => claimsRequested ? edited(answer, withPagination({ current_page: page })) : answer
})
