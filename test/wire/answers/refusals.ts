/** The words of a refusal, whatever shape they have, and how long it asks to wait. */
import { gzipSync } from "node:zlib"
import { find, html, json, latin1, mediaType, sent } from "./row.js"
import type { Result, Row, Rows, Sent } from "./row.js"

const refused = (error: string, fields: Record<string, unknown>, ...says: ReadonlyArray<string>): Result => ({
  error: `ProcessMaker${error}`,
  fields,
  says
})

const forbidden = (body: unknown, ...says: ReadonlyArray<string>): Row =>
  find(json(body, 403), refused("Forbidden", { status: 403 }, ...says))

const words: Rows = {
  "words: JSON:API": forbidden(
    { errors: [{ code: 1832, title: "No.", source: { pointer: "/data" } }] },
    "/data: No. [1832]"
  ),
  "words: errors as a text": forbidden({ errors: "No." }, "No."),
  "words: errors as a list of lists": forbidden({ errors: [["No."], ["Never."]] }, "No.; Never."),
  "words: errors as nested maps": forbidden({ errors: { owner: { mail: ["No."] } } }, "owner.mail: No."),
  "words: message": forbidden({ message: "No." }, "No."),
  "words: message as a list": forbidden({ message: ["a", "b"] }, "a; b"),
  "words: msg": find(json({ msg: "Gone fishing." }, 503), refused("ServerError", { status: 503 }, "Gone fishing.")),
  "words: error": forbidden({ error: "Unauthenticated." }, "Unauthenticated."),
  "words: OAuth": forbidden({ error: "access_denied", error_description: "No." }, "No. [access_denied]"),
  "words: problem details": forbidden({ type: "about:blank", title: "Bad", detail: "No.", status: 403 }, "No."),
  "words: an error object": forbidden({ error: { message: "No.", code: "E7" } }, "No. [E7]"),
  "words: an error that is empty": forbidden({ error: {}, message: "No." }, "No."),
  "words: a list at the root": forbidden(["No.", "Never."], "No.; Never."),
  "words: a text at the root": forbidden("No.", "No."),
  "words: fields at the root": find(
    json({ "data.attributes.name": ["Too short."] }, 422),
    refused("Unprocessable", { status: 422 }, "data.attributes.name: Too short.")
  ),
  "words: FastAPI": find(
    json({ detail: [{ loc: ["body", "name"], msg: "field required" }] }, 422),
    refused("Unprocessable", { status: 422 }, "body.name: field required")
  ),
  "words: text": find(
    sent("Too Many Attempts.", 429, { "content-type": "text/plain" }),
    refused("RateLimited", { status: 429 }, "Too Many Attempts.")
  ),
  "words: Latin-1, said": find(
    sent(latin1(`{"message":"Größe fehlt"}`), 422, { "content-type": "application/json; charset=latin1" }),
    refused("Unprocessable", {}, "Größe fehlt")
  ),
  "words: Latin-1, unsaid": find(
    sent(latin1(`{"message":"Größe fehlt"}`), 422),
    refused("Unprocessable", {}, "Gr\ufffd\ufffde fehlt")
  ),
  "words: compressed": find(
    sent(new Uint8Array(gzipSync(`{"message":"No."}`)), 403),
    refused("Forbidden", {}, "No.")
  ),
  "words: bytes are none": find(
    sent(new Uint8Array([0x1b, 0x30, 0x00, 0xe0, 0x8d, 0x94, 0x6e]), 403),
    refused("Forbidden", { errors: [] })
  ),
  "words: lists too deep for any": find(
    sent("[".repeat(50_000) + "]".repeat(50_000), 403),
    refused("Forbidden", { errors: [] })
  ),
  "words: maps too deep for any": find(
    sent(`{"errors":${`{"a":`.repeat(20_000)}"No."${"}".repeat(20_001)}`, 403),
    refused("Forbidden", { errors: [] })
  ),
  "words: half a text is none": find(sent(`"No.`, 403), refused("Forbidden", { errors: [] })),
  "words: half a document is none": find(sent(`{"errors":[{"tit`, 403), refused("Forbidden", { errors: [] })),
  "words: HTML is none": find(
    sent(html, 400, { "content-type": "text/html", "cf-ray": "8f1e2d3c4b5a6978-FRA" }),
    refused(
      "Unprocessable",
      { html: true, requestId: "8f1e2d3c4b5a6978-FRA", errors: [] },
      "status 400; the body is an HTML page: a proxy or a firewall may have responded",
      "(request 8f1e2d3c4b5a6978-FRA)"
    )
  )
}

const date = "Fri, 03 Nov 2017 09:15:42 GMT"
const second = Date.parse(date) / 1000

/** What a refusal with these headers asks to wait, in milliseconds. */
const wait = (headers: NonNullable<Sent["headers"]>, retryAfter: number | undefined, status = 429): Row =>
  find(
    sent("", status, { date, ...headers }),
    refused(status === 429 ? "RateLimited" : "ServerError", { status, retryAfter })
  )

const waits: Rows = {
  "wait: seconds": wait({ "retry-after": "2" }, 2000),
  "wait: a fraction": wait({ "retry-after": "1.7" }, 2000),
  "wait: a list": wait({ "retry-after": "2, 2" }, 2000),
  "wait: a date": wait({ "retry-after": "Fri, 03 Nov 2017 09:15:44 GMT" }, 2000),
  "wait: a date and seconds": wait({ "retry-after": "Fri, 03 Nov 2017 09:15:44 GMT, 3" }, 3000),
  "wait: two lines": {
    ...wait({ "retry-after": ["1", "3"] }, 3000),
    through: ["inProcess", "undici", "fetch"]
  },
  // Node's message keeps the first one.
  "wait: two lines, of which one is shown": { ...wait({ "retry-after": ["1", "3"] }, 1000), through: ["node:http"] },
  "wait: none": wait({}, undefined),
  "wait: a word": wait({ "retry-after": "soon" }, undefined),
  "wait: negative": wait({ "retry-after": "-1" }, undefined),
  "wait: past": wait({ "retry-after": "Fri, 03 Nov 2017 09:15:40 GMT" }, undefined),
  "wait: two days": wait({ "retry-after": "172800" }, undefined),
  "wait: 503": wait({ "retry-after": "1.7" }, 2000, 503),
  "wait: 503 has no rate limit": wait({ "x-ratelimit-reset": `${second + 2}` }, undefined, 503),
  "wait: a reset in epoch seconds": wait({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${second + 2}` }, 2000),
  "wait: a reset in epoch milliseconds": wait({ "x-ratelimit-reset": `${(second + 2) * 1000}` }, 2000),
  "wait: a reset in seconds from now": wait({ "ratelimit-reset": "2" }, 2000),
  "wait: a reset, spelled otherwise": wait({ "x-rate-limit-reset": "2" }, 2000),
  "wait: a reset in ten years": wait({ "x-ratelimit-reset": "1764176400000" }, undefined),
  "wait: a reset while some are left": wait({ "x-ratelimit-remaining": "3", "x-ratelimit-reset": "2" }, undefined),
  "wait: Retry-After outweighs a reset": wait({ "retry-after": "1", "x-ratelimit-reset": "9" }, 1000)
}

const statuses: Rows = {
  "a proxy's word for a silent origin": find(sent("", 522), refused("ServerError", { status: 522 })),
  "a redirect to a login page": find(
    { status: 302, headers: { location: "/login", "content-type": mediaType }, body: "" },
    refused("UnexpectedStatus", { status: 302 })
  ),
  "a challenge of another scheme": find(
    sent("", 401, { "www-authenticate": `Basic realm="a, Bearer"` }),
    refused("Unauthorized", { challenge: "otherScheme" })
  ),
  "a scope that does not suffice": find(
    sent("", 401, { "www-authenticate": `Bearer error="insufficient_scope"` }),
    refused("Unauthorized", { challenge: "insufficientScope" })
  )
}

export const refusals: Rows = { ...words, ...waits, ...statuses }
