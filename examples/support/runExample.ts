/** How the examples run. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { outliveReaders } from "./outliveReaders.js"

/** Runs a program. A failure prints one line and exits with a code other than 0. */
export const runExample = <A, E>(program: Effect.Effect<A, E>): void => {
  outliveReaders()
  NodeRuntime.runMain(Effect.tapErrorCause(program, report), { disableErrorReporting: true })
}

const report = (cause: Cause.Cause<unknown>): Effect.Effect<void> => {
  if (Cause.isInterruptedOnly(cause)) return Effect.void
  // A defect prints its stack.
  if (!Cause.isFailure(cause)) return Console.error(Cause.pretty(cause))
  return Console.error(Cause.prettyErrors(cause).map(({ message }) => message).join("; "))
}
