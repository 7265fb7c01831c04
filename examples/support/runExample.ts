/** How the examples run. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { outliveReaders } from "./outliveReaders.js"

/** Runs a program to its end. A failure is one line, and an exit code that is not 0. */
export const runExample = <A, E>(program: Effect.Effect<A, E>): void => {
  outliveReaders()
  NodeRuntime.runMain(Effect.tapErrorCause(program, report), { disableErrorReporting: true })
}

const report = (cause: Cause.Cause<unknown>): Effect.Effect<void> => {
  if (Cause.isInterruptedOnly(cause)) return Effect.void
  // A defect is shown with its stack.
  if (!Cause.isFailure(cause)) return Console.error(Cause.pretty(cause))
  return Console.error(Cause.prettyErrors(cause).map(({ message }) => message).join("; "))
}
