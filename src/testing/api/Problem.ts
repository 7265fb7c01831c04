/**
 * The problems of a request, and the five formats in which servers of this family report them.
 *
 * @since 0.1.0
 */
import * as Array from "effect/Array"
import * as Record from "effect/Record"
import type { Answered } from "../FakeRequest.js"
import { type Fields, htmlAnswer, jsonAnswer, textAnswer } from "./messages.js"

/** One problem with one field. */
export interface Issue {
  readonly field: string
  readonly rule: "required" | "string" | "max" | "boolean"
  readonly text: string
}

/** A problem, with the status that most profiles use for it. */
export interface Problem {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly text: string
  readonly issues: ReadonlyArray<Issue>
}

const problem = (
  status: number,
  code: string,
  title: string,
  text: string,
  issues: ReadonlyArray<Issue> = []
): Problem => ({ status, code, title, text, issues })

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

/** The problem of invalid fields. */
export const invalid = (issues: ReadonlyArray<Issue>): Problem =>
  problem(422, "1422", "Invalid parameters", "The given data was invalid.", issues)

/** Formats a problem as one server does. */
export type ErrorForm = (problem: Problem) => Answered

const vendorType = "application/vnd.api+json"
const isValidation = (problem: Problem): boolean => problem.issues.length > 0

const byField = (issues: ReadonlyArray<Issue>): Fields =>
  Record.map(Array.groupBy(issues, ({ field }) => field), Array.map(({ text }) => text))

/** The specification's format: a list of code, title and message; 400 for invalid input. */
export const errorArray = (withDetail: boolean): ErrorForm => (problem) => {
  const { code, title } = problem
  const entry = (message: string) => ({ code, title, detail: withDetail ? message : undefined, message })
  const errors = isValidation(problem) ? problem.issues.map(({ text }) => entry(text)) : [entry(problem.text)]
  return jsonAnswer(isValidation(problem) ? 400 : problem.status, { errors }, vendorType)
}

/** Laravel up to 5.4: JSON for 401 and 422 only. */
export const laravel54: ErrorForm = (problem) => {
  if (isValidation(problem)) return jsonAnswer(422, byField(problem.issues), "application/json")
  if (problem.status === 401) return jsonAnswer(401, { error: problem.text }, "application/json")
  return problem.status === 429 ? textAnswer(429, problem.text) : htmlAnswer(problem.status, problem.title)
}

/** Laravel from 5.5: a message and the fields. */
export const laravel55: ErrorForm = (problem) => {
  if (isValidation(problem)) {
    return jsonAnswer(422, { message: problem.text, errors: byField(problem.issues) }, "application/json")
  }
  const silent = problem.status === 404 || problem.status === 405 || problem.status === 503
  return jsonAnswer(problem.status, { message: silent ? "" : problem.text }, "application/json")
}

/** The servers of 2016: numeric codes, and the OAuth middleware's own format for 401. */
export const numericCodes: ErrorForm = (problem) => {
  if (problem.status === 401) {
    const message = "The resource owner or authorization server denied the request."
    return jsonAnswer(401, { error: "access_denied", message, hint: "Access token is invalid" }, "application/json")
  }
  const status = isValidation(problem) ? 400 : problem.status
  const titles = isValidation(problem) ? problem.issues.map(({ text }) => text) : [problem.title]
  return jsonAnswer(status, { errors: titles.map((title) => ({ status, code: status, title })), meta: {} }, vendorType)
}

/** JSON:API to the letter: pointers, and statuses as strings. */
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
