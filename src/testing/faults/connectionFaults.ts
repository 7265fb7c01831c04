/**
 * Faults of time and of the connection.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Answered, Streamed } from "../FakeRequest.js"
import { type FaultStep, reply, step } from "./FaultStep.js"

/**
 * Delays the request before it is processed.
 *
 * @since 0.1.0
 * @category steps
 */
export const delay = (duration: Duration.DurationInput): FaultStep =>
  step("delay", { before: (context) => Effect.delay(Effect.succeed(context), duration) })

/**
 * Never responds.
 *
 * @since 0.1.0
 * @category steps
 */
export const hang: FaultStep = step("hang", { before: () => Effect.never })

/**
 * Refuses the connection. On a port, the connection is reset instead.
 *
 * @since 0.1.0
 * @category steps
 */
export const refuse: FaultStep = reply("refuse", () => ({ _tag: "Dropped", code: "ECONNREFUSED" }))

/**
 * Resets the connection before the server processes the request.
 *
 * @since 0.1.0
 * @category steps
 */
export const resetBefore: FaultStep = reply("reset before", () => ({ _tag: "Dropped", code: "ECONNRESET" }))

/**
 * Resets the connection after the server has processed the request: a lost 201.
 *
 * @since 0.1.0
 * @category steps
 */
export const resetAfter: FaultStep = step("reset after", { after: () => ({ _tag: "Dropped", code: "ECONNRESET" }) })

const streamed = (what: string, pieces: (bytes: Uint8Array) => Streamed["stream"]): FaultStep =>
  step(what, {
    after: ({ body, headers, status }: Answered) => {
      const bytes = new TextEncoder().encode(body)
      return { _tag: "Streamed", status, headers, length: bytes.length, stream: pieces(bytes) }
    }
  })

/**
 * Processes the request, then breaks the response off after this fraction of its body.
 *
 * @since 0.1.0
 * @category steps
 */
export const truncateAt = (fraction: number): FaultStep =>
  streamed(
    "truncate",
    (bytes) =>
      Stream.concat(Stream.succeed(bytes.slice(0, Math.floor(bytes.length * fraction))), Stream.fail("BrokenOff"))
  )

/**
 * Processes the request, then breaks the response off halfway.
 *
 * @since 0.1.0
 * @category steps
 */
export const truncate: FaultStep = truncateAt(0.5)

/**
 * Sends the body in pieces, with a wait before each.
 *
 * @since 0.1.0
 * @category steps
 */
export const drip = (every: Duration.DurationInput, pieces = 10): FaultStep =>
  streamed("drip", (bytes) => {
    const size = Math.max(1, Math.ceil(bytes.length / pieces))
    return Stream.range(0, Math.ceil(bytes.length / size) - 1).pipe(
      Stream.mapEffect((index) => Effect.as(Effect.sleep(every), bytes.slice(index * size, (index + 1) * size)))
    )
  })
