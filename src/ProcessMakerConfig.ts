/**
 * The base URL of the API and the settings for calling it.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import { parseBaseUrl, parseHosts, parseTokenUrl } from "./internal/config/baseUrl.js"
import { resolvePolicy } from "./internal/config/policy.js"
import { invalidSetting, optionalSetting, requiredSetting, spelled } from "./internal/config/settings.js"
import { defaultUserAgent, isUserAgent } from "./internal/config/userAgent.js"
import type { RetryPolicyOptions } from "./RetryPolicy.js"

/**
 * Options of `ProcessMakerConfig`.
 *
 * @since 0.1.0
 * @category models
 */
export interface ProcessMakerConfigOptions {
  /**
   * The base URL of the API, such as `https://acme.api.processmaker.io/api/v1`. A bare host means `https://` + host +
   * `/api/v1`. The URL must use `https:`, or `http:` on a loopback host, and have no credentials, query or fragment.
   */
  readonly baseUrl: string | URL
  /** The token endpoint, under the same rules. Default: `/oauth/access_token` at the origin of `baseUrl`. */
  readonly tokenUrl?: string | URL | undefined
  /** Host names besides loopback that may use `http:`, such as a fake in a container network. Default: none. */
  readonly insecureHosts?: ReadonlyArray<string> | undefined
  /** Fields of the retry policy for all calls of the layer. `RetryPolicy.with` overrides them. */
  readonly retry?: RetryPolicyOptions | undefined
  /** The maximum size of a response body, in bytes after decompression. Default: 8 MiB (8,388,608). */
  readonly maxBodySize?: number | undefined
  /**
   * The `User-Agent` header of all requests, including token requests. Default: this package's name and version, since
   * some firewalls reject requests without one. In browsers there is no default, since the header would cause a
   * preflight request.
   */
  readonly userAgent?: string | undefined
  /**
   * Whether the layer refuses to delete or revoke the OAuth client that it logs in with, which would end its own
   * access. Default: true.
   */
  readonly protectLogin?: boolean | undefined
}

/**
 * The validated options, with defaults filled in.
 *
 * @since 0.1.0
 * @category models
 */
export interface ProcessMakerConfigShape {
  /** Without a trailing slash. */
  readonly baseUrl: string
  readonly tokenUrl: string
  readonly retry: RetryPolicyOptions
  readonly maxBodySize: number
  /** Default: none is sent. */
  readonly userAgent?: string | undefined
  /** Default: true. */
  readonly protectLogin?: boolean | undefined
}

/**
 * The base URL of the API and the settings for calling it. `AccessTokenProvider` provides the access token.
 *
 * @since 0.1.0
 * @category tags
 */
export class ProcessMakerConfig extends Context.Tag("effect-processmaker-oauth/ProcessMakerConfig")<
  ProcessMakerConfig,
  ProcessMakerConfigShape
>() {
  /**
   * Validates the options and fills in the defaults. The error says which option to set, and to what.
   *
   * @since 0.1.0
   */
  static readonly make = (
    options: ProcessMakerConfigOptions
  ): Effect.Effect<ProcessMakerConfigShape, ConfigError.ConfigError> => makeNamed(options, optionNames)

  /**
   * Creates the configuration from plain options. If they are invalid, building the layer fails.
   *
   * @since 0.1.0
   */
  static readonly layer = (
    options: ProcessMakerConfigOptions
  ): Layer.Layer<ProcessMakerConfig, ConfigError.ConfigError> =>
    Layer.effect(ProcessMakerConfig, ProcessMakerConfig.make(options))

  /**
   * Creates the configuration from Effect's `Config`: `PROCESSMAKER_BASE_URL` and, optionally, `PROCESSMAKER_TOKEN_URL`
   * and `PROCESSMAKER_INSECURE_HOSTS` (host names separated by commas).
   *
   * @since 0.1.0
   */
  static readonly layerConfig: Layer.Layer<ProcessMakerConfig, ConfigError.ConfigError> = Layer.effect(
    ProcessMakerConfig,
    Effect.suspend(() => configFromEnvironment)
  )
}

const optionNames = { baseUrl: "baseUrl", tokenUrl: "tokenUrl", insecureHosts: "insecureHosts" }
const variables = {
  baseUrl: "PROCESSMAKER_BASE_URL",
  tokenUrl: "PROCESSMAKER_TOKEN_URL",
  insecureHosts: "PROCESSMAKER_INSECURE_HOSTS"
}

const isBlank = (text: string): boolean => text.trim() === ""

/** @internal */
export const configFromEnvironment: Effect.Effect<ProcessMakerConfigShape, ConfigError.ConfigError> = Effect.gen(
  function*() {
    const { baseUrl, insecureHosts, tokenUrl } = variables
    const text = (name: string) => optionalSetting(Config.string(name), isBlank)
    // Read as an array, since a nested provider splits every value at commas.
    const hosts = yield* Config.withDefault(Config.array(Config.string(), insecureHosts), [])
    return yield* makeNamed({
      baseUrl: yield* requiredSetting(baseUrl, text(baseUrl)),
      tokenUrl: Option.getOrUndefined(yield* text(tokenUrl)),
      insecureHosts: hosts.map((host) => host.trim()).filter((host) => host !== "")
    }, yield* Effect.all(Record.map(variables, spelled)))
  }
)

const invalid = (name: string) => (message: string) => invalidSetting(name, message)

const makeNamed = (
  options: ProcessMakerConfigOptions,
  names: typeof optionNames
): Effect.Effect<ProcessMakerConfigShape, ConfigError.ConfigError> =>
  Effect.gen(function*() {
    const { maxBodySize = 8 * 1024 * 1024, protectLogin = true, retry = {} } = options
    const { userAgent = defaultUserAgent() } = options
    const insecureHosts = yield* Either.mapLeft(parseHosts(options.insecureHosts ?? []), invalid(names.insecureHosts))
    const base = yield* Either.mapLeft(parseBaseUrl(options.baseUrl, insecureHosts), invalid(names.baseUrl))
    const token = yield* Either.mapLeft(parseTokenUrl(options.tokenUrl, base, insecureHosts), invalid(names.tokenUrl))
    yield* Either.mapLeft(
      resolvePolicy(retry),
      ([issue]) => invalid(["retry", ...issue.path].join("."))(issue.expected)
    )
    if (!Number.isSafeInteger(maxBodySize) || maxBodySize < 1) {
      return yield* Effect.fail(invalid("maxBodySize")("must be a whole number of bytes, 1 or more"))
    }
    if (userAgent !== undefined && !isUserAgent(userAgent)) {
      return yield* Effect.fail(
        invalid("userAgent")("must be visible ASCII characters, separated by spaces")
      )
    }
    return { baseUrl: base.href.replace(/\/+$/, ""), tokenUrl: token.href, retry, maxBodySize, userAgent, protectLogin }
  })
