/**
 * Runs the fault script: decides which actions apply to each request.
 *
 * @since 0.1.0
 */
import type { Route } from "../FakeRequest.js"
import type { Fault, ScriptedFault } from "./Fault.js"
import { describeMatch, matches } from "./FaultMatch.js"
import type { FaultAction, FaultStep } from "./FaultStep.js"
import { draw } from "./randomFault.js"

interface Runner {
  /** Counts every request, but acts only on a free one, which no other fault has taken. */
  readonly next: (route: Route, isFree: boolean) => ReadonlyArray<FaultAction> | undefined
  readonly pending: () => ReadonlyArray<string>
}

const isFinite = (step: FaultStep): boolean => step.times !== Number.POSITIVE_INFINITY

const scriptedRunner = ({ match, steps }: ScriptedFault): Runner => {
  let seen = 0
  let left = steps
  return {
    next: (route, isFree) => {
      const [step, ...rest] = left
      if (step === undefined || !matches(match, route)) return undefined
      seen += 1
      if (!isFree || seen < (match.nth ?? 1)) return undefined
      left = step.times > 1 ? [{ ...step, times: step.times - 1 }, ...rest] : rest
      return step.actions
    },
    pending: () =>
      left.filter(isFinite).flatMap(({ actions, times }) =>
        Array.from(
          { length: times },
          () => `${describeMatch(match)}: ${actions.map(({ what }) => what).join(" and ") || "pass"}`
        )
      )
  }
}

const runnerOf = (fault: Fault): Runner =>
  fault._tag === "ScriptedFault" ? scriptedRunner(fault) : { next: draw(fault), pending: () => [] }

export class FaultScript {
  #runners: ReadonlyArray<Runner> = []

  add(faults: ReadonlyArray<Fault>): void {
    this.#runners = [...this.#runners, ...faults.map(runnerOf)]
  }

  clear(): void {
    this.#runners = []
  }

  next(route: Route): ReadonlyArray<FaultAction> {
    let taken: ReadonlyArray<FaultAction> | undefined
    for (const runner of this.#runners) {
      const actions = runner.next(route, taken === undefined)
      taken ??= actions
    }
    return taken ?? []
  }

  /** Describes the remaining steps, except for endless and random ones. */
  pending(): ReadonlyArray<string> {
    return this.#runners.flatMap((runner) => runner.pending())
  }
}
