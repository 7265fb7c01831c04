/**
 * The OAuth clients that the fake holds.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import type * as Redacted from "effect/Redacted"

/**
 * An OAuth client as the fake holds it.
 *
 * @since 0.1.0
 * @category models
 */
export interface FakeClient {
  /** The ID: a string, even if the profile sends a number. */
  readonly id: string
  /** The name. It need not be unique. */
  readonly name: string
  /** The secret, even if the server does not return it. */
  readonly secret: Redacted.Redacted<string>
  /** Whether personal access tokens are issued to it. */
  readonly personalAccessClient: boolean
  /** Whether it may use the password grant. */
  readonly passwordClient: boolean
  /** Whether it is revoked: it can no longer log in. */
  readonly revoked: boolean
  /** When it was added, to the second. */
  readonly createdAt: DateTime.Utc
  /** When it was last changed, to the second. */
  readonly updatedAt: DateTime.Utc
}

/**
 * A client to seed. Omitted fields are generated, with the same values in every run.
 *
 * @since 0.1.0
 * @category models
 */
export interface FakeClientInput {
  /** Default: the next number. If another client of the user has this ID, it is replaced. */
  readonly id?: string | undefined
  /** Default: "Client" with its number. */
  readonly name?: string | undefined
  /** Default: 40 letters and digits. */
  readonly secret?: Redacted.Redacted<string> | undefined
  /** Whether personal access tokens are issued to it. Default: false. */
  readonly personalAccessClient?: boolean | undefined
  /** Whether it may use the password grant. Default: true. */
  readonly passwordClient?: boolean | undefined
  /** Whether it is revoked. Default: false. */
  readonly revoked?: boolean | undefined
  /** When it was added, to the second. Default: now for an inserted client, a time in 2017 for a seeded one. */
  readonly createdAt?: DateTime.Utc | undefined
  /** When it was last changed, to the second. Default: `createdAt`. */
  readonly updatedAt?: DateTime.Utc | undefined
}
