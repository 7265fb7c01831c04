/** The errors that end a batch, and the handling of database errors. */
import { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schedule from "effect/Schedule"
import { say } from "../support/terminal.js"

/** The batch cannot continue. Its progress stays in the store, and the next run resumes from there. */
export class BatchError extends Data.TaggedError("BatchError")<{ readonly message: string }> {}

/** The job has ended, and its summary lists the users that failed. */
export class SomeUsersFailed extends Data.TaggedError("SomeUsersFailed")<{ readonly message: string }> {}

/** Handles the errors of a database. */
export type OnSqlError = <A, E, R>(
  effect: Effect.Effect<A, E, R>
) => Effect.Effect<A, Exclude<E, SqlError> | BatchError, R>

const isSqlError = (error: unknown): error is SqlError => error instanceof SqlError

const isOther = <E>(error: E): error is Exclude<E, SqlError> => !isSqlError(error)

/** A transaction that cannot be committed dies. */
const sqlDefectsToErrors = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.catchSomeDefect(effect, (defect) => isSqlError(defect) ? Option.some(Effect.fail(defect)) : Option.none())

/** For a file: its errors are permanent. */
export const failOnSqlError = (file: string): OnSqlError => (effect) =>
  Effect.mapError(
    sqlDefectsToErrors(effect),
    (error) => isOther(error) ? error : new BatchError({ message: `cannot write ${file}: ${reasonOf(error)}` })
  )

/** For a server: waits until it is available again, and fails with any other error. */
export const waitOnSqlError: OnSqlError = (effect) =>
  sqlDefectsToErrors(effect).pipe(
    Effect.tapError((error) => isAway(error) ? sayThatItIsAway(error) : Effect.void),
    Effect.retry({ while: isAway, schedule: Schedule.spaced("1 second") }),
    Effect.mapError((error) => isOther(error) ? error : new BatchError({ message: `the database: ${reasonOf(error)}` }))
  )

/**
 * Whether waiting may help: no connection, or a transient SQLSTATE (08 connection, 25P03 transaction timeout, 40
 * rollback, 53 resources, 57 intervention, 58 system).
 */
const isAway = (error: unknown): boolean => {
  if (!isSqlError(error)) return false
  const code = Predicate.hasProperty(error.cause, "code") ? String(error.cause.code) : ""
  return !/^[0-9A-Z]{5}$/.test(code) || /^(?:08|25P03|40|53|57|58)/.test(code)
}

let quietUntil = 0

const sayThatItIsAway = (error: unknown) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    if (now < quietUntil) return Effect.void
    quietUntil = now + 10_000
    return say(`waiting for the database: ${reasonOf(error)}`)
  })

/** The database's message, in one line. */
const reasonOf = (error: unknown): string => {
  if (!isSqlError(error)) return String(error)
  const { cause, message } = error
  const reason = cause instanceof Error && cause.message !== "" ? cause.message : message
  return reason.replaceAll(/\s+/g, " ")
}
