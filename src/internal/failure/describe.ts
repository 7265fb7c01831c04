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
  readonly outcome?: "notApplied" | "applied" | "unknown" | undefined
  readonly during?: "login" | undefined
}

interface Said {
  readonly code?: string | undefined
  readonly title?: string | undefined
  readonly detail?: string | undefined
  readonly field?: string | undefined
}

/** Line breaks of any kind, what turns the reading direction around, and halves of characters. */
export const unprintable = /[\p{Control}\p{Zl}\p{Zp}\p{Surrogate}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

/** A message is one plain line, whatever a caller or a server puts into it. */
export const oneLine = (text: string): string => text.replaceAll(unprintable, " ")

// An id may be as long as the caller likes, a log line may not.
const quote = (id: string): string => oneLine(JSON.stringify(id.length <= 64 ? id : `${id.slice(0, 61)}...`))

/** Which call, for a person: the operation and the ids it was given. */
export const describeCall = (call: Call): string =>
  call.operation
  + (call.userId === undefined ? "" : ` of user ${quote(call.userId)}`)
  + (call.clientId === undefined ? "" : `, client ${quote(call.clientId)}`)
  + (call.page === undefined ? "" : `, page ${call.page}`)

const describeSaid = ({ code, detail, field, title }: Said): string =>
  [
    field === undefined ? undefined : `${field}:`,
    detail ?? title,
    code === undefined ? undefined : `[${code}]`
  ].filter((part) => part !== undefined).join(" ")

const outcomes = {
  notApplied: "",
  applied: "; the change itself was carried out",
  unknown: "; it may have been carried out all the same"
}

/** The whole message: call, reason, what the server said, and what it took. */
export const sentence = (failed: Failed, reason: string, said: ReadonlyArray<Said> = []): string => {
  const words = said.slice(0, 3).map(describeSaid).filter((text) => text !== "")
  const more = said.length > 3 ? `; and ${said.length - 3} more` : ""
  const server = words.length === 0 ? "" : `; the server says: ${words.join("; ")}${more}`
  const outcome = outcomes[failed.outcome ?? "notApplied"]
  const tries = failed.attempts > 1 ? ` [${failed.attempts} attempts in ${Duration.format(failed.elapsed)}]` : ""
  const when = failed.during === "login" ? " while logging in" : ""
  return `${describeCall(failed)} failed${when}: ${reason}${server}${outcome}${tries}`
}
