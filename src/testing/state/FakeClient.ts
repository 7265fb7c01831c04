/**
 * The clients that the fake holds: made from their number when they are asked for, stored only once they changed.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Redacted from "effect/Redacted"
import { ClientOrder } from "./clientOrder.js"
import { alphanumeric } from "./deterministic.js"

/**
 * An OAuth client as the fake holds it.
 *
 * @since 0.1.0
 * @category models
 */
export interface FakeClient {
  /** The id, as a text also where the profile sends a number. */
  readonly id: string
  /** The name; several clients may have the same. */
  readonly name: string
  /** The secret, whether the server shows it or not. */
  readonly secret: Redacted.Redacted<string>
  /** Whether it is for personal access tokens. */
  readonly personalAccessClient: boolean
  /** Whether it is for the password grant. */
  readonly passwordClient: boolean
  /** Whether it is revoked: then nobody can log in with it. */
  readonly revoked: boolean
  /** When it was made, to the second. */
  readonly createdAt: DateTime.Utc
  /** When it was last changed, to the second. */
  readonly updatedAt: DateTime.Utc
}

/**
 * What to seed a client with. What is left out is made up, the same in every run.
 *
 * @since 0.1.0
 * @category models
 */
export interface FakeClientInput {
  /** Default: the next number. One that another client of the user has takes that client's place. */
  readonly id?: string | undefined
  /** Default: "Client" with its number. */
  readonly name?: string | undefined
  /** Default: 40 letters and digits. */
  readonly secret?: Redacted.Redacted<string> | undefined
  /** Whether it is for personal access tokens. Default: false. */
  readonly personalAccessClient?: boolean | undefined
  /** Whether it is for the password grant. Default: true. */
  readonly passwordClient?: boolean | undefined
  /** Whether it is revoked. Default: false. */
  readonly revoked?: boolean | undefined
  /** When it was made, to the second. Default: now for one that is inserted, a time in 2017 for one that is seeded. */
  readonly createdAt?: DateTime.Utc | undefined
  /** When it was last changed, to the second. Default: `createdAt`. */
  readonly updatedAt?: DateTime.Utc | undefined
}

/**
 * A client with its secret in the open and its times in milliseconds: what the server's table holds.
 *
 * @since 0.1.0
 * @internal
 */
export interface ClientRow {
  readonly id: string
  readonly name: string
  readonly secret: string
  readonly personalAccessClient: boolean
  readonly passwordClient: boolean
  readonly revoked: boolean
  readonly createdAt: number
  readonly updatedAt: number
}

/**
 * The fields of a row that somebody chose.
 *
 * @since 0.1.0
 * @internal
 */
export type ClientFields = { readonly [K in keyof ClientRow]?: ClientRow[K] | undefined }

const firstCreation = Date.UTC(2017, 10, 3, 9, 15, 42)

const generatedRow = (seed: number, client: number): ClientRow => ({
  id: String(client),
  name: `Client ${client}`,
  secret: alphanumeric(40, seed, client),
  personalAccessClient: false,
  passwordClient: true,
  revoked: false,
  createdAt: firstCreation + (client % 1_000_000) * 1000,
  updatedAt: firstCreation + (client % 1_000_000) * 1000
})

const merged = (row: ClientRow, fields: ClientFields): ClientRow => ({
  id: fields.id ?? row.id,
  name: fields.name ?? row.name,
  secret: fields.secret ?? row.secret,
  personalAccessClient: fields.personalAccessClient ?? row.personalAccessClient,
  passwordClient: fields.passwordClient ?? row.passwordClient,
  revoked: fields.revoked ?? row.revoked,
  createdAt: fields.createdAt ?? row.createdAt,
  updatedAt: fields.updatedAt ?? row.updatedAt
})

/**
 * The clients of one user. Numbers (`client`) are the server's own; ids are texts, and usually the same digits.
 *
 * @since 0.1.0
 * @internal
 */
export class ClientTable {
  readonly #seed: number
  readonly #order: ClientOrder
  readonly #changed = new Map<number, ClientRow>()
  readonly #named = new Map<string, number>()

  constructor(seed: number, first: number, count: number) {
    this.#seed = seed
    this.#order = new ClientOrder(first, count)
  }

  get size(): number {
    return this.#order.size
  }

  *rows(): Generator<ClientRow> {
    for (const client of this.#order) yield this.#row(client)
  }

  slice(from: number, count: number): ReadonlyArray<ClientRow> {
    return this.#order.slice(from, count).map((client) => this.#row(client))
  }

  find(id: string): ClientRow | undefined {
    const client = this.#number(id)
    return client === undefined ? undefined : this.#row(client)
  }

  insert(client: number, fields: ClientFields, position: number): ClientRow {
    const row = merged(generatedRow(this.#seed, client), fields)
    if (row.id !== String(client)) this.#named.set(row.id, client)
    this.#changed.set(client, row)
    this.#order.insert(client, position)
    return row
  }

  update(id: string, fields: ClientFields): ClientRow | undefined {
    const client = this.#number(id)
    if (client === undefined) return undefined
    const row = merged(this.#row(client), fields)
    if (row.id !== String(client)) this.#named.set(row.id, client)
    this.#changed.set(client, row)
    return row
  }

  delete(id: string): boolean {
    const client = this.#number(id)
    if (client === undefined) return false
    this.#changed.delete(client)
    this.#named.delete(id)
    return this.#order.remove(client)
  }

  #row(client: number): ClientRow {
    return this.#changed.get(client) ?? generatedRow(this.#seed, client)
  }

  #number(id: string): number | undefined {
    const client = this.#named.get(id) ?? (/^[1-9]\d{0,14}$/.test(id) ? Number(id) : undefined)
    return client !== undefined && this.#order.has(client) && this.#row(client).id === id ? client : undefined
  }
}

/**
 * What a row looks like to a test.
 *
 * @since 0.1.0
 * @internal
 */
export const toFakeClient = (row: ClientRow): FakeClient => ({
  id: row.id,
  name: row.name,
  secret: Redacted.make(row.secret),
  personalAccessClient: row.personalAccessClient,
  passwordClient: row.passwordClient,
  revoked: row.revoked,
  createdAt: DateTime.unsafeMake(row.createdAt),
  updatedAt: DateTime.unsafeMake(row.updatedAt)
})

// The database keeps whole seconds.
const seconds = (millis: number): number => Math.floor(millis / 1000) * 1000

/**
 * The times of a client that is made or changed now.
 *
 * @since 0.1.0
 * @internal
 */
export const createdNow = (now: number): ClientFields => ({ createdAt: seconds(now), updatedAt: seconds(now) })

/**
 * The fields of an update.
 *
 * @since 0.1.0
 * @internal
 */
export const updatedNow = (now: number): ClientFields => ({ updatedAt: seconds(now) })

const millisOf = (time: DateTime.Utc | undefined): number | undefined =>
  time === undefined ? undefined : seconds(DateTime.toEpochMillis(time))

/**
 * The fields that a test chose for a client.
 *
 * @since 0.1.0
 * @internal
 */
export const fromInput = (input: FakeClientInput): ClientFields => ({
  ...input,
  secret: input.secret === undefined ? undefined : Redacted.value(input.secret),
  createdAt: millisOf(input.createdAt),
  updatedAt: millisOf(input.updatedAt ?? input.createdAt)
})
