/**
 * The state of the server: its users, their clients, the tokens it gave out.
 *
 * @since 0.1.0
 */
import { firstClient, type KnownCredentials, type Settings, type UserSeed } from "../FakeOptions.js"
import { generator } from "./deterministic.js"
import { type ClientFields, type ClientRow, ClientTable, fromInput } from "./FakeClient.js"
import { TokenStore } from "./TokenStore.js"

/**
 * Where in a user's list something happens: at a position counted from 0, at an end, or anywhere (the same each run).
 *
 * @since 0.1.0
 * @category models
 */
export type ListPosition = number | "start" | "end" | "random"

const isMadeUp = ({ clients }: UserSeed): boolean => typeof clients === "number" && clients > 0

export class World {
  readonly credentials: KnownCredentials
  readonly tokens: TokenStore
  readonly #users = new Map<string, ClientTable>()
  readonly #detached: ClientRow | undefined
  readonly #random: () => number
  readonly #seed: number
  #nextClient: number

  constructor(settings: Settings) {
    this.credentials = settings.credentials
    this.tokens = new TokenStore(settings)
    this.#seed = settings.seed
    this.#random = generator(settings.seed, 0x0a27)
    const [first] = settings.users
    this.#nextClient = first !== undefined && isMadeUp(first) ? firstClient : firstClient + 1
    for (const user of settings.users) this.#seedUser(user)
    this.#placeCredentials(first)
    this.#detached = this.findClient(this.credentials.clientId) === undefined ? this.#detachedClient() : undefined
  }

  get userIds(): ReadonlyArray<string> {
    return [...this.#users.keys()]
  }

  clients(userId: string): ClientTable | undefined {
    return this.#users.get(userId)
  }

  /** Any user's client: the token endpoint does not ask whose it is. */
  findClient(id: string): ClientRow | undefined {
    for (const table of this.#users.values()) {
      const row = table.find(id)
      if (row !== undefined) return row
    }
    return this.#detached?.id === id ? this.#detached : undefined
  }

  /** A client with the id of another of the same user takes its place. */
  addClient(table: ClientTable, fields: ClientFields, position: ListPosition): ClientRow {
    if (fields.id !== undefined) table.delete(fields.id)
    return table.insert(this.#takeNumber(), fields, this.#position(table.size, position))
  }

  deleteClients(table: ClientTable, ids: Iterable<string>): number {
    let deleted = 0
    for (const id of ids) if (table.delete(id)) deleted += 1
    return deleted
  }

  /** Neighbours for a deletion that does not say which; never the client that the caller logs in with. */
  pick(table: ClientTable, count: number, position: ListPosition): ReadonlyArray<string> {
    const from = this.#position(Math.max(0, table.size - count), position)
    return table.slice(from, count + 1)
      .map((row) => row.id)
      .filter((id) => id !== this.credentials.clientId)
      .slice(0, count)
  }

  *secrets(): Generator<string> {
    yield this.credentials.clientSecret
    yield this.credentials.password
    yield* this.tokens.secrets()
    for (const table of this.#users.values()) {
      for (const row of table.rows()) yield row.secret
    }
  }

  #seedUser(user: UserSeed): void {
    const generated = typeof user.clients === "number" ? user.clients : 0
    const table = new ClientTable(this.#seed, this.#nextClient, generated)
    this.#nextClient += generated
    this.#users.set(user.id, table)
    if (typeof user.clients === "number") return
    for (const client of user.clients) this.addClient(table, fromInput(client), "end")
  }

  // Where the first user's clients are made up, the first of them is the one to log in with: who deletes it locks
  // himself out. Where they are given, it is the one with that id, if any.
  #placeCredentials(first: UserSeed | undefined): void {
    const { clientId, clientSecret } = this.credentials
    if (first !== undefined && isMadeUp(first)) {
      this.#users.get(first.id)?.update(String(firstClient), { id: clientId, secret: clientSecret })
    } else {
      for (const table of this.#users.values()) table.update(clientId, { secret: clientSecret })
    }
  }

  #detachedClient(): ClientRow {
    const { clientId, clientSecret } = this.credentials
    return new ClientTable(this.#seed, 0, 0).insert(0, { id: clientId, secret: clientSecret }, 0)
  }

  #takeNumber(): number {
    do this.#nextClient += 1
    while (this.findClient(String(this.#nextClient - 1)) !== undefined)
    return this.#nextClient - 1
  }

  #position(end: number, position: ListPosition): number {
    if (typeof position === "number") return position
    return position === "random" ? this.#below(end + 1) : position === "start" ? 0 : end
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }
}
