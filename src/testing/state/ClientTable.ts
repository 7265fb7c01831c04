/**
 * A user's list of clients. An unchanged client is stored as its number and generated on access, so that a list of a
 * million fits in memory.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Redacted from "effect/Redacted"
import type { FakeClient, FakeClientInput } from "../FakeClient.js"
import { alphanumeric, generator } from "./seededRandom.js"

const firstCreation = Date.UTC(2017, 10, 3, 9, 15, 42)

// The database stores whole seconds.
const toSecond = (time: DateTime.Utc): DateTime.Utc => DateTime.startOf(time, "second")

/** Generates the client with this number; `fields` override the generated values. */
export const madeUp = (seed: number, number: number, fields: FakeClientInput = {}): FakeClient => {
  const createdAt = fields.createdAt ?? DateTime.unsafeMake(firstCreation + (number % 1_000_000) * 1000)
  return {
    id: fields.id ?? String(number),
    name: fields.name ?? `Client ${number}`,
    secret: fields.secret ?? Redacted.make(alphanumeric(40, generator(seed, "client", number))),
    personalAccessClient: fields.personalAccessClient ?? false,
    passwordClient: fields.passwordClient ?? true,
    revoked: fields.revoked ?? false,
    createdAt: toSecond(createdAt),
    updatedAt: toSecond(fields.updatedAt ?? createdAt)
  }
}

export class ClientTable {
  readonly #seed: number
  readonly #entries: Array<number | FakeClient>

  constructor(seed: number, first: number, count: number) {
    this.#seed = seed
    this.#entries = Array.from({ length: count }, (_, index) => first + index)
  }

  get size(): number {
    return this.#entries.length
  }

  *rows(): Generator<FakeClient> {
    for (const entry of this.#entries) yield this.#row(entry)
  }

  slice(from: number, count: number): ReadonlyArray<FakeClient> {
    return this.#entries.slice(from, from + count).map((entry) => this.#row(entry))
  }

  find(id: string): FakeClient | undefined {
    const entry = this.#entries[this.#indexOf(id)]
    return entry === undefined ? undefined : this.#row(entry)
  }

  insert(number: number, fields: FakeClientInput, position: number): FakeClient {
    const row = madeUp(this.#seed, number, fields)
    this.#entries.splice(position, 0, row)
    return row
  }

  update(id: string, fields: FakeClientInput): FakeClient | undefined {
    const index = this.#indexOf(id)
    const entry = this.#entries[index]
    if (entry === undefined) return undefined
    // The number only affects generated fields, and no field is generated here.
    const row = madeUp(this.#seed, 0, { ...this.#row(entry), ...chosen(fields) })
    this.#entries[index] = row
    return row
  }

  delete(id: string): boolean {
    const index = this.#indexOf(id)
    return index !== -1 && this.#entries.splice(index, 1).length === 1
  }

  #row(entry: number | FakeClient): FakeClient {
    return typeof entry === "number" ? madeUp(this.#seed, entry) : entry
  }

  #indexOf(id: string): number {
    const number = String(Number(id)) === id ? Number(id) : undefined
    return this.#entries.findIndex((entry) => typeof entry === "number" ? entry === number : entry.id === id)
  }
}

const chosen = (fields: FakeClientInput): FakeClientInput =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
