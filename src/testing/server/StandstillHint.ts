/**
 * Explains to a test why it hangs: a request met a fault, something waits, and the test's clock is not advancing.
 *
 * @since 0.1.0
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

// Shorter than the timeout of most test runners, five seconds.
const standsFor = "2 seconds"

const hint = (request: string, faults: string): string =>
  `FakeProcessMaker: nothing has happened for ${standsFor}. The last request, ${request}, met the fault ` +
  `"${faults}", and the clock has not moved since: under TestClock, advance it by the time that the fault or the ` +
  "retry after it waits for, for example with TestClock.adjust(\"1 minute\")."

export class StandstillHint {
  #cancel: (() => void) | undefined

  /** Notes that a request arrived, so the previous one is no longer waiting. */
  arrive(clock: Clock.Clock, request: string, faults: ReadonlyArray<string>): void {
    this.clear()
    if (faults.length === 0) return
    const before = clock.unsafeCurrentTimeMillis()
    this.#cancel = Effect.runCallback(
      Effect.flatMap(Effect.sleep(standsFor), () =>
        clock.unsafeCurrentTimeMillis() > before
          ? Effect.void
          : Effect.consoleWith((console) => console.warn(hint(request, faults.join(" and ")))))
    )
  }

  clear(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
