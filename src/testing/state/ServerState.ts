/**
 * The state of the server: its users, their clients, the issued tokens, and the rate limits.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Redacted from "effect/Redacted"
import type { PCGRandom } from "effect/Utils"
import type { FakeClient, FakeClientInput } from "../FakeClient.js"
import { count, type FakeCredentials, type FakeUserInput, type Settings } from "../FakeOptions.js"
import { ClientTable, madeUp } from "./ClientTable.js"
import { RateLimiter } from "./RateLimiter.js"
import { generator, uuid } from "./seededRandom.js"
import { TokenStore } from "./TokenStore.js"

/**
 * A position in a user's list: an index from 0, the start, the end, or random (the same in each run).
 *
 * @since 0.1.0
 * @category models
 */
export type ListPosition = number | "start" | "end" | "random"

/** The number of the first generated client. It has eight digits, as in the API's samples. */
const firstNumber = 40_718_823

export class ServerState {
  readonly credentials: FakeCredentials
  readonly tokens: TokenStore
  readonly apiLimit: RateLimiter
  readonly tokenLimit: RateLimiter
  readonly #users = new Map<string, ClientTable>()
  /**
   * The client to log in with, unless a test added it to a list. It is separate since a program may delete all listed
   * clients.
   */
  #login: FakeClient | undefined
  readonly #random: PCGRandom
  #nextNumber = firstNumber

  /** `tokenRandom` outlives a reset, so that no token is issued twice. */
  constructor(settings: Settings, tokenRandom: PCGRandom) {
    const { credentials, seed, users } = settings
    this.credentials = credentials
    this.tokens = new TokenStore(settings, tokenRandom)
    this.apiLimit = new RateLimiter(settings.rateLimit)
    this.tokenLimit = new RateLimiter(settings.tokenRateLimit)
    this.#random = generator(seed, "position")
    this.#login = madeUp(seed, 0, { id: credentials.clientId, secret: credentials.clientSecret })
    const inputs = typeof users === "number"
      ? Array.from({ length: count("users", users) }, (): FakeUserInput => ({}))
      : users
    for (const [index, input] of inputs.entries()) {
      const { clients = settings.clients, id = uuid(generator(seed, "user", index)) } = input
      const isCount = typeof clients === "number"
      const table = new ClientTable(seed, this.#nextNumber, isCount ? count("clients", clients) : 0)
      this.#nextNumber += table.size
      this.#users.set(id, table)
      if (!isCount) { for (const client of clients) this.addClient(table, client, "end") }
    }
  }

  get userIds(): ReadonlyArray<string> {
    return [...this.#users.keys()]
  }

  clients(userId: string): ClientTable | undefined {
    return this.#users.get(userId)
  }

  /** Finds a client of any user, since the token endpoint accepts them all. */
  findClient(id: string): FakeClient | undefined {
    if (this.#login?.id === id) return this.#login
    for (const table of this.#users.values()) {
      const row = table.find(id)
      if (row !== undefined) return row
    }
    return undefined
  }

  /** Adds a client. It replaces a client of the same user with the same ID. */
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

  /** Inserts clients as if they were added now. */
  insertClients(
    table: ClientTable,
    clients: number | ReadonlyArray<FakeClientInput>,
    at: ListPosition,
    now: number
  ): ReadonlyArray<FakeClient> {
    const inputs = typeof clients === "number" ? Array.from({ length: clients }, (): FakeClientInput => ({})) : clients
    return inputs.map((client, index) =>
      this.addClient(
        table,
        { ...client, createdAt: client.createdAt ?? DateTime.unsafeMake(now) },
        typeof at === "number" ? at + index : at
      )
    )
  }

  deleteClients(table: ClientTable, ids: Iterable<string>): number {
    return Array.from(ids).filter((id) => table.delete(id)).length
  }

  /** Picks adjacent clients to delete, never the client to log in with. */
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
    return position === "random" ? this.#random.integer(end + 1) : position === "start" ? 0 : end
  }
}
