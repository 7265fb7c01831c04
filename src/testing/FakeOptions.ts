/**
 * What a fake is made from.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import type { FakeClientInput } from "./FakeClient.js"
import { alphanumeric, uuid } from "./state/seededRandom.js"

/**
 * How the fake speaks.
 *
 * **Details**
 *
 * - `default`: what the servers of 2017 most likely sent; ids are texts, times ISO with an offset, errors a list.
 * - `spec`: to the letter of the API's specification; ids are integers, `links` is always an object.
 * - `laravel54`: a bare map of fields for 422, `{error}` for 401, HTML for all other errors, secrets only when created.
 * - `laravel55`: `{message}` for errors, `{message, errors}` for 422, one page where there is nothing.
 * - `carbon2016`: times as objects, flags as 0 and 1 or null, secrets null, numeric error codes.
 * - `jsonapi014`: links at the top, members that nobody asked for, errors with pointers.
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
   * The id of the OAuth client to log in with. It is in no user's list, unless a test gives a user a client with this id.
   * Default: 40718822.
   */
  readonly clientId: string
  /** That client's secret. Default: 40 letters and digits. */
  readonly clientSecret: Redacted.Redacted<string>
  /** The name of the user who logs in. Default: "admin". */
  readonly username: string
  /** That user's password. Default: 16 letters and digits. */
  readonly password: Redacted.Redacted<string>
}

/**
 * A user to seed: how many clients, or which.
 *
 * @since 0.1.0
 * @category options
 */
export interface FakeUserInput {
  /** Default: a UUID that depends on the seed alone. */
  readonly id?: string | undefined
  /** How many clients, or which. Default: as many as the option `clients` of the fake says. */
  readonly clients?: number | ReadonlyArray<FakeClientInput> | undefined
}

/**
 * How many requests the server takes in a window of time.
 *
 * @since 0.1.0
 * @category options
 */
export interface FakeRateLimit {
  /** How many requests are answered in one window; all others get a 429. */
  readonly limit: number
  /** How long a window is; the next one begins with the first request after it. */
  readonly window: Duration.DurationInput
  /** `X-RateLimit-*` as Laravel has it, `X-Rate-Limit-*` as the specification, or both. Default: the profile's. */
  readonly headers?: "laravel" | "spec" | "both" | undefined
}

/**
 * What the fake is made from. Everything it makes up depends on these alone.
 *
 * @since 0.1.0
 * @category options
 */
export interface FakeOptions {
  /** How the server speaks. Default: `default`. */
  readonly profile?: FakeProfile | undefined
  /** All that is made up is made from this number. Default: 1. */
  readonly seed?: number | undefined
  /** How many users, or which. Default: 2. */
  readonly users?: number | ReadonlyArray<FakeUserInput> | undefined
  /** How many clients each user has, unless `users` says so. Default: 20. */
  readonly clients?: number | undefined
  /** The credentials that log in. Default: made up. */
  readonly credentials?: Partial<FakeCredentials> | undefined
  /** How long an access token lives; `omit` means a year that the server does not speak of. Default: a year. */
  readonly accessTokenLife?: Duration.DurationInput | "omit" | undefined
  /** How long a refresh token lives. Default: a year. */
  readonly refreshTokenLife?: Duration.DurationInput | undefined
  /** A wrong password is `invalid_credentials` with 401, as in 2017 (the default), or `invalid_grant` with 400. */
  readonly oauthDialect?: "invalid_credentials" | "invalid_grant" | undefined
  /** For the API. Default: none. */
  readonly rateLimit?: FakeRateLimit | undefined
  /** For the token endpoint, which the server counts apart. Default: none. */
  readonly tokenRateLimit?: FakeRateLimit | undefined
  /** The page size above which the server silently gives less. Default: 100. */
  readonly maxPerPage?: number | undefined
  /** Answer 415, 406, 403 and 409 where JSON:API asks for them. Default: false. */
  readonly strictMediaType?: boolean | undefined
  /** In which answers a client's secret is shown. Default: the profile's. */
  readonly showSecrets?: "always" | "created" | "never" | undefined
  /** Where the in-process fake lives. Default: `https://fake.processmaker.test/api/v1`. */
  readonly baseUrl?: string | undefined
  /** How many requests are remembered, the latest ones. Default: 10,000. */
  readonly keepRequests?: number | undefined
}

/**
 * A user to make, with the clients to make for it.
 *
 * @since 0.1.0
 * @internal
 */
export interface UserSeed {
  readonly id: string
  readonly clients: number | ReadonlyArray<FakeClientInput>
}

type Filled<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> }

/**
 * Options with every default filled in.
 *
 * @since 0.1.0
 * @internal
 */
export interface Settings
  extends
    Filled<Omit<FakeOptions, "users" | "clients" | "credentials" | "showSecrets">>,
    Pick<FakeOptions, "showSecrets">
{
  readonly users: ReadonlyArray<UserSeed>
  readonly credentials: FakeCredentials
}

const unlimited: FakeRateLimit = { limit: 1_000_000_000, window: "1 minute" }

const userSeeds = ({ clients = 20, users = 2 }: FakeOptions, seed: number): ReadonlyArray<UserSeed> => {
  const inputs = typeof users === "number" ? Array.from({ length: users }, (): FakeUserInput => ({})) : users
  return inputs.map((input, index) => ({
    id: input.id ?? uuid(seed, index, 0x05e2),
    clients: input.clients ?? clients
  }))
}

const credentialsOf = (given: Partial<FakeCredentials>, seed: number): FakeCredentials => ({
  clientId: given.clientId ?? "40718822",
  clientSecret: given.clientSecret ?? Redacted.make(alphanumeric(40, seed, 40_718_822)),
  username: given.username ?? "admin",
  password: given.password ?? Redacted.make(alphanumeric(16, seed, 0x9a55))
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
    users: userSeeds(options, seed),
    credentials: credentialsOf(options.credentials ?? {}, seed),
    accessTokenLife: options.accessTokenLife ?? "365 days",
    refreshTokenLife: options.refreshTokenLife ?? "365 days",
    oauthDialect: options.oauthDialect ?? "invalid_credentials",
    rateLimit: options.rateLimit ?? unlimited,
    tokenRateLimit: options.tokenRateLimit ?? unlimited,
    maxPerPage: options.maxPerPage ?? 100,
    strictMediaType: options.strictMediaType ?? false,
    showSecrets: options.showSecrets,
    baseUrl: (options.baseUrl ?? "https://fake.processmaker.test/api/v1").replace(/\/+$/, ""),
    keepRequests: options.keepRequests ?? 10_000
  }
}
