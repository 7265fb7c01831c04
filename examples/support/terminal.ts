/** The output of the programs: progress and messages on stderr, tables on stdout. */
import { SingleBar } from "cli-progress"
import Table from "cli-table3"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export const say = (line: string): Effect.Effect<void> => Effect.sync(() => process.stderr.write(`${line}\n`))

/** A progress bar, shown until the scope closes. It fills in `{bar}`, `{value}` and `{total}` of the format. */
export const makeBar = (
  format: string,
  values: Readonly<Record<string, unknown>>
): Effect.Effect<SingleBar, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const bar = new SingleBar({
        format,
        barCompleteChar: "=",
        barIncompleteChar: " ",
        barsize: 30,
        stream: process.stderr,
        hideCursor: true,
        // While the total is unknown.
        emptyOnZero: true,
        // The program handles signals itself.
        gracefulExit: false
      })
      bar.start(0, 0, values)
      return bar
    }),
    (bar) => Effect.sync(() => bar.stop())
  )

export type Row = readonly [name: string, value: string | number]

export const tableOf = (rows: ReadonlyArray<Row>): string => {
  const table = new Table({
    style: { head: [], border: [] },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" }
  })
  table.push(...rows.map(([name, value]) => [name, value]))
  return table.toString()
}
