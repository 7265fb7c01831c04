/** What crosses from the launcher into a runtime, and back, as JSON. */

export interface Place {
  readonly baseUrl: string
  readonly tokenUrl: string
  /** A base URL at a port where nobody listens. */
  readonly nobody: string
  /** Answers once a call hangs, and `hungUp` once none does. */
  readonly hangs: string
  readonly hungUp: string
  readonly userId: string
  /** How many the user has at first. */
  readonly clients: number
  readonly perPage: number
  readonly clientId: string
  readonly clientSecret: string
  readonly username: string
  readonly password: string
}

export type Outcome =
  | {
    readonly passed: true
    /** The status that the library saw of a redirect: 0 where the runtime hides it. */
    readonly redirect: number
    /** How a refused connection was reported. */
    readonly refused: string
  }
  | { readonly passed: false; readonly why: string }
