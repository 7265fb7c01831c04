/**
 * Links to other pages, in the formats of fractal's versions.
 *
 * @since 0.1.0
 */

/**
 * How a server pages a list if it ignores the requested page. The numbers in the response describe the page it sends.
 *
 * @since 0.2.0
 * @category models
 */
export interface Paging {
  /** The maximum page size. */
  readonly most?: number | undefined
  /** The size of every page, whatever is requested. */
  readonly size?: number | undefined
  /** The page to send, whatever is requested. */
  readonly page?: number | undefined
  /** Whether to send the last page for a page number beyond it. Default: false. */
  readonly clamps?: boolean | undefined
  /** Which clients to omit from pages although the totals include them. */
  readonly hides?: ((clientId: string) => boolean) | undefined
}

/** A page of a list, before a profile puts it into a document: its path, and its numbers by their wire names. */
export interface PageView {
  readonly path: string
  readonly numbers: Readonly<Record<"total" | "count" | "per_page" | "current_page" | "total_pages", number>>
}

// As behind a proxy that terminates TLS, and without `per_page`: following these links would lose both.
const url = (view: PageView, page: number): string => `http://localhost${view.path}?page=${page}`

/** `previous` and `next`, if those pages exist. */
export const neighbours = (view: PageView): Readonly<Record<string, string>> => ({
  ...(view.numbers.current_page > 1 ? { previous: url(view, view.numbers.current_page - 1) } : {}),
  ...(view.numbers.current_page < view.numbers.total_pages ? { next: url(view, view.numbers.current_page + 1) } : {})
})

/** JSON:API's link names, with strings, an object, and null. */
export const topLevel = (view: PageView): Readonly<Record<string, unknown>> => ({
  self: url(view, view.numbers.current_page),
  first: { href: url(view, 1) },
  prev: view.numbers.current_page > 1 ? url(view, view.numbers.current_page - 1) : null,
  ...(view.numbers.current_page < view.numbers.total_pages ? { next: url(view, view.numbers.current_page + 1) } : {}),
  last: url(view, Math.max(1, view.numbers.total_pages))
})
