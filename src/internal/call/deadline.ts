import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import { constVoid } from "effect/Function"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import * as Scope from "effect/Scope"

/** The fiber that work runs in. */
export interface Worker<E> {
  /** Replaces the deadline. */
  readonly setDeadline: (deadline: Deadline<E>) => void
  /** Observes how the work ended. For a deadline, that is its failure. */
  readonly atExit: (observe: (exit: Exit.Exit<unknown, E>) => void) => void
}

/** When to end the work, in milliseconds from now, and with which failure. */
export interface Deadline<E> {
  readonly millis: number
  readonly failure: () => E
}

/**
 * Runs work under a deadline, which may be replaced while it runs, with one fiber, one scope and one timer. The scope
 * is closed only if the work does not succeed, since aborting a completed request is slow. `Effect.timeout` and
 * `Effect.scoped` would take more fibers and five times as many steps.
 */
export const withDeadline = <A, E>(
  first: Deadline<E>,
  work: (worker: Worker<E>) => Effect.Effect<A, E, Scope.Scope>,
  provide: (context: Context.Context<never>) => Context.Context<never> = (context) => context
): Effect.Effect<A, E> =>
  // `Effect.async` could be interrupted between starting the worker and registering a canceler.
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Scope.make(), (scope) =>
      Effect.withFiberRuntime<A, E>((caller, { runtimeFlags }) => {
        const fork = Runtime.runFork(Runtime.make({
          context: Context.add(provide(caller.currentContext), Scope.Scope, scope),
          // A deadline must also work in a finalizer.
          runtimeFlags: RuntimeFlags.enable(runtimeFlags, RuntimeFlags.Interruption),
          fiberRefs: caller.getFiberRefs()
        }))
        const clock = Context.get(caller.currentDefaultServices, Clock.Clock)
        let disarm = constVoid
        let arm = constVoid
        let deadline = first
        let missed: Exit.Exit<never, E> | undefined
        let observe: (exit: Exit.Exit<unknown, E>) => void = constVoid
        // Effect logs the failure of a fiber without a parent, so this one succeeds with the exit.
        const worker = fork(Effect.exit(work({
          setDeadline: (next) => {
            deadline = next
            arm()
          },
          atExit: (observer) => (observe = observer)
        })))
        worker.addObserver((exited) => observe(missed ?? Exit.flatten(exited)))
        // The worker has already run up to its first wait, and may have replaced the deadline.
        const ended = Effect.async<A, E>((resume) => {
          arm = () => {
            disarm()
            const { failure, millis } = deadline
            disarm = ring(clock, millis, fork, () => {
              missed = Exit.fail(failure())
              resume(missed)
            })
          }
          arm()
          worker.addObserver((exited) => {
            disarm()
            resume(Exit.flatten(exited))
          })
        })
        return Effect.catchAllCause(restore(ended), (cause) => {
          disarm()
          const exit = Exit.failCause(cause)
          return Effect.zipRight(Fiber.interrupt(worker), Effect.zipRight(Scope.close(scope, exit), exit))
        })
      }))
  )

const liveClock = Context.get(DefaultServices.liveServices, Clock.Clock)

/** A longer timer would fire immediately. */
const longestTimer = 2 ** 31 - 1

/** Calls back after a delay, and returns a function that cancels it. Uses a timer, as the live clock does. */
const ring = (
  clock: Clock.Clock,
  millis: number,
  fork: (sleep: Effect.Effect<void>) => Fiber.RuntimeFiber<void>,
  onRing: () => void
): () => void => {
  if (millis === Number.POSITIVE_INFINITY) return constVoid
  if (clock === liveClock && millis <= longestTimer) {
    // oxlint-disable-next-line no-restricted-globals -- a fiber that sleeps costs a tenth of a call
    const timer = setTimeout(onRing, millis)
    return () => clearTimeout(timer)
  }
  const sleeper = fork(clock.sleep(Duration.millis(millis)))
  sleeper.addObserver((slept) => Exit.isSuccess(slept) ? onRing() : undefined)
  return () => sleeper.unsafeInterruptAsFork(FiberId.none)
}
