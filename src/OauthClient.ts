/**
 * The domain model of a user's OAuth clients.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"

// The server's database counts code points. A lone surrogate cannot be encoded as UTF-8 (RFC 3629, section 3).
const ClientName = Schema.String.pipe(
  Schema.filter(
    (name) =>
      name.trim() !== "" && name.length <= 510 && Array.from(name).length <= 255 && !/\p{Surrogate}/u.test(name),
    {
      identifier: "ClientName",
      description: "1 to 255 characters, not blank"
    }
  )
)

/**
 * The ID of an OAuth client, assigned by the server. It is a string even if it looks like a number.
 *
 * @since 0.1.0
 * @category models
 */
export const OauthClientId = Schema.NonEmptyString.pipe(Schema.brand("OauthClientId"))

/**
 * The type of `OauthClientId`: a branded string.
 *
 * @since 0.1.0
 * @category models
 */
export type OauthClientId = typeof OauthClientId.Type

/**
 * An OAuth client that a user owns.
 *
 * **Gotchas**
 *
 * Whether `secret` is present depends on the server and the operation: servers return it always, only when the client
 * is added, or never. It is `Redacted`; only encoding with this schema reveals it.
 *
 * @since 0.1.0
 * @category models
 */
export class OauthClient extends Schema.Class<OauthClient>("OauthClient")({
  id: OauthClientId,
  name: Schema.String,
  /** None if the server does not return it. */
  secret: Schema.OptionFromNullOr(Schema.Redacted(Schema.String)),
  /** Whether personal access tokens are issued to it. */
  personalAccessClient: Schema.Boolean,
  /** Whether it may use the password grant, as this library does. */
  passwordClient: Schema.Boolean,
  /** Whether it is revoked and can no longer be used. Servers may keep listing a deleted client as revoked. */
  revoked: Schema.Boolean,
  createdAt: Schema.OptionFromNullOr(Schema.DateTimeUtc),
  updatedAt: Schema.OptionFromNullOr(Schema.DateTimeUtc)
}) {}

/**
 * An `OauthClient` as plain JSON without its secret, safe to store, log or display.
 *
 * **Details**
 *
 * Encoding drops the secret; decoding returns a client without one.
 *
 * @since 0.2.0
 * @category models
 */
export const OauthClientWithoutSecret = /* @__PURE__ */ Schema.transform(
  Schema.Struct(Struct.omit(OauthClient.fields, "secret")),
  Schema.typeSchema(OauthClient),
  {
    strict: true,
    decode: (fields) => new OauthClient({ ...fields, secret: Option.none() }),
    encode: (client) => client
  }
)

/**
 * Options of `ensureOauthClient`.
 *
 * @since 0.2.0
 * @category models
 */
export interface EnsureOptions {
  /**
   * How long to wait for a client to appear in the list after the response to its addition was lost: a server may
   * commit late, and a replica may lag. Default: 5 seconds.
   */
  readonly settle?: Duration.DurationInput | undefined
}

/**
 * The result of `ensureOauthClient`.
 *
 * **Gotchas**
 *
 * An existing client may have no `secret`: some servers return it only when a client is added.
 *
 * @since 0.2.0
 * @category models
 */
export class EnsuredOauthClient extends Schema.Class<EnsuredOauthClient>("EnsuredOauthClient")({
  client: OauthClient,
  /** Whether this call added it. */
  added: Schema.Boolean,
  /** The IDs of other clients that match, in list order. Usually empty. */
  others: Schema.Array(OauthClientId)
}) {}

/**
 * The fields of a new OAuth client. The server decides what is omitted.
 *
 * @since 0.1.0
 * @category models
 */
export class NewOauthClient extends Schema.Class<NewOauthClient>("NewOauthClient")(
  Schema.Struct({
    name: ClientName,
    personalAccessClient: Schema.optional(Schema.Boolean),
    passwordClient: Schema.optional(Schema.Boolean)
  }).annotations({ description: "an object with a name" })
) {}

/**
 * The input of `addOauthClient`: `NewOauthClient` as a plain object.
 *
 * @since 0.2.0
 * @category models
 */
export interface NewOauthClientInput {
  /** 1 to 255 characters, not blank. Servers trim it. */
  readonly name: string
  /** Whether personal access tokens are issued to it. */
  readonly personalAccessClient?: boolean | undefined
  /** Whether it may use the password grant, as this library does. */
  readonly passwordClient?: boolean | undefined
}

const Changes = Schema.Struct({
  name: Schema.optional(ClientName),
  personalAccessClient: Schema.optional(Schema.Boolean),
  passwordClient: Schema.optional(Schema.Boolean),
  revoked: Schema.optional(Schema.Boolean)
}).annotations({ description: "an object with the fields to change" }).pipe(
  Schema.filter((changes) => Object.values(changes).some((value) => value !== undefined), {
    description: "a change of at least one of name, personalAccessClient, passwordClient and revoked"
  })
)

/**
 * The fields of an OAuth client to change, at least one. Omitted fields keep their values.
 *
 * @since 0.1.0
 * @category models
 */
export class OauthClientChanges extends Schema.Class<OauthClientChanges>("OauthClientChanges")(Changes) {}

/**
 * The input of `updateOauthClient`: `OauthClientChanges` as a plain object.
 *
 * @since 0.2.0
 * @category models
 */
export interface OauthClientChangesInput {
  /** 1 to 255 characters, not blank. Servers trim it. */
  readonly name?: string | undefined
  /** Whether personal access tokens are issued to it. */
  readonly personalAccessClient?: boolean | undefined
  /** Whether it may use the password grant, as this library does. */
  readonly passwordClient?: boolean | undefined
  /** Whether it is revoked and can no longer be used. */
  readonly revoked?: boolean | undefined
}
