/**
 * What the server knows: its users, their clients, the tokens that it issued.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import type { FakeClient, FakeClientInput } from "../FakeClient.js"
import type { FakeCredentials, Settings } from "../FakeOptions.js"
import { ClientTable, madeUp } from "./ClientTable.js"
import { generator } from "./seededRandom.js"
import { TokenStore } from "./TokenStore.js"

/**
 * Where in a user's list something happens: at a position counted from 0, at an end, or anywhere (the same each run).
 *
 * @since 0.1.0
 * @category models
 */
export type ListPosition = number | "start" | "end" | "random"

/** The number of the first client that is made up; eight digits, as in the API's samples. */
const firstNumber = 40_718_823

export class ServerState {
  readonly credentials: FakeCredentials
  readonly tokens: TokenStore
  readonly #users = new Map<string, ClientTable>()
  /** The client to log in with, unless a test put it into a list. A program may delete all clients that it lists. */
  #login: FakeClient | undefined
  readonly #random: () => number
  #nextNumber = firstNumber

  /** `issued`: how many tokens were issued before a reset. None of them is ever issued again. */
  constructor(settings: Settings, issued = 0) {
    const { credentials, seed, users } = settings
    this.credentials = credentials
    this.tokens = new TokenStore(settings, issued)
    this.#random = generator(seed, 0x0a27)
    this.#login = madeUp(seed, 0, { id: credentials.clientId, secret: credentials.clientSecret })
    for (const { clients, id } of users) {
      const count = typeof clients === "number" ? clients : 0
      const table = new ClientTable(seed, this.#nextNumber, count)
      this.#nextNumber += count
      this.#users.set(id, table)
      if (typeof clients !== "number") { for (const client of clients) this.addClient(table, client, "end") }
    }
  }

  get userIds(): ReadonlyArray<string> {
    return [...this.#users.keys()]
  }

  clients(userId: string): ClientTable | undefined {
    return this.#users.get(userId)
  }

  /** Any user's client: the token endpoint does not ask whose it is. */
  findClient(id: string): FakeClient | undefined {
    for (const table of this.#users.values()) {
      const row = table.find(id)
      if (row !== undefined) return row
    }
    return this.#login?.id === id ? this.#login : undefined
  }

  /** A client with the id of another of the same user replaces it. */
  addClient(table: ClientTable, fields: FakeClientInput, position: ListPosition): FakeClient {
    if (fields.id !== undefined) table.delete(fields.id)
    const isLogin = fields.id === this.credentials.clientId
    if (isLogin) this.#login = undefined
    return table.insert(
      this.#takeNumber(),
      isLogin ? { ...fields, secret: this.credentials.clientSecret } : fields,
      this.#position(table.size, position)
    )
  }

  deleteClients(table: ClientTable, ids: Iterable<string>): number {
    let deleted = 0
    for (const id of ids) if (table.delete(id)) deleted += 1
    return deleted
  }

  /** Neighbours, for a deletion that does not say which; never the client to log in with. */
  pick(table: ClientTable, count: number, position: ListPosition): ReadonlyArray<string> {
    const from = this.#position(Math.max(0, table.size - count), position)
    return table.slice(from, count + 1)
      .map(({ id }) => id)
      .filter((id) => id !== this.credentials.clientId)
      .slice(0, count)
  }

  *secrets(): Generator<Redacted.Redacted<string>> {
    yield this.credentials.clientSecret
    yield this.credentials.password
    for (const token of this.tokens.secrets()) yield Redacted.make(token)
    for (const table of this.#users.values()) {
      for (const { secret } of table.rows()) yield secret
    }
  }

  #takeNumber(): number {
    while (this.findClient(String(this.#nextNumber)) !== undefined) this.#nextNumber += 1
    this.#nextNumber += 1
    return this.#nextNumber - 1
  }

  #position(end: number, position: ListPosition): number {
    if (typeof position === "number") return position
    return position === "random" ? Math.floor(this.#random() * (end + 1)) : position === "start" ? 0 : end
  }
}
