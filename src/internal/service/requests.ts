import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Either from "effect/Either"
import { mediaType } from "../wire/document.js"
import type { Wanted } from "./ensure.js"
import { checkClient, checkSettle, checkUser } from "./inputs.js"
import type { Checked } from "./inputs.js"
import { addOauthClient } from "./operations.js"
import type { Ids, Operation } from "./operations.js"

/** Validates the IDs and the input of an operation, and reports all issues of both. */
export const checkInput = <Input>(
  { input, template }: Operation<Input, unknown>,
  ids: Ids,
  given: unknown
): Checked<Input> => {
  const goodIds: Checked<unknown> = template.includes("{client_id}")
    ? checkClient(ids)
    : checkUser({ userId: ids.userId })
  const goodInput = input(given)
  return Either.isLeft(goodIds) && Either.isLeft(goodInput)
    ? Either.left([...goodIds.left, ...goodInput.left])
    : Either.flatMap(goodIds, () => goodInput)
}

/** Validates the input of `ensureOauthClient`. */
export const checkEnsure = (userId: string, given: unknown, options: unknown): Checked<Wanted> => {
  const input = checkInput(addOauthClient, { userId }, given)
  const settle = checkSettle(options)
  return Either.isLeft(input) && Either.isLeft(settle)
    ? Either.left([...input.left, ...settle.left])
    : Either.all({ userId: Either.right(userId), input, settle })
}

/** Expands a path template. Each ID is one segment. */
const expand = (template: string, { clientId = "", userId }: Ids): string =>
  template
    .replace("{user_id}", () => encodeURIComponent(userId))
    .replace("{client_id}", () => encodeURIComponent(clientId))

/** Builds the request of an operation from validated IDs and input. */
export const makeRequest = <Input>(
  baseUrl: string,
  { body, method, query, template }: Operation<Input, unknown>,
  ids: Ids,
  input: Input
): HttpClientRequest.HttpClientRequest => {
  const request = HttpClientRequest.make(method)(baseUrl + expand(template, ids), {
    // Laravel responds in JSON only if the first type is JSON (wire-facts, section 2).
    accept: mediaType,
    ...(query === undefined ? {} : { urlParams: query(input) })
  })
  return body === undefined ? request : HttpClientRequest.bodyText(request, body(input, ids), mediaType)
}
