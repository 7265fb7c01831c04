/**
 * What can be wrong with a request, before a profile says it in its own words.
 *
 * @since 0.1.0
 */

/** One thing that is wrong with one field. */
export interface Issue {
  readonly field: string
  readonly rule: "required" | "string" | "max" | "boolean"
  readonly text: string
}

/** What kind of problem it is, with the status that most profiles give it. */
export interface Problem {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly text: string
  readonly issues: ReadonlyArray<Issue>
}

const problem = (status: number, code: string, title: string, text: string): Problem => ({
  status,
  code,
  title,
  text,
  issues: []
})

export const unauthenticated: Problem = problem(401, "1401", "Unauthenticated", "Unauthenticated.")
export const unknownUser: Problem = problem(404, "1002", "Unknown user", "nothing with that id")
export const unknownClient: Problem = problem(404, "1832", "Unknown client", "nothing with that id")
export const unknownPath: Problem = problem(404, "1404", "Not found", "no such path")
export const wrongMethod: Problem = problem(405, "1405", "Method not allowed", "not with this method")
export const notAcceptable: Problem = problem(406, "1406", "Not acceptable", "only without media type parameters")
export const unsupported: Problem = problem(415, "1415", "Unsupported media type", "only without media type parameters")
export const clientGeneratedId: Problem = problem(403, "1403", "Forbidden", "the server makes the ids")
export const conflict: Problem = problem(409, "1409", "Conflict", "type or id is not that of the resource")
export const tooManyRequests: Problem = problem(429, "1429", "Too many requests", "Too Many Attempts.")
export const unavailable: Problem = problem(503, "1503", "Service unavailable", "Be right back.")

/** Says which fields are not as they should be. */
export const invalid = (issues: ReadonlyArray<Issue>): Problem => ({
  ...problem(422, "1422", "Invalid parameters", "The given data was invalid."),
  issues
})
