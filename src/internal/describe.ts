import * as Duration from "effect/Duration"

interface Call {
  readonly operation: string
  readonly userId?: string | undefined
  readonly clientId?: string | undefined
  readonly page?: number | undefined
}

interface Failed extends Call {
  readonly attempts: number
  readonly elapsed: Duration.Duration
  readonly outcome?: "notApplied" | "unknown" | undefined
}

interface Said {
  readonly code?: string | undefined
  readonly title?: string | undefined
  readonly detail?: string | undefined
  readonly field?: string | undefined
}

// An id may be as long as the caller likes, a log line may not.
const shorten = (text: string): string => text.length <= 64 ? text : `${text.slice(0, 61)}...`

/** Which call, for a person: the operation and the ids it was given. */
export const describeCall = (call: Call): string =>
  call.operation
  + (call.userId === undefined ? "" : ` of user ${JSON.stringify(shorten(call.userId))}`)
  + (call.clientId === undefined ? "" : `, client ${JSON.stringify(shorten(call.clientId))}`)
  + (call.page === undefined ? "" : `, page ${call.page}`)

const describeSaid = ({ code, detail, field, title }: Said): string =>
  [
    field === undefined ? undefined : `${field}:`,
    detail ?? title,
    code === undefined ? undefined : `[${code}]`
  ].filter((part) => part !== undefined).join(" ")

/** The whole message: call, reason, what the server said, and what it took. */
export const sentence = (failed: Failed, reason: string, said: ReadonlyArray<Said> = []): string => {
  const words = said.slice(0, 3).map(describeSaid).filter((text) => text !== "")
  const more = said.length > 3 ? `; and ${said.length - 3} more` : ""
  const server = words.length === 0 ? "" : `; the server says: ${words.join("; ")}${more}`
  const outcome = failed.outcome === "unknown" ? "; it may have been carried out all the same" : ""
  const tries = failed.attempts > 1 ? ` [${failed.attempts} attempts in ${Duration.format(failed.elapsed)}]` : ""
  return `${describeCall(failed)} failed: ${reason}${server}${outcome}${tries}`
}
