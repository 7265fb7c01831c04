/**
 * The server behind both transports: it runs the fault script on each request and responds.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { PCGRandom } from "effect/Utils"
import { answerApi, type ApiContext, throttled } from "../api/api.js"
import { parsedBody, textAnswer, withHeaders, withoutSecrets } from "../api/messages.js"
import { type Profile, profileOf } from "../api/profiles.js"
import { makeRouter, type Routed } from "../api/routes.js"
import { answerToken } from "../api/tokenEndpoint.js"
import type { Settings } from "../FakeOptions.js"
import type { Answered, FakeReply, FakeRequest } from "../FakeRequest.js"
import { FaultScript } from "../faults/FaultScript.js"
import type { FaultAction } from "../faults/FaultStep.js"
import { allowanceHeaders } from "../state/RateLimiter.js"
import { RequestLog } from "../state/RequestLog.js"
import { generator } from "../state/seededRandom.js"
import { ServerState } from "../state/ServerState.js"
import { StandstillHint } from "./StandstillHint.js"

const preflight = ({ request }: ApiContext): Answered =>
  withHeaders(textAnswer(204, ""), {
    "access-control-allow-methods": "GET, POST, PUT, DELETE",
    // A wildcard would not cover `Authorization`.
    "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
    "access-control-max-age": "600"
  })

const answer = (context: ApiContext): Answered => {
  const { now, profile, route: { operation }, settings, state } = context
  if (operation === "preflight") return preflight(context)
  const isToken = operation === "token"
  const allowance = (isToken ? state.tokenLimit : state.apiLimit).take(now)
  const process = isToken ? answerToken : answerApi
  return withHeaders(
    allowance.allowed ? process(context) : throttled(context),
    allowanceHeaders(allowance, now, isToken ? "none" : settings.rateLimit.headers ?? profile.rateHeaders)
  )
}

// A fault may override these headers.
const withStandardHeaders = (reply: FakeReply, now: number): FakeReply =>
  reply._tag === "Answered"
    ? {
      ...reply,
      headers: { "access-control-allow-origin": "*", date: new Date(now).toUTCString(), ...reply.headers }
    }
    : reply

/** A request and its route, whatever the state of the server is when it is processed. */
type Received = Omit<ApiContext, "state" | "settings" | "profile" | "now">

export class FakeServer {
  readonly settings: Settings
  readonly script: FaultScript = new FaultScript()
  readonly log: RequestLog
  readonly hint: StandstillHint = new StandstillHint()
  state: ServerState
  readonly #profile: Profile
  readonly #tokenRandom: PCGRandom
  readonly #routed: (request: FakeRequest) => Routed

  constructor(settings: Settings) {
    this.settings = settings
    this.#tokenRandom = generator(settings.seed, "tokens")
    this.state = new ServerState(settings, this.#tokenRandom)
    this.log = new RequestLog(settings.keepRequests)
    this.#profile = profileOf(settings.profile)
    this.#routed = makeRouter(settings)
  }

  /** Restores the initial state. */
  reset(): void {
    this.state = new ServerState(this.settings, this.#tokenRandom)
    this.script.clear()
    this.log.clear()
    this.hint.clear()
  }

  handle(request: FakeRequest): Effect.Effect<FakeReply> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Clock.clockWith(Effect.succeed), (clock) => {
        const received = { request, ...this.#routed(request) }
        const { operation } = received.route
        const actions = operation === "preflight" ? [] : this.script.next(received.route)
        const faults = actions.map(({ what }) => what)
        this.hint.arrive(clock, `${request.method} ${request.url}`, faults)
        const sequence = this.log.arrive({
          request,
          route: received.route,
          body: request.body === "" ? undefined : withoutSecrets(parsedBody(request) ?? request.body),
          faults,
          now: clock.unsafeCurrentTimeMillis()
        })
        const leave = (reply: FakeReply | undefined) => Effect.sync(() => this.log.leave(sequence, operation, reply))
        return Effect.matchCauseEffect(restore(this.#play(received, actions)), {
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

  #play(received: Received, actions: ReadonlyArray<FaultAction>): Effect.Effect<FakeReply> {
    return Effect.reduce(
      actions,
      received,
      (context: Received, { before = Effect.succeed }) => Effect.flatMap(this.#present(context), before)
    ).pipe(
      Effect.flatMap((context) => this.#present(context)),
      Effect.map(answer),
      Effect.merge,
      Effect.zipWith(Clock.currentTimeMillis, withStandardHeaders),
      Effect.map((reply) =>
        actions.reduce(
          (current, { after }) => current._tag === "Answered" ? after?.(current, received.route) ?? current : current,
          reply
        )
      )
    )
  }

  /** Adds the present time and state, which are others after a delay. */
  #present(received: Received): Effect.Effect<ApiContext> {
    return Effect.map(Clock.currentTimeMillis, (now) => ({
      ...received,
      state: this.state,
      settings: this.settings,
      profile: this.#profile,
      now
    }))
  }
}
