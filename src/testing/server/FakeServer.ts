/**
 * The server behind both transports: it runs the fault script on each request and responds.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { answerApi, type ApiContext, refusal } from "../api/api.js"
import { parsedBody, withHeaders, withoutSecrets } from "../api/messages.js"
import * as Problem from "../api/Problem.js"
import { type Profile, profileOf } from "../api/profiles.js"
import { makeRouter, type Routed } from "../api/routes.js"
import { answerToken, throttledToken } from "../api/tokenEndpoint.js"
import type { Settings } from "../FakeOptions.js"
import type { Answered, FakeReply, FakeRequest } from "../FakeRequest.js"
import type { FaultAction } from "../faults/FaultAction.js"
import { FaultScript } from "../faults/FaultScript.js"
import { type Allowance, allowanceHeaders, RateLimiter, retryAfterHeaders } from "../state/RateLimiter.js"
import { RequestLog } from "../state/RequestLog.js"
import { ServerState } from "../state/ServerState.js"
import { StandstillHint } from "./StandstillHint.js"

const preflight = (request: FakeRequest): Answered => ({
  _tag: "Answered",
  status: 204,
  headers: {
    "access-control-allow-methods": "GET, POST, PUT, DELETE",
    // A wildcard would not cover `Authorization`.
    "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
    "access-control-max-age": "600"
  },
  body: ""
})

const throttled = (answer: Answered, { resetAt }: Allowance, now: number): Answered =>
  withHeaders(answer, { ...retryAfterHeaders(resetAt - now), "x-ratelimit-reset": String(Math.ceil(resetAt / 1000)) })

interface Received extends Routed {
  readonly request: FakeRequest
}

export class FakeServer {
  readonly script: FaultScript = new FaultScript()
  readonly log: RequestLog
  readonly hint: StandstillHint = new StandstillHint()
  state: ServerState
  readonly #settings: Settings
  readonly #profile: Profile
  readonly #routed: (request: FakeRequest) => Routed
  #apiLimit: RateLimiter
  #tokenLimit: RateLimiter

  constructor(settings: Settings) {
    this.state = new ServerState(settings)
    this.log = new RequestLog(settings.keepRequests)
    this.#settings = settings
    this.#profile = profileOf(settings.profile)
    this.#routed = makeRouter(settings)
    this.#apiLimit = new RateLimiter(settings.rateLimit)
    this.#tokenLimit = new RateLimiter(settings.tokenRateLimit)
  }

  /** Restores the initial state. */
  reset(): void {
    this.state = new ServerState(this.#settings, this.state.tokens.everIssued)
    this.script.clear()
    this.log.clear()
    this.hint.clear()
    this.#apiLimit = new RateLimiter(this.#settings.rateLimit)
    this.#tokenLimit = new RateLimiter(this.#settings.tokenRateLimit)
  }

  handle(request: FakeRequest): Effect.Effect<FakeReply> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Clock.clockWith(Effect.succeed), (clock) => {
        const now = clock.unsafeCurrentTimeMillis()
        const { allowed, route } = this.#routed(request)
        const actions = route.operation === "preflight" ? [] : this.script.next(route)
        const faults = actions.map(({ what }) => what)
        this.hint.arrive(clock, `${request.method} ${request.url}`, faults)
        const sequence = this.log.arrive({
          request,
          route,
          body: request.body === "" ? undefined : withoutSecrets(parsedBody(request) ?? request.body),
          faults,
          now
        })
        const leave = (reply: FakeReply | undefined) =>
          Effect.sync(() => this.log.leave(sequence, route.operation, reply))
        return Effect.matchCauseEffect(restore(this.#play({ request, route, allowed }, actions)), {
          onFailure: (cause) => Effect.zipRight(leave(undefined), Effect.failCause(cause)),
          // A response is in flight until its body has ended.
          onSuccess: (reply): Effect.Effect<FakeReply> =>
            reply._tag === "Streamed"
              ? Effect.succeed({ ...reply, stream: Stream.ensuring(reply.stream, leave(reply)) })
              : Effect.as(leave(reply), reply)
        })
      })
    )
  }

  #play({ route, ...received }: Received, actions: ReadonlyArray<FaultAction>): Effect.Effect<FakeReply> {
    return Effect.gen(this, function*() {
      let early: FakeReply | undefined
      for (const { before } of actions) {
        if (before !== undefined) {
          early ??= yield* before(this.#context({ ...received, route }, yield* Clock.currentTimeMillis))
        }
      }
      const now = yield* Clock.currentTimeMillis
      const page = actions.find(({ page }) => page !== undefined)?.page?.(route.page ?? 1) ?? route.page
      const paging = actions.find(({ paging }) => paging !== undefined)?.paging
      const reply = early ?? this.#answer({ ...this.#context({ ...received, route: { ...route, page } }, now), paging })
      const headers = { "access-control-allow-origin": "*", date: new Date(now).toUTCString() }
      // A fault may override these headers.
      const answer = reply._tag === "Answered" ? { ...reply, headers: { ...headers, ...reply.headers } } : reply
      return actions.reduce<FakeReply>(
        (current, { after }) => current._tag === "Answered" ? after?.(current, route) ?? current : current,
        answer
      )
    })
  }

  #context(received: Received, now: number): ApiContext {
    return { ...received, state: this.state, settings: this.#settings, profile: this.#profile, now }
  }

  #answer(context: ApiContext): Answered {
    switch (context.route.operation) {
      case "preflight":
        return preflight(context.request)
      case "token":
        return this.#answerToken(context)
      default:
        return this.#answerApi(context)
    }
  }

  #answerToken(context: ApiContext): Answered {
    const allowance = this.#tokenLimit.take(context.now)
    return allowance.allowed ? answerToken(context) : throttled(throttledToken(), allowance, context.now)
  }

  #answerApi(context: ApiContext): Answered {
    const allowance = this.#apiLimit.take(context.now)
    const answer = allowance.allowed
      ? answerApi(context)
      : throttled(refusal(context, Problem.tooManyRequests), allowance, context.now)
    return withHeaders(
      answer,
      allowanceHeaders(allowance, this.#settings.rateLimit.headers ?? this.#profile.rateHeaders)
    )
  }
}
