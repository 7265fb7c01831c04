/**
 * One page of a user's OAuth clients, and where to go on after it.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { OauthClient } from "./OauthClient.js"

/**
 * What the server says of the page and of the list.
 *
 * **Details**
 *
 * The server's own numbers, not checked against each other. Where it sends none at all, the page itself gives a lower
 * bound: `total` and `totalPages` count what is known to be there.
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
 * A place between two pages of one user's list. It survives JSON, so that a job can go on where it stopped.
 *
 * **Details**
 *
 * It holds no secret. `anchors` are the ids last read: they show where to go on when the list changed meanwhile.
 * `check` tells a cursor that was cut short or edited from one that this library made; it is not a signature.
 *
 * @since 0.1.0
 * @category models
 */
export class PageCursor extends Schema.Class<PageCursor>("PageCursor")({
  version: Schema.Literal(1),
  userId: Schema.NonEmptyString,
  perPage: Schema.Int.pipe(Schema.between(1, 100)),
  /** The page to read next, from 2. */
  page: Schema.Int.pipe(Schema.greaterThanOrEqualTo(2)),
  /** Clients in the list when the cursor was made, where the server said so. */
  total: Schema.NullOr(Schema.NonNegativeInt),
  /** Clients read so far, up to this place. */
  seen: Schema.NonNegativeInt,
  anchors: Schema.Array(Schema.NonEmptyString).pipe(Schema.maxItems(32)),
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
  /** Where the next page starts; none after the last. */
  next: Schema.OptionFromNullOr(PageCursor)
}) {}
