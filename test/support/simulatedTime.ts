import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/**
 * A clock that jumps to the next sleeper whenever nothing else is left to do: hours pass in milliseconds, and nobody has
 * to say by how much. `TestClock.adjust` waits for real milliseconds at each step, which is too slow for thousands of
 * runs.
 */
class SimulatedClock implements Clock.Clock {
  readonly [Clock.ClockTypeId]: Clock.ClockTypeId = Clock.ClockTypeId
  private now = 0
  private ticking = false
  private readonly sleepers = new Set<Sleeper>()
  readonly currentTimeMillis = Effect.sync(() => this.now)
  readonly currentTimeNanos = Effect.sync(() => this.unsafeCurrentTimeNanos())

  unsafeCurrentTimeMillis(): number {
    return this.now
  }

  unsafeCurrentTimeNanos(): bigint {
    return BigInt(Math.round(this.now * 1e6))
  }

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.async((resume) => {
      const sleeper = { at: this.now + Duration.toMillis(duration), wake: () => resume(Effect.void) }
      this.sleepers.add(sleeper)
      this.tick()
      return Effect.sync(() => this.sleepers.delete(sleeper))
    })
  }

  // Two turns of the event loop: whatever was ready, the fake's own yields among it, has run by then.
  private tick(): void {
    if (this.ticking) return
    this.ticking = true
    setImmediate(() => setImmediate(() => this.advance()))
  }

  private advance(): void {
    this.ticking = false
    let next: Sleeper | undefined
    for (const sleeper of this.sleepers) if (next === undefined || sleeper.at < next.at) next = sleeper
    if (next === undefined || next.at === Number.POSITIVE_INFINITY) return
    this.sleepers.delete(next)
    this.now = Math.max(this.now, next.at)
    next.wake()
    this.tick()
  }
}

/** Runs an effect under simulated time. */
export const simulated = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => Effect.withClock(effect, new SimulatedClock()))

/** Under simulated time: lets everything run that does not wait for the clock. The fake yields a few times for each answer. */
export const settle: Effect.Effect<void> = Effect.repeatN(Effect.sleep(0), 9)

/** Under simulated time: lets it pass, and everything run that is due by then. */
export const pass = (duration: Duration.DurationInput): Effect.Effect<void> =>
  settle.pipe(Effect.zipRight(Effect.sleep(duration)), Effect.zipRight(settle))
