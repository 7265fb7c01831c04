/**
 * The credential that calls are made with.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

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
  expiresAt: Schema.OptionFromNullOr(Schema.DateTimeUtc)
}) {}
