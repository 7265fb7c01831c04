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
  /** The id: a string, even where the profile sends a number. */
  readonly id: string
  /** The name. Several clients may have the same. */
  readonly name: string
  /** The secret, whether the server shows it or not. */
  readonly secret: Redacted.Redacted<string>
  /** Whether it issues personal access tokens. */
  readonly personalAccessClient: boolean
  /** Whether it may log users in by password grant. */
  readonly passwordClient: boolean
  /** Whether it is revoked: nobody can log in with it. */
  readonly revoked: boolean
  /** When it was added, to the second. */
  readonly createdAt: DateTime.Utc
  /** When it was last changed, to the second. */
  readonly updatedAt: DateTime.Utc
}

/**
 * A client to seed. What is left out is made up, the same in every run.
 *
 * @since 0.1.0
 * @category models
 */
export interface FakeClientInput {
  /** Default: the next number. An id that another client of the user has replaces that client. */
  readonly id?: string | undefined
  /** Default: "Client" with its number. */
  readonly name?: string | undefined
  /** Default: 40 letters and digits. */
  readonly secret?: Redacted.Redacted<string> | undefined
  /** Whether it issues personal access tokens. Default: false. */
  readonly personalAccessClient?: boolean | undefined
  /** Whether it may log users in by password grant. Default: true. */
  readonly passwordClient?: boolean | undefined
  /** Whether it is revoked. Default: false. */
  readonly revoked?: boolean | undefined
  /** When it was added, to the second. Default: now for a client that is inserted, a time in 2017 for a seeded one. */
  readonly createdAt?: DateTime.Utc | undefined
  /** When it was last changed, to the second. Default: `createdAt`. */
  readonly updatedAt?: DateTime.Utc | undefined
}
