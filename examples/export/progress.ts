/** Shows the progress of the export: a bar on a terminal, plain lines elsewhere. */
import type { PageEvent } from "effect-processmaker-oauth"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import { makeBar, say } from "../support/terminal.js"

export interface Progress {
  /** Shows an event, and how many clients are written. */
  readonly tell: (event: PageEvent, written: number) => Effect.Effect<void>
}

export const makeProgress: Effect.Effect<Progress, never, Scope.Scope> = Effect.suspend(() =>
  process.stderr.isTTY === true ? progressBar : progressLines
)

/** The message of an event other than a page. */
const remark = (event: PageEvent): string => {
  switch (event._tag) {
    case "PageRetrying":
      return `page ${event.pageNumber}: ${event.error._tag}, again in ${Duration.format(wholeMillis(event.delay))}`
    case "ItemRejected":
      return `page ${event.pageNumber}: client ${event.index + 1} left out: ${
        event.issue.path.join(".")
      }, ${event.issue.expected}`
    case "DriftDetected":
      return `page ${event.pageNumber}: the list changed${
        event.sign === "total" ? `, from ${total(event.totalBefore)} to ${total(event.totalNow)} clients` : ""
      }`
    case "PageFetched":
    case "Completed":
      return ""
  }
}

const wholeMillis = (duration: Duration.Duration) => Duration.millis(Math.round(Duration.toMillis(duration)))

const total = Option.match({ onNone: () => "?", onSome: String })

const progressBar: Effect.Effect<Progress, never, Scope.Scope> = Effect.map(
  makeBar("{bar} {value}/{total} clients, {duration_formatted} {remark}", { remark: "" }),
  (bar) => ({
    tell: (event, written) =>
      Effect.sync(() => {
        if (event._tag === "PageFetched") bar.setTotal(Math.max(event.page.pagination.total, written))
        bar.update(written, { remark: remark(event) })
      })
  })
)

/** A line for each message, and one per second for pages. */
const progressLines: Effect.Effect<Progress> = Effect.map(Ref.make(Number.NEGATIVE_INFINITY), (lastLine) => ({
  tell: (event, written) =>
    Effect.gen(function*() {
      if (event._tag === "Completed") return yield* say(`${written} clients written`)
      if (event._tag !== "PageFetched") return yield* say(remark(event))
      const now = yield* Clock.currentTimeMillis
      if (now - (yield* Ref.get(lastLine)) < 1000) return
      yield* Ref.set(lastLine, now)
      yield* say(`page ${event.page.pagination.currentPage}: ${written} of ${event.page.pagination.total} clients`)
    })
}))
