/**
 * Runs the fault script: decides which actions apply to each request.
 *
 * @since 0.1.0
 */
import type { Route } from "../FakeRequest.js"
import type { Fault, ScriptedFault } from "./Fault.js"
import { describeMatch, matches } from "./FaultMatch.js"
import type { FaultAction, FaultStep } from "./FaultStep.js"
import { dice } from "./randomFault.js"

interface Player {
  /** Counts every request, but acts only on a free one, which no other fault has taken. */
  readonly next: (route: Route, isFree: boolean) => ReadonlyArray<FaultAction> | undefined
  readonly pending: () => ReadonlyArray<string>
}

const isFinite = (step: FaultStep): boolean => step.times !== Number.POSITIVE_INFINITY

const scriptedPlayer = ({ match, steps }: ScriptedFault): Player => {
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

const playerOf = (fault: Fault): Player =>
  fault._tag === "ScriptedFault" ? scriptedPlayer(fault) : { next: dice(fault), pending: () => [] }

export class FaultScript {
  #players: ReadonlyArray<Player> = []

  add(faults: ReadonlyArray<Fault>): void {
    this.#players = [...this.#players, ...faults.map(playerOf)]
  }

  clear(): void {
    this.#players = []
  }

  next(route: Route): ReadonlyArray<FaultAction> {
    let taken: ReadonlyArray<FaultAction> | undefined
    for (const player of this.#players) {
      const actions = player.next(route, taken === undefined)
      taken ??= actions
    }
    return taken ?? []
  }

  /** Describes the remaining steps, except for endless and random ones. */
  pending(): ReadonlyArray<string> {
    return this.#players.flatMap((player) => player.pending())
  }
}
