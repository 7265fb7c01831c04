/**
 * Pages of a user's OAuth clients, and cursors to resume after them.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { OauthClient } from "./OauthClient.js"

/**
 * What the server reports about a page and its list.
 *
 * **Details**
 *
 * These are the server's own numbers for this request. They are not checked against each other. A number that the
 * server does not send is derived from the page; `total` and `totalPages` are then lower bounds.
 *
 * @since 0.1.0
 * @category models
 */
export class Pagination extends Schema.Class<Pagination>("Pagination")({
  /** The number of clients in the list. */
  total: Schema.NonNegativeInt,
  /** The number of clients on this page. */
  count: Schema.NonNegativeInt,
  /** The page size that the server used, which may differ from the requested one. */
  perPage: Schema.NonNegativeInt,
  /** The page number, from 1. */
  currentPage: Schema.NonNegativeInt,
  /** The number of pages. For an empty list it is 0 or 1, depending on the server. */
  totalPages: Schema.NonNegativeInt
}) {}

/**
 * A place in one user's list of OAuth clients, directly after a page. It encodes to JSON, so a job can store it and
 * resume.
 *
 * **Details**
 *
 * A cursor holds no secret. `check` detects a cursor that was truncated or edited; it is not a signature.
 *
 * @since 0.1.0
 * @category models
 */
export class PageCursor extends Schema.Class<PageCursor>("PageCursor")({
  version: Schema.Literal(2),
  userId: Schema.NonEmptyString,
  /** The page that starts at this place, as passed to `findOauthClients`. From 1. */
  page: Schema.Int.pipe(Schema.greaterThanOrEqualTo(1)),
  /** The size of that page, as passed to `findOauthClients`. 1 to 100. */
  perPage: Schema.Int.pipe(Schema.between(1, 100)),
  /** The maximum page size of a resumed stream, unless its options set one. 1 to 100. */
  maxPerPage: Schema.Int.pipe(Schema.between(1, 100)),
  /** The number of rows before this place. */
  position: Schema.NonNegativeInt,
  /** The number of rows read up to this place. */
  seen: Schema.NonNegativeInt,
  /** The length of the list, if the server reported it. */
  total: Schema.NullOr(Schema.NonNegativeInt),
  /** The IDs read last, up to 100. A resumed stream continues after the last of them that still exists. */
  ids: Schema.Array(Schema.NonEmptyString).pipe(Schema.maxItems(100)),
  /** How many of the first IDs are after this place again, because rows were inserted before them. */
  ahead: Schema.NonNegativeInt,
  check: Schema.String
}) {}

/**
 * One page of a user's OAuth clients.
 *
 * @since 0.1.0
 * @category models
 */
export class OauthClientPage extends Schema.Class<OauthClientPage>("OauthClientPage")({
  clients: Schema.Array(OauthClient),
  pagination: Pagination,
  /** The place after this page, even if it is the last page or the list is empty. Store it as a checkpoint. */
  cursor: PageCursor,
  /** The same place if the list continues; none on the last page. */
  next: Schema.OptionFromNullOr(PageCursor)
}) {}
