import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { isRedirect } from "../failure/status.js"

export interface Redirect {
  readonly redirectOrigin: string | undefined
  /** A transport went there by itself. */
  readonly followed: boolean
}

// Fetch follows redirects unless it is told not to; the other clients do not read this.
export const withoutRedirects = (context: Context.Context<never>): Context.Context<never> =>
  Context.add(context, FetchHttpClient.RequestInit, {
    ...Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
    redirect: "manual"
  })

/** Where an answer points to, or comes from. */
export const redirectOf = (
  request: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse
): Redirect => {
  const followed = followedTo(request, response)
  return { redirectOrigin: followed ?? pointsTo(request, response), followed: followed !== undefined }
}

const originOf = (url: string, base: string): string | undefined => {
  try {
    return new URL(url, base).origin
  } catch {
    return undefined
  }
}

// Where a transport went by itself: a client that was wrapped to follow redirects, or a fetch that ignores its options.
// What was sent is what the client made of the request: one that goes by way of a gateway rewrites the URL.
const followedTo = (
  request: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse
): string | undefined => {
  const source = Predicate.hasProperty(response, "source") ? response.source : undefined
  const fetched = Predicate.hasProperty(source, "redirected") && source.redirected === true
      && Predicate.hasProperty(source, "url") && Predicate.isString(source.url)
    ? source.url
    : undefined
  const target = fetched ?? lastVisited(source) ??
    (response.request.url === request.url ? undefined : response.request.url)
  return target === undefined ? undefined : originOf(target, request.url)
}

// Of a dispatcher that follows redirects (undici): every URL it asked, the first one too.
const lastVisited = (source: unknown): string | undefined => {
  const context = Predicate.hasProperty(source, "context") ? source.context : undefined
  const history = Predicate.hasProperty(context, "history") && Array.isArray(context.history) ? context.history : []
  return history.length > 1 ? String(history.at(-1)) : undefined
}

const pointsTo = (
  request: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse
): string | undefined =>
  isRedirect(response.status) && response.headers["location"] !== undefined
    ? originOf(response.headers["location"], request.url)
    : undefined
