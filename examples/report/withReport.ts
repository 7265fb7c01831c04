/** Writes the report of a run. */
import * as FileSystem from "@effect/platform/FileSystem"
import type { PageEvent } from "effect-processmaker-oauth"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { ExportError } from "../export/exportFiles.js"
import { cannot } from "../export/exportFiles.js"
import type { Collector, Outcome, Run } from "./Run.js"
import { makeCollector } from "./Run.js"

/** Runs the export of one user, and writes its report to `file`, if given, even if it fails. */
export const withReport = <A, E extends { readonly _tag: string; readonly message: string }, R>(
  file: string | undefined,
  { title, source, userId }: Pick<Run, "source" | "title"> & { readonly userId: string },
  program: (tell: (event: PageEvent) => Effect.Effect<void>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | ExportError, FileSystem.FileSystem | R> =>
  Effect.gen(function*() {
    if (file === undefined) return yield* program(() => Effect.void)
    const collector = yield* makeCollector({ title, source })
    const watched = collector.measure(program((event) => collector.tell(userId, event))).pipe(
      Effect.tapError((error) => collector.fail(userId, error)),
      Effect.tapDefect(() =>
        collector.fail(userId, { _tag: "Defect", message: "The program's output has the details." })
      )
    )
    return yield* Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        const exit = yield* Effect.exit(restore(watched))
        const written = yield* Effect.exit(writeReport(file, collector, outcomeOf(exit)))
        return yield* Exit.zipLeft(exit, written)
      })
    )
  })

export const writeReport = (
  file: string,
  collector: Collector,
  outcome: Outcome
): Effect.Effect<void, ExportError, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    const run = yield* collector.run(outcome)
    // Loaded on demand, since the plotting library takes half a second to start.
    const { render } = yield* Effect.promise(() => import("./render.js"))
    yield* fileSystem.writeFileString(file, render(run))
  }).pipe(
    Effect.catchTags({ BadArgument: cannot(`write ${file}`), SystemError: cannot(`write ${file}`) })
  )

const outcomeOf = (exit: Exit.Exit<unknown, unknown>): Outcome =>
  Option.match(Exit.causeOption(exit), {
    onNone: () => "completed",
    onSome: (cause) => Cause.isInterruptedOnly(cause) ? "interrupted" : "failed"
  })
