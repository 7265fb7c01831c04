import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type * as Tracer from "effect/Tracer"
import { AccessToken } from "../../AccessToken.js"
import { monotonic } from "../call/ledger.js"
import type { ResolvedPolicy } from "../config/policy.js"
import { mayHaveBeenApplied } from "../failure/failure.js"
import type { Failure, LoginRefused, RefusedStatus } from "../failure/failure.js"
import { currentSpan, linkTo } from "../watch/spans.js"
import { isPassing } from "./tokenEndpoint.js"
import type { Grant } from "./tokenEndpoint.js"

export interface TokenCacheOptions {
  /** Both receive the number of consecutive failures. */
  readonly logIn: (resendCount: number) => Effect.Effect<Grant, Failure>
  readonly refresh: (refreshToken: Redacted.Redacted<string>, resendCount: number) => Effect.Effect<Grant, Failure>
  /** In milliseconds: how long to wait after a rejected login. */
  readonly coolDown: () => number
  /** Limits the rate of token requests of all callers together. */
  readonly policy: Pick<ResolvedPolicy, "baseDelay" | "maxDelay">
}

export interface TokenCache {
  /** The token, if no request is needed. */
  readonly cached: Effect.Effect<Option.Option<AccessToken>>
  /** The token, from the cache or from the shared request. */
  readonly join: Effect.Effect<AccessToken, Failure>
  readonly invalidate: (token: AccessToken) => Effect.Effect<void>
  /** The current tokens. */
  readonly secrets: () => ReadonlyArray<Redacted.Redacted<string>>
}

/** A time on two clocks: the wall clock may jump, the steady one may stop while the machine sleeps. */
interface Instant {
  readonly wall: number
  readonly steady: number
}

const instant: Effect.Effect<Instant> = Effect.zipWith(
  Clock.currentTimeMillis,
  monotonic,
  (wall, steady) => ({ wall, steady })
)

interface CachedToken {
  readonly token: AccessToken
  readonly since: Instant
  /** In milliseconds: the age at which it expires, and the age at which it is renewed. */
  readonly life: number
  readonly renewalAge: number
}

/** Uses the clock that shows the greater age: an early renewal costs a request, a late one costs a call. */
const ageOf = ({ since }: CachedToken, now: Instant): number =>
  Math.max(now.wall - since.wall, now.steady - since.steady)

/** A token request in flight. */
interface TokenRequest {
  readonly result: Deferred.Deferred<AccessToken, Failure>
  readonly since: Instant
  /** The span of the call that started it, the parent of the request's span. */
  readonly span: Tracer.AnySpan | undefined
}

interface State {
  cached: CachedToken | undefined
  refreshToken: Redacted.Redacted<string> | undefined
  request: TokenRequest | undefined
  refusal: { readonly failure: LoginRefused | RefusedStatus; readonly until: number } | undefined
  /**
   * The number of consecutive failures, and when the next request may be sent, so that many callers do not cause many
   * logins.
   */
  failures: number
  notBefore: number
  /** The layer's scope is closed, so no request can run in it. */
  closed: boolean
}

/** How long to wait for an early renewal, in milliseconds, while the cached token is still valid. */
const renewalWait = 1_000

/** How long before its expiry a token is renewed, at most a tenth of its lifetime. */
const margin = (life: number): number => Math.min(60_000, life / 10)

const toCached = (grant: Grant, since: Instant): CachedToken => {
  const life = Option.getOrElse(grant.life, () => Number.POSITIVE_INFINITY)
  const expiresAt = Option.filter(Option.map(grant.life, (millis) => since.wall + millis), (epoch) => epoch < 8.64e15)
  const token = new AccessToken({ value: grant.accessToken, expiresAt: Option.map(expiresAt, DateTime.unsafeMake) })
  return { token, since, life, renewalAge: life - margin(life) }
}

/**
 * Caches one token for all callers. A renewal runs in the given scope, so interrupting a caller does not cancel it for
 * others.
 */
export const makeTokenCache = (options: TokenCacheOptions): Effect.Effect<TokenCache, never, Scope.Scope> =>
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    const state: State = {
      cached: undefined,
      refreshToken: undefined,
      request: undefined,
      refusal: undefined,
      failures: 0,
      notBefore: 0,
      closed: false
    }
    yield* Effect.addFinalizer(() => Effect.sync(() => (state.closed = true)))
    return {
      cached: Effect.map(instant, (now) => usable(state, now)),
      join: Effect.uninterruptibleMask((restore) =>
        // A fiber may yield between any two effects, so this checks and updates the state in one step.
        Effect.flatMap(instant, (now) => {
          const token = usable(state, now)
          if (Option.isSome(token)) return Effect.succeed(token.value)
          const refused = coolingDown(state, now)
          if (Option.isSome(refused)) return Effect.fail(refused.value)
          if (state.request !== undefined) {
            linkTo(state.request.span)
            return restore(awaitResult(state, state.request, now))
          }
          if (state.closed) {
            return Effect.fail<Failure>({ _tag: "LoginRefused", status: 0, reason: "closed", requested: false })
          }
          const request = {
            result: Deferred.unsafeMake<AccessToken, Failure>(FiberId.none),
            since: now,
            span: currentSpan()
          }
          state.request = request
          return Effect.zipRight(
            Effect.forkIn(requestToken(state, request, options), scope),
            restore(awaitResult(state, request, now))
          )
        })
      ),
      // Drops only the rejected token: a late rejection of an old token must not discard the new one.
      invalidate: (token) =>
        Effect.sync(() => {
          if (state.cached !== undefined && Equal.equals(state.cached.token.value, token.value)) {
            state.cached = undefined
          }
        }),
      secrets: () => [state.cached?.token.value, state.refreshToken].filter((secret) => secret !== undefined)
    }
  })

const usable = ({ cached }: State, now: Instant): Option.Option<AccessToken> =>
  cached !== undefined && ageOf(cached, now) < cached.renewalAge ? Option.some(cached.token) : Option.none()

const coolingDown = ({ refusal }: State, now: Instant): Option.Option<Failure> =>
  refusal !== undefined && now.steady < refusal.until
    ? Option.some({ ...refusal.failure, coolDown: refusal.until - now.steady, requested: false })
    : Option.none()

// While the cached token is still valid, its renewal must not fail a call or delay it for long.
const awaitResult = (
  state: State,
  { result, since }: TokenRequest,
  now: Instant
): Effect.Effect<AccessToken, Failure> => {
  const { cached } = state
  const left = cached === undefined ? 0 : cached.life - ageOf(cached, now)
  if (cached === undefined || left <= 0) return Deferred.await(result)
  const longest = Math.max(0, Math.min(renewalWait - (now.steady - since.steady), left / 2))
  return Effect.flatMap(
    Effect.timeoutOption(Deferred.await(result), longest),
    Option.match({
      onSome: Effect.succeed,
      onNone: () => state.cached === cached ? Effect.succeed(cached.token) : Deferred.await(result)
    })
  )
}

// Starts uninterruptible, so that it always completes the deferred and the next caller can start a new request.
const requestToken = (
  state: State,
  { result }: TokenRequest,
  options: TokenCacheOptions
): Effect.Effect<void> =>
  Effect.gen(function*() {
    const { steady } = yield* instant
    yield* Effect.sleep(Math.max(0, state.notBefore - steady))
    const grant = yield* obtain(state, options)
    const cached = toCached(grant, yield* instant)
    state.refreshToken = Option.getOrUndefined(grant.refreshToken)
    state.cached = cached
    state.failures = 0
    state.refusal = undefined
    return cached.token
  }).pipe(
    Effect.catchAll((failure) => afterFailure(state, options, failure)),
    Effect.interruptible,
    Effect.onExit((exit) =>
      Effect.suspend(() => {
        state.request = undefined
        return Deferred.done(result, exit)
      })
    ),
    Effect.exit
  )

// A refresh token is used once, so it leaves the state before it is sent. If it is rejected or the response is lost,
// the password grant follows, once (RFC 6749, section 6). It is restored only if the server certainly did not process
// it.
const obtain = (state: State, { logIn, refresh }: TokenCacheOptions): Effect.Effect<Grant, Failure> =>
  Effect.suspend(() => {
    const { failures, refreshToken } = state
    state.refreshToken = undefined
    if (refreshToken === undefined) return logIn(failures)
    return Effect.catchAll(
      Effect.map(refresh(refreshToken, failures), (grant) => ({
        ...grant,
        refreshToken: Option.orElseSome(grant.refreshToken, () => refreshToken)
      })),
      (failure) => {
        if (!isPassing(failure) || mayHaveBeenApplied(failure)) return logIn(failures)
        state.refreshToken = refreshToken
        return Effect.fail(failure)
      }
    )
  })

const afterFailure = (
  state: State,
  options: TokenCacheOptions,
  failure: Failure
): Effect.Effect<AccessToken, Failure> =>
  Effect.flatMap(instant, (now) => {
    const refused = !isPassing(failure)
    const pause = refused ? options.coolDown() : backOff(state, options, failure, now)
    if (refused && (failure._tag === "LoginRefused" || failure._tag === "RefusedStatus")) {
      state.refusal = { failure, until: now.steady + pause }
    }
    const { cached } = state
    const age = cached === undefined ? Number.POSITIVE_INFINITY : ageOf(cached, now)
    if (cached === undefined || age >= cached.life) {
      return Effect.fail(refused ? { ...failure, coolDown: pause } : failure)
    }
    // The early renewal failed, but the token is still valid.
    state.cached = { ...cached, renewalAge: Math.min(age + pause, cached.life) }
    return Effect.succeed(cached.token)
  })

// The first failure allows an immediate new request. From the second consecutive one, all callers back off together.
const backOff = (state: State, { policy }: TokenCacheOptions, failure: Failure, now: Instant): number => {
  const { baseDelay, maxDelay } = policy
  const pause = Math.min(maxDelay, baseDelay * 2 ** Math.min(state.failures, 60))
  state.notBefore = now.steady + (state.failures === 0 ? 0 : pause)
  state.failures += 1
  return Math.max(pause, failure._tag === "RefusedStatus" ? failure.retryAfter ?? 0 : 0)
}
