/**
 * The tokens that the server issued.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import type { Settings } from "../FakeOptions.js"
import { alphanumeric } from "./seededRandom.js"

/** A pair of tokens. `clientId` is stored as sent, since the server compares it without converting. */
export interface IssuedTokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly clientId: string | number
  readonly accessExpiresAt: number
  readonly refreshExpiresAt: number
  readonly revoked: boolean
}

export class TokenStore {
  readonly #settings: Settings
  readonly #issuedBefore: number
  readonly #byAccess = new Map<string, IssuedTokens>()
  readonly #byRefresh = new Map<string, string>()
  #issued = 0

  /** `issuedBefore` is the number of tokens issued by the store that this one replaces. */
  constructor(settings: Settings, issuedBefore: number) {
    this.#settings = settings
    this.#issuedBefore = issuedBefore
  }

  get issued(): number {
    return this.#issued
  }

  get everIssued(): number {
    return this.#issuedBefore + this.#issued
  }

  issue(clientId: string | number, now: number): IssuedTokens {
    this.#issued += 1
    const { accessTokenLife, refreshTokenLife, seed } = this.#settings
    const part = (length: number, name: string) => alphanumeric(length, seed, name, this.everIssued)
    const tokens: IssuedTokens = {
      accessToken: `${part(24, "header")}.${part(48, "payload")}.${part(43, "signature")}`,
      refreshToken: `def50200${part(64, "refresh token")}`,
      clientId,
      accessExpiresAt: now + Duration.toMillis(accessTokenLife === "omit" ? "365 days" : accessTokenLife),
      refreshExpiresAt: now + Duration.toMillis(refreshTokenLife),
      revoked: false
    }
    this.#byAccess.set(tokens.accessToken, tokens)
    this.#byRefresh.set(tokens.refreshToken, tokens.accessToken)
    return tokens
  }

  byAccessToken(token: string): IssuedTokens | undefined {
    return this.#byAccess.get(token)
  }

  byRefreshToken(token: string): IssuedTokens | undefined {
    const accessToken = this.#byRefresh.get(token)
    return accessToken === undefined ? undefined : this.#byAccess.get(accessToken)
  }

  revoke(tokens: IssuedTokens): void {
    this.#byAccess.set(tokens.accessToken, { ...tokens, revoked: true })
  }

  /** Expires all access tokens. Refresh tokens stay valid, as when time passes. */
  expireAll(now: number): void {
    for (const [key, tokens] of this.#byAccess) this.#byAccess.set(key, { ...tokens, accessExpiresAt: now })
  }

  revokeAll(): void {
    for (const tokens of this.#byAccess.values()) this.revoke(tokens)
  }

  *secrets(): Generator<string> {
    for (const tokens of this.#byAccess.values()) {
      yield tokens.accessToken
      yield tokens.refreshToken
    }
  }
}
