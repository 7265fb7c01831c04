/**
 * The credential that calls are made with, whom it is for, and what gives it out.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { AccessTokenError } from "./ProcessMakerError.js"

/**
 * A bearer token (RFC 6750) and when it expires, where the server said so.
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
  /** None where the server does not say. */
  expiresAt: Schema.OptionFromNullOr(Schema.DateTimeUtc)
}) {}

/**
 * A user and an OAuth client that may log users in.
 *
 * **Gotchas**
 *
 * The password grant hands the user's password to the program. RFC 9700, section 2.4, advises against it for new
 * designs; the API offers no other grant to programs.
 *
 * @since 0.1.0
 * @category models
 */
export interface PasswordCredentials {
  /** Of an OAuth client whose `passwordClient` is set. */
  readonly clientId: string
  /** Of the same client: `Redacted.make("...")`, or `Config.redacted`. */
  readonly clientSecret: Redacted.Redacted<string>
  /** Of the user that the calls are made as. */
  readonly username: string
  /** Of the same user: `Redacted.make("...")`, or `Config.redacted`. */
  readonly password: Redacted.Redacted<string>
  /** Scopes with blanks between (RFC 6749, section 3.3). Default: none is sent, and the server decides. */
  readonly scope?: string | undefined
}

/**
 * Credentials, and how to treat a refusal of them.
 *
 * @since 0.1.0
 * @category models
 */
export interface PasswordGrantOptions extends PasswordCredentials {
  /** How long no login is tried after the server refused one, so that the account is not locked. Default: 30 seconds. */
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
 * Provides access tokens. Implement it to bring your own.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccessTokenProviderShape {
  /**
   * A token to call with. What it fails with is final for the call that asked: a provider does its own retrying.
   */
  readonly get: Effect.Effect<AccessToken, AccessTokenError>
  /** Reports that the API refused this token. It is dropped only if `get` would still return it. */
  readonly invalidate: (token: AccessToken) => Effect.Effect<void>
  /** The OAuth client that the tokens are issued to, if it is known: it can then be protected (`protectLogin`). */
  readonly clientId?: (() => string | undefined) | undefined
  /** Whether `get` can return another token after a refusal. Default: true. */
  readonly renewable?: boolean | undefined
  /** What must not show in an error when a server repeats it, beside the token of the call. Default: nothing. */
  readonly secrets?: (() => ReadonlyArray<Redacted.Redacted<string>>) | undefined
}
