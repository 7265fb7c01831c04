import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { isRedirect } from "../failure/status.js"

export interface Redirect {
  readonly redirectOrigin: string | undefined
  /** The transport followed the redirect. */
  readonly followed: boolean
}

// Fetch follows redirects by default. Other clients ignore this option.
export const withoutRedirects = (context: Context.Context<never>): Context.Context<never> =>
  Context.add(context, FetchHttpClient.RequestInit, {
    ...Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
    redirect: "manual"
  })

/** The redirect target of a response, or the origin of a followed one. */
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

// Detects a followed redirect: by a client wrapped to follow redirects, or a fetch that ignores its options. `request`
// is the one that the client sent, since a client behind a gateway rewrites the URL.
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

// An undici dispatcher that follows redirects records every URL, including the first.
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
