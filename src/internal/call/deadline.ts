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
  /** Tells how the work ended: for a deadline, with its failure. */
  readonly atExit: (observe: (exit: Exit.Exit<unknown, E>) => void) => void
}

/** When work is ended, in milliseconds from when this is said, and with which failure. */
export interface Deadline<E> {
  readonly millis: number
  readonly failure: () => E
}

/**
 * Runs work in one fiber with a scope and one timer, so that a deadline ends it, also one that replaces the first while
 * it runs. The scope is closed unless the work succeeds: a request that is over need not be aborted, which is slow.
 * `Effect.timeout` and `Effect.scoped` do the same in more fibers and five times as many steps.
 */
export const withDeadline = <A, E>(
  first: Deadline<E>,
  work: (worker: Worker<E>) => Effect.Effect<A, E, Scope.Scope>,
  provide: (context: Context.Context<never>) => Context.Context<never> = (context) => context
): Effect.Effect<A, E> =>
  Effect.flatMap(Scope.make(), (scope) =>
    Effect.withFiberRuntime<A, E>((caller, { runtimeFlags }) => {
      const fork = Runtime.runFork(Runtime.make({
        context: Context.add(provide(caller.currentContext), Scope.Scope, scope),
        // A deadline holds in a finalizer, too.
        runtimeFlags: RuntimeFlags.enable(runtimeFlags, RuntimeFlags.Interruption),
        fiberRefs: caller.getFiberRefs()
      }))
      const clock = Context.get(caller.currentDefaultServices, Clock.Clock)
      return Effect.async<A, E>((resume) => {
        let disarm = constVoid
        let deadline = first
        let missed: Exit.Exit<never, E> | undefined
        let observe: (exit: Exit.Exit<unknown, E>) => void = constVoid
        const stop = Effect.suspend(() => {
          disarm()
          return Effect.flatMap(Fiber.interrupt(worker), (exit) => Scope.close(scope, exit))
        })
        const arm = () => {
          disarm()
          const { failure, millis } = deadline
          disarm = ring(clock, millis, fork, () => {
            missed = Exit.fail(failure())
            resume(Effect.zipRight(stop, missed))
          })
        }
        let isWaiting = false
        // A fiber of no parent that fails is logged, so this one succeeds with how the work ended.
        const worker = fork(Effect.exit(work({
          setDeadline: (next) => {
            deadline = next
            if (isWaiting) arm()
          },
          atExit: (observer) => (observe = observer)
        })))
        // It has run already, up to where it first waits, and may have replaced the deadline.
        isWaiting = true
        arm()
        worker.addObserver((exited) => {
          disarm()
          const exit = Exit.flatten(exited)
          observe(missed ?? exit)
          resume(Exit.isSuccess(exit) ? exit : Effect.zipRight(Scope.close(scope, exit), exit))
        })
        return stop
      })
    }))

const liveClock = Context.get(DefaultServices.liveServices, Clock.Clock)

/** Beyond this, a timer would go off at once. */
const longestTimer = 2 ** 31 - 1

/** Calls back after so many milliseconds, unless it is disarmed before: by a timer, as the live clock itself does it. */
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
