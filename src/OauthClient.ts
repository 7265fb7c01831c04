/**
 * The OAuth clients of a user, as this library speaks of them: no HTTP, no snake_case.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"

// In code points, as the server's database counts; a lone surrogate cannot be sent as UTF-8 (RFC 3629, section 3).
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
 * The id of an OAuth client. The server makes it; it is text, also where it looks like a number.
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
 * Whether `secret` is there depends on the server and on the operation: it may be shown by all, only when the client is
 * made, or never. It is `Redacted`; encoding with this schema is the one thing that reveals it.
 *
 * @since 0.1.0
 * @category models
 */
export class OauthClient extends Schema.Class<OauthClient>("OauthClient")({
  id: OauthClientId,
  name: Schema.String,
  /** None where the server does not show it. */
  secret: Schema.OptionFromNullOr(Schema.Redacted(Schema.String)),
  /** Whether personal access tokens are issued to it. */
  personalAccessClient: Schema.Boolean,
  /** Whether it may log users in by password grant, as this library does. */
  passwordClient: Schema.Boolean,
  /** Whether it may no longer be used. Servers may go on listing a deleted client as revoked. */
  revoked: Schema.Boolean,
  createdAt: Schema.OptionFromNullOr(Schema.DateTimeUtc),
  updatedAt: Schema.OptionFromNullOr(Schema.DateTimeUtc)
}) {}

/**
 * An `OauthClient` as plain JSON without its secret: what may be stored, logged or shown.
 *
 * **Details**
 *
 * Encoding drops the secret; decoding gives a client without one.
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
   * How long a client may take to appear in the list after the response to its addition was lost: a server may commit
   * late, a replica may lag. Default: 5 seconds.
   */
  readonly settle?: Duration.DurationInput | undefined
}

/**
 * What `ensureOauthClient` succeeds with.
 *
 * **Gotchas**
 *
 * A client that was found may show no secret: servers may show it only when a client is added.
 *
 * @since 0.2.0
 * @category models
 */
export class EnsuredOauthClient extends Schema.Class<EnsuredOauthClient>("EnsuredOauthClient")({
  client: OauthClient,
  /** Whether this call added it. */
  added: Schema.Boolean,
  /** The IDs of other clients that are as wanted, in the order of the list. Usually none. */
  others: Schema.Array(OauthClientId)
}) {}

/**
 * What a new OAuth client is made from. What is left out is decided by the server.
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
 * The same as a plain object: what `addOauthClient` takes.
 *
 * @since 0.2.0
 * @category models
 */
export interface NewOauthClientInput {
  /** 1 to 255 characters, not blank. Servers trim it. */
  readonly name: string
  /** Whether personal access tokens are issued to it. */
  readonly personalAccessClient?: boolean | undefined
  /** Whether it may log users in by password grant, as this library does. */
  readonly passwordClient?: boolean | undefined
}

const Changes = Schema.Struct({
  name: Schema.optional(ClientName),
  personalAccessClient: Schema.optional(Schema.Boolean),
  passwordClient: Schema.optional(Schema.Boolean),
  revoked: Schema.optional(Schema.Boolean)
}).annotations({ description: "an object with what is to change" }).pipe(
  Schema.filter((changes) => Object.values(changes).some((value) => value !== undefined), {
    description: "a change of at least one of name, personalAccessClient, passwordClient and revoked"
  })
)

/**
 * What to change of an OAuth client: at least one of its fields. What is left out stays as it is.
 *
 * @since 0.1.0
 * @category models
 */
export class OauthClientChanges extends Schema.Class<OauthClientChanges>("OauthClientChanges")(Changes) {}

/**
 * The same as a plain object: what `updateOauthClient` takes.
 *
 * @since 0.2.0
 * @category models
 */
export interface OauthClientChangesInput {
  /** 1 to 255 characters, not blank. Servers trim it. */
  readonly name?: string | undefined
  /** Whether personal access tokens are issued to it. */
  readonly personalAccessClient?: boolean | undefined
  /** Whether it may log users in by password grant, as this library does. */
  readonly passwordClient?: boolean | undefined
  /** Whether it may no longer be used. */
  readonly revoked?: boolean | undefined
}
