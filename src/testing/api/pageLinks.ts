/**
 * Links to other pages, in the ways of fractal's versions.
 *
 * @since 0.1.0
 */

/**
 * How a server pages a list that does not do as it is asked. The numbers in its answer are true of the page it gives.
 *
 * @since 0.2.0
 * @category models
 */
export interface Paging {
  /** The most clients on a page. */
  readonly most?: number | undefined
  /** The one size of all pages, whatever is asked for. */
  readonly size?: number | undefined
  /** The page to give, whatever is asked for. */
  readonly page?: number | undefined
  /** Whether a page beyond the end is the last one. Default: false. */
  readonly clamps?: boolean | undefined
  /** Which clients are left out of a page after they were counted. */
  readonly hides?: ((clientId: string) => boolean) | undefined
}

/** A page of a list, before a profile puts it into a document. */
export interface PageView {
  readonly path: string
  readonly total: number
  readonly count: number
  readonly perPage: number
  readonly currentPage: number
  readonly totalPages: number
}

// As behind a proxy that ends TLS, and without `per_page`: following these would lose both.
const url = (view: PageView, page: number): string => `http://localhost${view.path}?page=${page}`

/** `previous` and `next`, where there are such pages. */
export const neighbours = (view: PageView): Readonly<Record<string, string>> => ({
  ...(view.currentPage > 1 ? { previous: url(view, view.currentPage - 1) } : {}),
  ...(view.currentPage < view.totalPages ? { next: url(view, view.currentPage + 1) } : {})
})

/** An empty PHP array is a list in JSON, also where an object is meant. */
export const neighboursOrList = (view: PageView): Readonly<Record<string, string>> | ReadonlyArray<never> => {
  const links = neighbours(view)
  return Object.keys(links).length === 0 ? [] : links
}

/** JSON:API's own names, as text, as an object, and null. */
export const topLevel = (view: PageView): Readonly<Record<string, unknown>> => ({
  self: url(view, view.currentPage),
  first: { href: url(view, 1) },
  prev: view.currentPage > 1 ? url(view, view.currentPage - 1) : null,
  ...(view.currentPage < view.totalPages ? { next: url(view, view.currentPage + 1) } : {}),
  last: url(view, Math.max(1, view.totalPages))
})
