/**
 * Answers in the making.
 *
 * @since 0.1.0
 */
import type { Answered } from "../FakeRequest.js"

type Headers = Readonly<Record<string, string>>

/** An answer whose body is JSON. */
export const jsonAnswer = (status: number, body: unknown, contentType: string, headers: Headers = {}): Answered => ({
  _tag: "Answered",
  status,
  headers: { "content-type": contentType, ...headers },
  body: JSON.stringify(body)
})

/** An answer whose body is text or nothing. */
export const textAnswer = (status: number, body: string, contentType = "text/plain; charset=UTF-8"): Answered => ({
  _tag: "Answered",
  status,
  headers: body === "" ? {} : { "content-type": contentType },
  body
})

/** The page that a server or a proxy shows to people. */
export const htmlAnswer = (status: number, title: string): Answered =>
  textAnswer(
    status,
    `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`,
    "text/html; charset=UTF-8"
  )

/** The same answer with more headers. */
export const withHeaders = (answer: Answered, headers: Headers): Answered => ({
  ...answer,
  headers: { ...answer.headers, ...headers }
})

/** Where Laravel sends those whom it takes for people. */
export const redirectAnswer = (location: string): Answered =>
  withHeaders(htmlAnswer(302, `Redirecting to ${location}`), { location })
