/**
 * The tokens that the server issued.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import type { PCGRandom } from "effect/Utils"
import type { Settings } from "../FakeOptions.js"
import { alphanumeric } from "./seededRandom.js"

/** A pair of tokens. `clientId` is stored as sent, since the server compares it without converting. */
export interface IssuedTokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly clientId: string | number
  accessExpiresAt: number
  readonly refreshExpiresAt: number
  revoked: boolean
}

export class TokenStore {
  readonly #settings: Settings
  readonly #random: PCGRandom
  readonly #byToken = new Map<string, IssuedTokens>()

  constructor(settings: Settings, random: PCGRandom) {
    this.#settings = settings
    this.#random = random
  }

  get issued(): number {
    return this.#byToken.size / 2
  }

  issue(clientId: string | number, now: number): IssuedTokens {
    const { accessTokenLife, refreshTokenLife } = this.#settings
    const part = (length: number) => alphanumeric(length, this.#random)
    const tokens: IssuedTokens = {
      accessToken: `${part(24)}.${part(48)}.${part(43)}`,
      refreshToken: `def50200${part(64)}`,
      clientId,
      accessExpiresAt: now + Duration.toMillis(accessTokenLife === "omit" ? "365 days" : accessTokenLife),
      refreshExpiresAt: now + Duration.toMillis(refreshTokenLife),
      revoked: false
    }
    this.#byToken.set(tokens.accessToken, tokens).set(tokens.refreshToken, tokens)
    return tokens
  }

  find(kind: "accessToken" | "refreshToken", token: string): IssuedTokens | undefined {
    const tokens = this.#byToken.get(token)
    return tokens?.[kind] === token ? tokens : undefined
  }

  /** Expires all access tokens. Refresh tokens stay valid, as when time passes. */
  expireAll(now: number): void {
    for (const tokens of this.#byToken.values()) tokens.accessExpiresAt = now
  }

  revokeAll(): void {
    for (const tokens of this.#byToken.values()) tokens.revoked = true
  }

  secrets(): Iterable<string> {
    return this.#byToken.keys()
  }
}
