/** Shows the progress of a job: a bar on a terminal, plain lines elsewhere. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { makeBar, say } from "../support/terminal.js"
import type { BatchError } from "./BatchError.js"
import type { JobStatus } from "./BatchStore.js"
import { BatchStore } from "./BatchStore.js"

type Show = (status: JobStatus) => Effect.Effect<void>

/** Waits for the end of a job. */
export const watchJob = (job: string): Effect.Effect<JobStatus, BatchError, BatchStore> =>
  Effect.gen(function*() {
    const store = yield* BatchStore
    const show = yield* process.stderr.isTTY === true ? showBar : showLines
    return yield* store.status(job).pipe(
      Effect.map(Option.getOrThrow),
      Effect.tap(show),
      Effect.delay("500 millis"),
      Effect.repeat({ until: ({ done }) => done })
    )
  }).pipe(Effect.scoped)

const finished = ({ users }: JobStatus) => users.done + users.failed
const total = ({ users }: JobStatus) => users.done + users.failed + users.waiting

/** Measures the speed from the first status, without the progress of earlier runs. */
const makeSpeed = Effect.map(Clock.currentTimeMillis, (start) => {
  let first: JobStatus | undefined
  return (status: JobStatus, now: number) => {
    first ??= status
    const seconds = Math.max(0.001, (now - start) / 1000)
    const usersASecond = (finished(status) - finished(first)) / seconds
    return {
      rate: Math.round((status.clients - first.clients) / seconds),
      left: usersASecond > 0 ? Duration.format(Duration.seconds(Math.ceil(status.users.waiting / usersASecond))) : "?"
    }
  }
})

const showBar: Effect.Effect<Show, never, Scope.Scope> = Effect.gen(function*() {
  const speed = yield* makeSpeed
  const bar = yield* makeBar("{bar} {value}/{total} users, {clients} clients, {rate}/s, {left} left", {
    clients: 0,
    rate: 0,
    left: "?"
  })
  return (status) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      bar.setTotal(total(status))
      bar.update(finished(status), { clients: status.clients, ...speed(status, now) })
    })
})

/** A line every five seconds, and one at the end. */
const showLines: Effect.Effect<Show> = Effect.map(makeSpeed, (speed) => {
  let next = 0
  return (status) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (now < next && !status.done) return Effect.void
      next = now + 5000
      const { left, rate } = speed(status, now)
      const remaining = status.done ? "" : `, ${left} left`
      return say(`${finished(status)} of ${total(status)} users, ${status.clients} clients, ${rate}/s${remaining}`)
    })
})
