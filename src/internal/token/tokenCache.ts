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
  /** Both are told how many requests failed before. */
  readonly logIn: (resendCount: number) => Effect.Effect<Grant, Failure>
  readonly refresh: (refreshToken: Redacted.Redacted<string>, resendCount: number) => Effect.Effect<Grant, Failure>
  /** In milliseconds: how long no login is tried after a refusal. */
  readonly coolDown: () => number
  /** How all callers together are kept from asking over and over. */
  readonly policy: Pick<ResolvedPolicy, "baseDelay" | "maxDelay">
}

export interface TokenCache {
  /** The token, where no request is needed for it. */
  readonly cached: Effect.Effect<Option.Option<AccessToken>>
  /** The token, from the cache or from the one request that is under way. */
  readonly join: Effect.Effect<AccessToken, Failure>
  readonly invalidate: (token: AccessToken) => Effect.Effect<void>
  /** The tokens that are known now. */
  readonly secrets: () => ReadonlyArray<Redacted.Redacted<string>>
}

/** On two clocks: the wall clock may jump, the steady one may stand still while the machine sleeps. */
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
  /** In milliseconds: how old it may get, and at what age it is renewed. */
  readonly life: number
  readonly renewalAge: number
}

/** The clock that says more decides: a renewal too early costs one request, one too late costs a call. */
const ageOf = ({ since }: CachedToken, now: Instant): number =>
  Math.max(now.wall - since.wall, now.steady - since.steady)

/** A request that is under way. */
interface TokenRequest {
  readonly result: Deferred.Deferred<AccessToken, Failure>
  readonly since: Instant
  /** Of the call that started it: the request's own span is below it. */
  readonly span: Tracer.AnySpan | undefined
}

interface State {
  cached: CachedToken | undefined
  refreshToken: Redacted.Redacted<string> | undefined
  request: TokenRequest | undefined
  refusal: { readonly failure: LoginRefused | RefusedStatus; readonly until: number } | undefined
  /** Failed requests in a row, and when the next may be sent: a herd of callers must not become a herd of logins. */
  failures: number
  notBefore: number
  /** The layer is gone, and nothing can run in its scope any more. */
  closed: boolean
}

/** A renewal ahead of time is waited for this long, in milliseconds: the token in hand is still good. */
const renewalWait = 1_000

/** A token is renewed this long before it expires, but within the last tenth of a short life. */
const margin = (life: number): number => Math.min(60_000, life / 10)

const toCached = (grant: Grant, since: Instant): CachedToken => {
  const life = Option.getOrElse(grant.life, () => Number.POSITIVE_INFINITY)
  const expiresAt = Option.filter(Option.map(grant.life, (millis) => since.wall + millis), (epoch) => epoch < 8.64e15)
  const token = new AccessToken({ value: grant.accessToken, expiresAt: Option.map(expiresAt, DateTime.unsafeMake) })
  return { token, since, life, renewalAge: life - margin(life) }
}

/**
 * One token for all: cached while it is good, renewed by one request that runs in the given scope, so that no caller's
 * interruption ends it for the others.
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
        // A fiber may have to yield between any two effects, so what is looked at here is acted upon in the same step.
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
            return Effect.fail<Failure>({ _tag: "LoginRefused", status: 0, reason: "closed", asked: false })
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
      // Only the token that failed is dropped: a late refusal of an old one must not cost the new one.
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
    ? Option.some({ ...refusal.failure, coolDown: refusal.until - now.steady, asked: false })
    : Option.none()

// Who has a token that is still good does not stand or fall with its renewal.
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

// It starts uninterruptible: whatever happens, the next caller can start a new request, and those who wait are told.
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

// A refresh token is used once: it leaves the state before it is sent. Refused, or its answer lost, the password grant
// is next, once (RFC 6749, section 6). It comes back only when the server surely did not look at it.
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
    // Renewal ahead of time failed, but the token is still good.
    state.cached = { ...cached, renewalAge: Math.min(age + pause, cached.life) }
    return Effect.succeed(cached.token)
  })

// One failure alone keeps nobody from asking again; from the second in a row on, all callers together wait.
const backOff = (state: State, { policy }: TokenCacheOptions, failure: Failure, now: Instant): number => {
  const { baseDelay, maxDelay } = policy
  const pause = Math.min(maxDelay, baseDelay * 2 ** Math.min(state.failures, 60))
  state.notBefore = now.steady + (state.failures === 0 ? 0 : pause)
  state.failures += 1
  return Math.max(pause, failure._tag === "RefusedStatus" ? failure.retryAfter ?? 0 : 0)
}
