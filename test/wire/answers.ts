/**
 * What servers send, and what becomes of it: one row for each form. A row is run in process and over sockets, through each
 * HTTP client that Node has. To add one, give it a name, an operation, the answer (status, headers, body) and the result.
 */
import type { Operation } from "../support/scripted.js"

export interface Sent {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** A text is sent as UTF-8. */
  readonly body: string | Uint8Array<ArrayBuffer>
}

/** What an operation ends with: its value, or of its error these fields. */
export type Result =
  | { readonly value: unknown }
  | {
    readonly error: string
    readonly fields?: Readonly<Record<string, unknown>>
    readonly says?: ReadonlyArray<string>
  }

export interface Row {
  readonly operation: Operation
  readonly answer: Sent
  readonly result: Result
  /** Without sockets: no server of Node's can send it. */
  readonly inProcess?: true
}

const sent = (
  body: string | Uint8Array<ArrayBuffer>,
  status = 200,
  headers: Readonly<Record<string, string>> = {}
): Sent => ({
  status,
  headers: { "content-type": "application/vnd.api+json", ...headers },
  body
})

const json = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Sent =>
  sent(JSON.stringify(body), status, headers)

const resource = (attributes: Record<string, unknown> = {}, id: unknown = "17") => ({
  type: "client",
  id,
  attributes: { name: "CI", ...attributes }
})

/** The client of that resource; tests compare the fields that are named here. */
const client = (fields: Record<string, unknown> = {}): Result => ({ value: { id: "17", name: "CI", ...fields } })

const page = (pagination: unknown, data: unknown = [resource()]) => json({ data, meta: { pagination } })

const denied = (fields: Record<string, unknown>, ...says: ReadonlyArray<string>): Result => ({
  error: "ProcessMakerInvalidResponse",
  fields: { reason: "document", ...fields },
  says
})

const deleted: Result = { value: undefined }
const remove = (answer: Sent, result: Result = deleted): Row => ({ operation: "deleteOauthClient", answer, result })
const find = (answer: Sent, result: Result): Row => ({ operation: "findOauthClientById", answer, result })
const list = (answer: Sent, result: Result): Row => ({ operation: "findOauthClients", answer, result })

const html = "<!DOCTYPE html><html><body><h1>400 Bad Request</h1>Request Header Or Cookie Too Large</body></html>"

export const rows: Readonly<Record<string, Row>> = {
  "flags as texts": find(
    json({ data: resource({ revoked: "0", password_client: "1", personal_access_client: null }) }),
    client({ revoked: false, passwordClient: true, personalAccessClient: false })
  ),
  "a zero date, and none": find(
    json({ data: resource({ created_at: "0000-00-00 00:00:00", updated_at: "-0001-11-30T00:00:00+00:00" }) }),
    client({ createdAt: undefined, updatedAt: undefined })
  ),
  "a date with an offset of hours": find(
    json({ data: resource({ created_at: "2017-11-03T09:15:42+00", updated_at: "2017-11-03t09:15:42z" }) }),
    client({ createdAt: "2017-11-03T09:15:42.000Z", updatedAt: "2017-11-03T09:15:42.000Z" })
  ),
  "a number for an id": find(json({ data: resource({}, 17) }), client()),
  "a fraction for an id": find(json({ data: resource({}, 17.5) }), {
    error: "ProcessMakerInvalidResponse",
    fields: { reason: "schema" },
    says: ["data.id: must be an id"]
  }),
  "a date that is none": find(json({ data: resource({ created_at: "2017-02-30 00:00:00" }) }), {
    error: "ProcessMakerInvalidResponse",
    says: ["data.attributes.created_at: must be a date and time"]
  }),
  "an abbreviation of a time zone": find(json({ data: resource({ created_at: "2017-02-20 00:00:00 EST" }) }), {
    error: "ProcessMakerInvalidResponse",
    says: ["data.attributes.created_at: must be a date and time"]
  }),
  "JSON as text/html": find(sent(JSON.stringify({ data: resource() }), 200, { "content-type": "text/html" }), client()),
  "a byte order mark": find(sent(`\ufeff${JSON.stringify({ data: resource() })}`), client()),
  "empty errors beside data": find(json({ data: resource(), errors: {} }), client()),
  "errors beside data": find(
    json({ data: resource(), errors: [{ title: "Stale" }] }, 200, { "x-request-id": "req-7" }),
    denied({ requestId: "req-7" }, "Stale", "req-7")
  ),
  "a page in texts": list(
    page({ total: "3", count: "1", per_page: "15", current_page: "1", total_pages: "1" }),
    { value: { clients: 1, total: 3, perPage: 15, currentPage: 1 } }
  ),
  "numbers that are not said": list(page({ total: null, per_page: null }), {
    value: { clients: 1, total: 1, perPage: 15, currentPage: 1 }
  }),
  "PHP's empty values": list(json({ data: {}, meta: { pagination: {} }, links: [], errors: {} }), {
    value: { clients: 0, total: 0 }
  }),
  "meta as an empty list": list(json({ data: [], meta: [] }), { value: { clients: 0 } }),
  "a list with holes": list(json({ data: { 0: resource(), 2: resource({}, "18") } }), { value: { clients: 2 } }),
  "a bad row of a list with holes": list(json({ data: { 0: resource(), 2: resource({}, "") } }), {
    error: "ProcessMakerInvalidResponse",
    says: ["data.2.id: must be an id"]
  }),
  "an object that is no list": list(json({ data: resource() }), {
    error: "ProcessMakerInvalidResponse",
    fields: { reason: "document" }
  }),
  "another page than requested": list(page({ total: 99, current_page: 2 }), {
    error: "ProcessMakerInvalidResponse",
    fields: { reason: "mismatch" },
    says: ["meta.pagination.current_page"]
  }),
  "a fraction for a total": list(page({ total: 1.5 }), {
    error: "ProcessMakerInvalidResponse",
    says: ["meta.pagination.total: must be a whole number"]
  }),
  "deleted: meta": remove(json({ meta: { code: "1831" } })),
  "deleted: empty": remove(sent("")),
  "deleted: 204": remove({ status: 204, body: "" }),
  "deleted: []": remove(json([])),
  "deleted: null": remove(json(null)),
  "deleted: true": remove(json(true)),
  "deleted: an empty text": remove(json("")),
  "deleted: success": remove(json({ success: true, error: null, errors: [], status: "ok" })),
  "not deleted: HTML": remove(sent(html), {
    error: "ProcessMakerInvalidResponse",
    fields: { reason: "contentType", outcome: "unknown", html: true },
    says: ["a proxy or a firewall may have answered"]
  }),
  "not deleted: text": remove(sent("OK"), { error: "ProcessMakerInvalidResponse", fields: { outcome: "unknown" } }),
  "not deleted: error": remove(
    json({ error: "access_denied", message: "This client is in use." }),
    denied({ outcome: "notApplied" }, "This client is in use.", "[access_denied]")
  ),
  "not deleted: success false": remove(
    json({ success: false, message: "No." }),
    denied({ outcome: "notApplied" }, "No.")
  ),
  "not deleted: status error": remove(json({ status: "error" }), denied({ outcome: "notApplied" })),
  "not deleted: errors as a text": remove(json({ errors: "No." }), denied({ outcome: "notApplied" }, "No.")),
  "words: errors as a list of lists": find(json({ errors: [["No."], ["Never."]] }, 403), {
    error: "ProcessMakerForbidden",
    says: ["No.; Never."]
  }),
  "words: message as a list": find(json({ message: ["a", "b"] }, 403), {
    error: "ProcessMakerForbidden",
    says: ["a; b"]
  }),
  "words: msg": find(json({ msg: "Gone fishing." }, 503), {
    error: "ProcessMakerServerError",
    says: ["Gone fishing."]
  }),
  "words: FastAPI": find(json({ detail: [{ loc: ["body", "name"], msg: "field required" }] }, 422), {
    error: "ProcessMakerUnprocessable",
    says: ["body.name: field required"]
  }),
  "words: text": find(sent("Too Many Attempts.", 429, { "content-type": "text/plain" }), {
    error: "ProcessMakerRateLimited",
    says: ["Too Many Attempts."]
  }),
  "words: HTML is none": find(sent(html, 400, { "content-type": "text/html", "cf-ray": "8f1e2d3c4b5a6978-FRA" }), {
    error: "ProcessMakerUnprocessable",
    fields: { html: true, requestId: "8f1e2d3c4b5a6978-FRA" },
    says: [
      "status 400; the body is an HTML page: a proxy or a firewall may have answered",
      "(request 8f1e2d3c4b5a6978-FRA)"
    ]
  })
}
