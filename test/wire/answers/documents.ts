/** Clients, pages, and what a deletion or an update is answered with. */
import { client, find, html, invalid, json, resource, sent } from "./row.js"
import type { Result, Row, Rows, Sent } from "./row.js"

const page = (pagination: unknown, data: unknown = [resource()]) => json({ data, meta: { pagination } })

const denied = (fields: Record<string, unknown>, ...says: ReadonlyArray<string>): Result =>
  invalid({ reason: "document", ...fields }, ...says)

const remove = (answer: Sent, result: Result = { value: undefined }): Row => ({
  call: "deleteOauthClient",
  answer,
  result
})
const list = (answer: Sent, result: Result): Row => ({ call: "findOauthClients", answer, result })
const stream = (answer: Sent, result: Result): Row => ({ call: "streamOauthClients", answer, result })
const update = (answer: Sent, result: Result = client()): Row => ({ call: "updateOauthClient", answer, result })
const revoke = (answer: Sent, result: Result): Row => ({ call: "revokeOauthClient", answer, result })

const uuid = "9b2f6c1e-3a54-4f0d-8f7e-2b1c0d9e8a7f"
const ignored: Result = { error: "ProcessMakerChangeIgnored", fields: { outcome: "notApplied" }, says: ["revoked"] }

const clients: Rows = {
  "flags as texts": find(
    json({ data: resource({ revoked: "0", password_client: "1", personal_access_client: null }) }),
    client({ revoked: false, passwordClient: true, personalAccessClient: false })
  ),
  "flags as numbers": find(
    json({ data: resource({ revoked: 0, password_client: 1 }) }),
    client({ revoked: false, passwordClient: true, personalAccessClient: false })
  ),
  "a flag as a word": find(
    json({ data: resource({ revoked: "true" }) }),
    invalid({ reason: "schema" }, "data.attributes.revoked: must be a boolean")
  ),
  "a zero date, and none": find(
    json({ data: resource({ created_at: "0000-00-00 00:00:00", updated_at: "-0001-11-30T00:00:00+00:00" }) }),
    client({ createdAt: undefined, updatedAt: undefined })
  ),
  "a zero date in an object": find(
    json({
      data: resource({ created_at: { date: "-0001-11-30 00:00:00.000000", timezone_type: 3, timezone: "UTC" } })
    }),
    client({ createdAt: undefined })
  ),
  "an empty date, and false": find(
    json({ data: resource({ created_at: "", updated_at: false }) }),
    client({ createdAt: undefined, updatedAt: undefined })
  ),
  "a date with an offset of hours": find(
    json({ data: resource({ created_at: "2017-11-03T09:15:42+00", updated_at: "2017-11-03t09:15:42z" }) }),
    client({ createdAt: "2017-11-03T09:15:42.000Z", updatedAt: "2017-11-03T09:15:42.000Z" })
  ),
  "a date that is none": find(
    json({ data: resource({ created_at: "2017-02-30 00:00:00" }) }),
    invalid({}, "data.attributes.created_at: must be a date and time")
  ),
  "an abbreviation of a time zone": find(
    json({ data: resource({ created_at: "2017-02-20 00:00:00 EST" }) }),
    invalid({}, "data.attributes.created_at: must be a date and time")
  ),
  "a number for an id": find(json({ data: resource({}, 17) }), client()),
  "a fraction for an id": find(
    json({ data: resource({}, 17.5) }),
    invalid({ reason: "schema" }, "data.id: must be an id")
  ),
  "a UUID in capitals": {
    ...find(json({ data: resource({}, uuid.toUpperCase()) }), { value: { id: uuid.toUpperCase() } }),
    clientId: uuid
  },
  "another id": find(json({ data: resource({}, "18") }), invalid({ reason: "mismatch" }, "data.id")),
  "no data": find(json({ data: null }), invalid({ reason: "schema" }, "data: must be a client")),
  "an empty list for a client": find(json({ data: [] }), invalid({ reason: "schema" })),
  "JSON as text/html": find(sent(JSON.stringify({ data: resource() }), 200, { "content-type": "text/html" }), client()),
  "HTML under a good status": find(sent(html), invalid({ reason: "contentType", html: true }, "a proxy or a firewall")),
  "half a document": find(sent(`{"data":{"type":"client","id":"1`), invalid({ reason: "json" }, "must be JSON")),
  "nothing where a client is due": find(sent(""), invalid({ reason: "json" }, "must be JSON, but it is empty")),
  "empty errors beside data": find(json({ data: resource(), errors: {} }), client()),
  "false for errors beside data": find(json({ data: resource(), errors: false }), client()),
  "members beside data that mean nothing here": find(
    json({ data: resource(), error: "none", success: false, status: "error" }),
    client()
  ),
  "text as text/plain": find(sent("OK", 200, { "content-type": "text/plain" }), invalid({ reason: "contentType" })),
  "text as JSON": find(sent("OK"), invalid({ reason: "json" })),
  "errors beside data": find(
    json({ data: resource(), errors: [{ title: "Stale" }] }, 200, { "x-request-id": "req-7" }),
    denied({ requestId: "req-7" }, "Stale", "req-7")
  )
}

const pages: Rows = {
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
  "pagination as an empty list": list(page([]), { value: { clients: 1, total: 1 } }),
  "links as a text": list(json({ data: [], links: "none" }), { value: { clients: 0 } }),
  "a list with holes": list(json({ data: { 0: resource(), 2: resource({}, "18") } }), { value: { clients: 2 } }),
  "a bad row of a list with holes": list(
    json({ data: { 0: resource(), 2: resource({}, "") } }),
    invalid({}, "data.2.id: must be an id")
  ),
  "an object that is no list": list(json({ data: resource() }), invalid({ reason: "document" })),
  "another page than requested": list(
    page({ total: 99, current_page: 2 }),
    invalid({ reason: "mismatch" }, "meta.pagination.current_page")
  ),
  "a fraction for a total": list(
    page({ total: 1.5 }),
    invalid({}, "meta.pagination.total: must be a whole number")
  ),
  "a negative total in a text": list(page({ total: "-1" }), invalid({}, "meta.pagination.total")),
  "a stream of a list that announces too little": stream(page({ total: "0", total_pages: 0 }), { value: 1 }),
  "a stream of another page than requested": stream(page({ total: 99, current_page: 2 }), {
    error: "ProcessMakerPaginationStuck",
    fields: { reason: "wrongPage" }
  }),
  "more rows than a page can have": list(
    json({ data: Array.from({ length: 10_001 }, () => null) }),
    invalid({ reason: "size" }, "data: must have at most 10000 rows")
  ),
  "errors in a stream": stream(json({ errors: ["No."] }), denied({}, "No."))
}

const deletions: Rows = {
  "deleted: meta": remove(json({ meta: { code: "1831" } })),
  "deleted: empty": remove(sent("")),
  "deleted: 204": remove({ status: 204, body: "" }),
  "deleted: []": remove(json([])),
  "deleted: null": remove(json(null)),
  "deleted: true": remove(json(true)),
  "deleted: an empty text": remove(json("")),
  "deleted: success": remove(json({ success: true, error: null, errors: [], status: "ok" })),
  "not deleted: HTML": remove(
    sent(html),
    invalid({ reason: "contentType", outcome: "unknown", html: true }, "a proxy or a firewall may have responded")
  ),
  "not deleted: text": remove(sent("OK"), invalid({ outcome: "unknown" })),
  "not deleted: error": remove(
    json({ error: "access_denied", message: "This client is in use." }),
    denied({ outcome: "notApplied" }, "This client is in use.", "[access_denied]")
  ),
  "not deleted: success false": remove(
    json({ success: false, message: "No." }),
    denied({ outcome: "notApplied" }, "No.")
  ),
  "not deleted: success 0": remove(json({ success: 0 }), denied({ outcome: "notApplied" })),
  "not deleted: status error": remove(json({ status: "error" }), denied({ outcome: "notApplied" })),
  "not deleted: status Failure": remove(json({ status: "Failure" }), denied({ outcome: "notApplied" })),
  "not deleted: errors as a text": remove(json({ errors: "No." }), denied({ outcome: "notApplied" }, "No."))
}

const updates: Rows = {
  "updated: 204": update({ status: 204, body: "" }),
  "updated: data null": update(json({ data: null })),
  "updated: only meta": update(json({ meta: { code: "1830" } })),
  "updated: empty": update(sent("")),
  "updated: blank": update(sent("\r\n")),
  "updated: []": update(json([])),
  "updated: {}": update(json({})),
  "updated: data []": update(json({ data: [] })),
  "updated: null": update(json(null)),
  "updated: 202 with the client": update(json({ data: resource({ revoked: false }) }, 202)),
  "not updated: true": update(json(true), invalid({ reason: "document", outcome: "unknown" })),
  "not updated: text": update(sent("OK"), invalid({ outcome: "unknown" })),
  "not updated: errors beside null": update(
    json({ data: null, errors: { name: ["No."] } }),
    denied({ outcome: "notApplied" }, "name: No.")
  ),
  "not updated: another client": update(
    json({ data: resource({}, "18") }),
    invalid({ reason: "mismatch", outcome: "unknown" })
  ),
  "a flag that is done": revoke(json({ data: resource({ revoked: "1" }) }), client({ revoked: true })),
  "a flag that is not stated": revoke(json({ data: resource({ revoked: null }) }), client()),
  "a flag that was ignored": revoke(json({ data: resource({ revoked: 0 }) }), ignored),
  "a flag that was ignored, read back": revoke({ status: 204, body: "" }, ignored)
}

const added: Rows = {
  "added with 200": { call: "addOauthClient", answer: json({ data: resource() }), result: client() },
  "added without a document": {
    call: "addOauthClient",
    answer: { status: 204, body: "" },
    result: invalid({ outcome: "unknown" })
  }
}

export const documents: Rows = { ...clients, ...pages, ...deletions, ...updates, ...added }
