/** What a token endpoint answers. */
import { gzipSync } from "node:zlib"
import { client, html, json, sent } from "./row.js"
import type { Result, Row, Rows, Sent } from "./row.js"

const logIn = (answer: Sent, result: Result): Row => ({ call: "logIn", answer, result })

const token = { access_token: "tok-1", token_type: "Bearer", expires_in: 3600, refresh_token: "ref-1" }

/** A token answer with these members. */
const granted = (fields: Record<string, unknown>): Row => logIn(json({ ...token, ...fields }), client())

const failed = (reason: string, fields: Record<string, unknown>, ...says: ReadonlyArray<string>): Result => ({
  error: "ProcessMakerLoginFailed",
  fields: { reason, ...fields },
  says
})

const read: Rows = {
  "login: as it should be": granted({}),
  "login: a life that is no number": granted({ expires_in: "never" }),
  "login: a negative life": granted({ expires_in: -1 }),
  "login: a life in digits": granted({ expires_in: "3600" }),
  "login: a fraction of a second": granted({ expires_in: 90.5 }),
  "login: a blank behind the type": granted({ token_type: "Bearer " }),
  "login: a type in small letters": granted({ token_type: "bearer" }),
  "login: no type": granted({ token_type: null }),
  "login: no refresh token": granted({ refresh_token: false }),
  "login: no error": granted({ error: null }),
  "login: as text/html": logIn(sent(JSON.stringify(token), 200, { "content-type": "text/html" }), client()),
  "login: a byte order mark": logIn(sent(`\ufeff${JSON.stringify(token)}`), client()),
  "login: gzip, unsaid": logIn(sent(new Uint8Array(gzipSync(JSON.stringify(token)))), client())
}

const refused: Rows = {
  "no login: 200 with an error": logIn(
    json({ error: "invalid_grant", error_description: "Wrong password." }),
    failed("invalid_grant", { status: 200 }, "Wrong password.")
  ),
  "no login: 200 with an error that is an object": logIn(
    json({ error: { code: "invalid_client", message: "Unknown client." } }),
    failed("invalid_client", { status: 200 }, "Unknown client.")
  ),
  "no login: 200 without a token": logIn(json({ token_type: "Bearer" }), failed("invalid_response", { status: 200 })),
  "no login: an empty token": logIn(json({ ...token, access_token: "" }), failed("invalid_response", {})),
  "no login: a token with a line break": logIn(
    json({ ...token, access_token: "tok\n1" }),
    failed("invalid_response", { errors: [] })
  ),
  "no login: another type": logIn(json({ ...token, token_type: "mac" }), failed("invalid_response", {})),
  "no login: nothing": logIn(sent(""), failed("invalid_response", { status: 200 })),
  "no login: a list": logIn(json([]), failed("invalid_response", { status: 200 })),
  "no login: HTML": logIn(sent(html), failed("invalid_response", { html: true, errors: [] }, "an HTML page")),
  "no login: 400": logIn(json({ error: "invalid_grant" }, 400), failed("invalid_grant", { status: 400 })),
  "no login: 401, as servers of 2017 said it": logIn(
    json({ error: "invalid_credentials", message: "The user credentials were incorrect." }, 401),
    failed("invalid_credentials", { status: 401 }, "The user credentials were incorrect.")
  ),
  "no login: 422 in JSON:API": logIn(
    json({ errors: [{ title: "No such client." }] }, 422),
    failed("refused", { status: 422 }, "No such client.")
  ),
  "no login: 404": logIn(
    sent(html, 404, { "content-type": "text/html" }),
    failed("invalid_response", { status: 404, html: true })
  )
}

const passing = (error: string, answer: Sent, fields: Record<string, unknown>): Row =>
  logIn(answer, { error: `ProcessMaker${error}`, fields: { during: "login", ...fields } })

const notNow: Rows = {
  "not now: 429": passing("RateLimited", sent("Too Many Attempts.", 429, { "retry-after": "1.7" }), {
    retryAfter: 2000
  }),
  "not now: 503": passing("ServerError", sent("", 503, { "retry-after": "2, 2" }), { retryAfter: 2000 }),
  "not now: 500 with text": passing("ServerError", sent("Whoops", 500), { status: 500 }),
  "a redirect of the token endpoint": passing(
    "UnexpectedStatus",
    { status: 301, headers: { location: "https://elsewhere.example.test/oauth/access_token" }, body: "" },
    { status: 301, redirectOrigin: "https://elsewhere.example.test" }
  )
}

export const logins: Rows = { ...read, ...refused, ...notNow }
