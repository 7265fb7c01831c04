/**
 * The five forms in which servers of this family say that something is wrong.
 *
 * @since 0.1.0
 */
import type { Answered } from "../FakeRequest.js"
import { htmlAnswer, jsonAnswer, textAnswer } from "./answers.js"
import type { Issue, Problem } from "./Problem.js"

/** Says a problem in one server's words. */
export type ErrorForm = (problem: Problem) => Answered

const vendorType = "application/vnd.api+json"
const isValidation = (problem: Problem): boolean => problem.issues.length > 0

const byField = (issues: ReadonlyArray<Issue>): Record<string, Array<string>> => {
  const fields: Record<string, Array<string>> = {}
  for (const { field, text } of issues) (fields[field] ??= []).push(text)
  return fields
}

/** The specification's: a list of code, title and message; 400 for what is invalid. */
export const errorArray = (withDetail: boolean): ErrorForm => (problem) => {
  const entry = (message: string) => ({
    code: problem.code,
    title: problem.title,
    ...(withDetail ? { detail: message } : {}),
    message
  })
  const errors = isValidation(problem) ? problem.issues.map(({ text }) => entry(text)) : [entry(problem.text)]
  return jsonAnswer(isValidation(problem) ? 400 : problem.status, { errors }, vendorType)
}

/** Laravel up to 5.4: JSON for 401 and 422 only. */
export const laravel54: ErrorForm = (problem) => {
  if (isValidation(problem)) return jsonAnswer(422, byField(problem.issues), "application/json")
  if (problem.status === 401) return jsonAnswer(401, { error: problem.text }, "application/json")
  return problem.status === 429 ? textAnswer(429, problem.text) : htmlAnswer(problem.status, problem.title)
}

/** Laravel from 5.5: a message, and with it the fields. */
export const laravel55: ErrorForm = (problem) => {
  if (isValidation(problem)) {
    return jsonAnswer(422, { message: problem.text, errors: byField(problem.issues) }, "application/json")
  }
  const silent = problem.status === 404 || problem.status === 405 || problem.status === 503
  return jsonAnswer(problem.status, { message: silent ? "" : problem.text }, "application/json")
}

/** The servers of 2016: numbers for codes, and the OAuth middleware's own form for 401. */
export const numericCodes: ErrorForm = (problem) => {
  if (problem.status === 401) {
    const message = "The resource owner or authorization server denied the request."
    return jsonAnswer(401, { error: "access_denied", message, hint: "Access token is invalid" }, "application/json")
  }
  const status = isValidation(problem) ? 400 : problem.status
  const titles = isValidation(problem) ? problem.issues.map(({ text }) => text) : [problem.title]
  return jsonAnswer(status, { errors: titles.map((title) => ({ status, code: status, title })), meta: {} }, vendorType)
}

/** JSON:API to the letter: pointers, statuses as text. */
export const jsonApi: ErrorForm = (problem) => {
  const status = String(problem.status)
  const errors = isValidation(problem)
    ? problem.issues.map(({ field, rule, text }, index) => ({
      id: `e${index + 1}`,
      status,
      code: "V1",
      title: "Invalid attribute",
      detail: text,
      source: { pointer: `/${field.replaceAll(".", "/")}` },
      meta: { rule }
    }))
    : [{ id: "e1", status, code: problem.code, title: problem.title, detail: problem.text }]
  return jsonAnswer(problem.status, { jsonapi: { version: "1.0" }, errors }, vendorType)
}
