/**
 * Options of the fake server.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import type { FakeClientInput } from "./FakeClient.js"
import { alphanumeric, generator } from "./state/seededRandom.js"

/**
 * Which server's behavior the fake imitates.
 *
 * **Details**
 *
 * - `default`: the servers of 2017, most likely: string IDs, ISO times with an offset, errors in a list.
 * - `spec`: the API's specification to the letter: integer IDs, `links` is always an object.
 * - `laravel54`: a bare map of fields for 422, `{error}` for 401, HTML for all other errors, secrets only on creation.
 * - `laravel55`: `{message}` for errors, `{message, errors}` for 422, `total_pages` 1 for an empty list.
 * - `carbon2016`: times as objects, flags as 0 and 1 or null, secrets null, numeric error codes.
 * - `jsonapi014`: top-level links, additional members, errors with pointers.
 *
 * @since 0.1.0
 * @category options
 */
export type FakeProfile = "default" | "spec" | "laravel54" | "laravel55" | "carbon2016" | "jsonapi014"

/**
 * The credentials that the fake accepts.
 *
 * @since 0.1.0
 * @category models
 */
export interface FakeCredentials {
  /**
   * The ID of the OAuth client to log in with. It is in no user's list, unless a test adds a client with this ID.
   * Default: 40718822.
   */
  readonly clientId: string
  /** The secret of that client. Default: 40 letters and digits. */
  readonly clientSecret: Redacted.Redacted<string>
  /** The user name to log in with. Default: "admin". */
  readonly username: string
  /** The password of that user. Default: 16 letters and digits. */
  readonly password: Redacted.Redacted<string>
}

/**
 * A user to seed.
 *
 * @since 0.1.0
 * @category options
 */
export interface FakeUserInput {
  /** The user ID. Default: a UUID generated from the seed. */
  readonly id?: string | undefined
  /** The clients, or how many to generate. Default: the fake's `clients` option. */
  readonly clients?: number | ReadonlyArray<FakeClientInput> | undefined
}

/**
 * A rate limit.
 *
 * @since 0.1.0
 * @category options
 */
export interface FakeRateLimit {
  /** The maximum number of requests in a window. Any further request gets a 429. */
  readonly limit: number
  /** The length of a window. The next one begins with the first request after it. */
  readonly window: Duration.DurationInput
  /**
   * `X-RateLimit-*` as in Laravel, `X-Rate-Limit-*` as in the specification, or both. Default: depends on the profile.
   */
  readonly headers?: "laravel" | "spec" | "both" | undefined
}

/**
 * Options of the fake. With the same options, it generates the same data.
 *
 * @since 0.1.0
 * @category options
 */
export interface FakeOptions {
  /** Which server's behavior to imitate. Default: `default`. */
  readonly profile?: FakeProfile | undefined
  /** The seed of all generated data. Default: 1. */
  readonly seed?: number | undefined
  /** The users, or how many to generate. Default: 2. */
  readonly users?: number | ReadonlyArray<FakeUserInput> | undefined
  /** The number of clients of each user, unless `users` sets it. Default: 20. */
  readonly clients?: number | undefined
  /** The credentials that the fake accepts. Default: generated. */
  readonly credentials?: Partial<FakeCredentials> | undefined
  /** The lifetime of an access token; `omit` means a year without `expires_in`. Default: a year. */
  readonly accessTokenLife?: Duration.DurationInput | "omit" | undefined
  /** The lifetime of a refresh token. Default: a year. */
  readonly refreshTokenLife?: Duration.DurationInput | undefined
  /**
   * The response to a wrong password: `invalid_credentials` with 401, as in 2017 (default), or `invalid_grant` with
   * 400.
   */
  readonly oauthDialect?: "invalid_credentials" | "invalid_grant" | undefined
  /** The rate limit of the API. Default: none. */
  readonly rateLimit?: FakeRateLimit | undefined
  /** The rate limit of the token endpoint, counted separately. Default: none. */
  readonly tokenRateLimit?: FakeRateLimit | undefined
  /** The maximum page size; larger requests are silently capped. Default: 100. */
  readonly maxPerPage?: number | undefined
  /** Whether to respond with 415, 406, 403 and 409 as JSON:API requires. Default: false. */
  readonly strictMediaType?: boolean | undefined
  /** Which responses contain a client's secret. Default: depends on the profile. */
  readonly showSecrets?: "always" | "created" | "never" | undefined
  /** The base URL of the in-process fake. Default: `https://fake.processmaker.test/api/v1`. */
  readonly baseUrl?: string | undefined
  /** The number of latest requests to record. Default: 10,000. */
  readonly keepRequests?: number | undefined
}

type Filled<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> }

/**
 * Options with every default filled in.
 *
 * @since 0.1.0
 * @internal
 */
export interface Settings
  extends Filled<Omit<FakeOptions, "credentials" | "showSecrets">>, Pick<FakeOptions, "showSecrets">
{
  readonly credentials: FakeCredentials
}

const unlimited: FakeRateLimit = { limit: 1_000_000_000, window: "1 minute" }

/**
 * Returns the number. Throws unless it is whole and at least `least`.
 *
 * @since 0.2.0
 * @internal
 */
export const count = (option: string, value: number, least = 0): number => {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new RangeError(`FakeProcessMaker: ${option} must be a whole number, ${least} or more, not ${value}`)
}

const credentialsOf = (given: Partial<FakeCredentials>, seed: number): FakeCredentials => ({
  clientId: given.clientId ?? "40718822",
  clientSecret: given.clientSecret ?? Redacted.make(alphanumeric(40, generator(seed, "client secret"))),
  username: given.username ?? "admin",
  password: given.password ?? Redacted.make(alphanumeric(16, generator(seed, "password")))
})

/**
 * Fills in the defaults.
 *
 * @since 0.1.0
 * @internal
 */
export const settingsOf = (options: FakeOptions): Settings => {
  const { seed = 1 } = options
  return {
    profile: options.profile ?? "default",
    seed,
    users: options.users ?? 2,
    clients: options.clients ?? 20,
    credentials: credentialsOf(options.credentials ?? {}, seed),
    accessTokenLife: options.accessTokenLife ?? "365 days",
    refreshTokenLife: options.refreshTokenLife ?? "365 days",
    oauthDialect: options.oauthDialect ?? "invalid_credentials",
    rateLimit: options.rateLimit ?? unlimited,
    tokenRateLimit: options.tokenRateLimit ?? unlimited,
    maxPerPage: count("maxPerPage", options.maxPerPage ?? 100, 1),
    strictMediaType: options.strictMediaType ?? false,
    showSecrets: options.showSecrets,
    baseUrl: (options.baseUrl ?? "https://fake.processmaker.test/api/v1").replace(/\/+$/, ""),
    keepRequests: count("keepRequests", options.keepRequests ?? 10_000)
  }
}
