/**
 * Access tokens, the credentials to obtain them, and the interface of a provider.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { AccessTokenError } from "./ProcessMakerError.js"

/**
 * A bearer token (RFC 6750) and its expiry, if the server reported one.
 *
 * **Gotchas**
 *
 * Encoding with this schema reveals the token; nothing else does.
 *
 * @since 0.1.0
 * @category models
 */
export class AccessToken extends Schema.Class<AccessToken>("AccessToken")({
  value: Schema.Redacted(Schema.String),
  /** None if the server does not report it. */
  expiresAt: Schema.OptionFromNullOr(Schema.DateTimeUtc)
}) {}

/**
 * Credentials for the password grant: a user, and an OAuth client that may use the grant.
 *
 * **Gotchas**
 *
 * The password grant exposes the user's password to the program. RFC 9700, section 2.4, rules it out, but the API offers
 * programs no other grant.
 *
 * @since 0.1.0
 * @category models
 */
export interface PasswordCredentials {
  /** The ID of an OAuth client with `passwordClient` set. */
  readonly clientId: string
  /** The secret of that client: `Redacted.make("...")`, or `Config.redacted`. */
  readonly clientSecret: Redacted.Redacted<string>
  /** The name of the user that the API calls act as. */
  readonly username: string
  /** The password of that user: `Redacted.make("...")`, or `Config.redacted`. */
  readonly password: Redacted.Redacted<string>
  /** Scopes separated by spaces (RFC 6749, section 3.3). Default: none is sent, and the server decides. */
  readonly scope?: string | undefined
}

/**
 * Credentials for the password grant, and how long to wait after a rejected login.
 *
 * @since 0.1.0
 * @category models
 */
export interface PasswordGrantOptions extends PasswordCredentials {
  /**
   * How long to wait after a rejected login before the next one, so that the account is not locked. Default: 30
   * seconds.
   */
  readonly loginCoolDown?: Duration.DurationInput | undefined
}

/**
 * Credentials for the password grant, or an existing access token.
 *
 * @since 0.1.0
 * @category models
 */
export type ProcessMakerCredentials =
  | PasswordGrantOptions & { readonly accessToken?: undefined }
  | {
    /** `Redacted.make("...")`, or `Config.redacted`. */
    readonly accessToken: Redacted.Redacted<string>
  }

/**
 * Provides access tokens. Implement it to supply your own tokens.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccessTokenProviderShape {
  /** Returns a token for a call. A failure is final for that call: the provider does its own retries. */
  readonly get: Effect.Effect<AccessToken, AccessTokenError>
  /** Reports that the API rejected this token. Drop it only if `get` would still return it. */
  readonly invalidate: (token: AccessToken) => Effect.Effect<void>
  /** The ID of the OAuth client that the tokens are issued to, if known. `protectLogin` protects it. */
  readonly clientId?: (() => string | undefined) | undefined
  /** Whether `get` can return another token after a rejection. Default: true. */
  readonly renewable?: boolean | undefined
  /** Secrets besides the call's token to redact from errors, in case the server echoes them. Default: none. */
  readonly secrets?: (() => ReadonlyArray<Redacted.Redacted<string>>) | undefined
}
