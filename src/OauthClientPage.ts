/**
 * One page of a user's OAuth clients, and where to go on after it.
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
 * These are the server's own numbers for this request, not checked against each other. A number that the server does not
 * send is derived from the page: `total` and `totalPages` are then lower bounds.
 *
 * @since 0.1.0
 * @category models
 */
export class Pagination extends Schema.Class<Pagination>("Pagination")({
  /** Clients in the list. */
  total: Schema.NonNegativeInt,
  /** Clients on this page. */
  count: Schema.NonNegativeInt,
  /** The most clients on a page: what the server made of what was asked for. */
  perPage: Schema.NonNegativeInt,
  /** From 1. */
  currentPage: Schema.NonNegativeInt,
  /** 0 or 1 for an empty list, depending on the server. */
  totalPages: Schema.NonNegativeInt
}) {}

/**
 * A place in one user's list of OAuth clients, behind the page that it belongs to. It survives JSON, so that a job can
 * continue where it stopped.
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
  /** The page behind this place, as `findOauthClients` takes it. From 1. */
  page: Schema.Int.pipe(Schema.greaterThanOrEqualTo(1)),
  /** The size of that page, as `findOauthClients` takes it. 1 to 100. */
  perPage: Schema.Int.pipe(Schema.between(1, 100)),
  /** The most clients on a page of a resumed stream, unless its options say otherwise. 1 to 100. */
  maxPerPage: Schema.Int.pipe(Schema.between(1, 100)),
  /** How many rows were in front of this place. */
  position: Schema.NonNegativeInt,
  /** How many rows were read up to this place. */
  seen: Schema.NonNegativeInt,
  /** The length of the list, if the server reported it. */
  total: Schema.NullOr(Schema.NonNegativeInt),
  /** The IDs that were read last, up to 100. A resumed stream continues behind the last of them that still exists. */
  ids: Schema.Array(Schema.NonEmptyString).pipe(Schema.maxItems(100)),
  /** How many of them, the first ones, are behind this place again, since rows were inserted in front of them. */
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
  /** The place behind this page, also behind the last page and in an empty list. Store it as a checkpoint. */
  cursor: PageCursor,
  /** The same place if the list continues, none behind the last page. */
  next: Schema.OptionFromNullOr(PageCursor)
}) {}
