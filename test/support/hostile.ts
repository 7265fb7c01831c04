/** What a hostile or careless server may send: our own secrets, in many writings and shapes. */
import * as Redacted from "effect/Redacted"

export const secrets = {
  clientSecret: "q8Zt1mVxK4bN7cYr2LhD9wPs6JfGe3RaU5oTi0Ek",
  password: "p\u00e4ss/word+<\"quoted\" & 'more'> 100%",
  accessToken: "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiI0MDcxODgyMiIsImp0aSI6IjlmIn0.c2lnbmF0dXJlLW9m",
  wordToken: "correct-horse-battery-staple",
  refreshToken: "def502008f3a1b7c9e4d2f6a0b5c8d1e7f4a9b2c",
  /** Of another client: no program here knows it. */
  otherClients: "Xa9Kd02LmQ7rTz4VbN1cWe8YpS5uGh3JfRi6Ot0B"
}

export const allSecrets: ReadonlyArray<string> = Object.values(secrets)

export const credentials = {
  clientId: "40718822",
  clientSecret: Redacted.make(secrets.clientSecret),
  username: "admin",
  password: Redacted.make(secrets.password)
}

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
const html = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;").replaceAll(
    "'",
    "&#039;"
  )

export const writings: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  percent: encodeURIComponent,
  "percent, lower case": (secret) => encodeURIComponent(secret).replaceAll(/%../g, (hex) => hex.toLowerCase()),
  "percent, as a URL": encodeURI,
  form: (secret) => new URLSearchParams([["", secret]]).toString().slice(1),
  base64,
  "base64 behind a user": (secret) => base64(`40718822:${secret}`),
  base64url: (secret) => base64(secret).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
  hex: (secret) => Buffer.from(secret).toString("hex"),
  json: (secret) => JSON.stringify(secret),
  "json in json": (secret) => JSON.stringify(JSON.stringify({ password: secret })),
  "json of PHP": (secret) => JSON.stringify(secret).replaceAll("/", "\\/").replaceAll("\u00e4", "\\u00e4"),
  html,
  "a query": (secret) => `client_secret=${secret}&x=1`,
  "a header": (secret) => `Authorization: Bearer ${secret}`,
  "upper case": (secret) => secret.toUpperCase(),
  "a statement": (secret) =>
    `SQLSTATE[23000]: Duplicate (SQL: insert into oauth_clients (secret) values (CI, ${secret}))`,
  "far behind": (secret) => `${"so ".repeat(60)}${secret}`,
  "at the cut": (secret) => `${"x ".repeat(395)}${secret}`,
  "very often": (secret) => `${secret} `.repeat(40)
}

type Shape = (said: string) => string

/** Every shape that is read into an error, and those that are not. */
export const shapes: Readonly<Record<string, Shape>> = {
  "JSON:API": (said) =>
    JSON.stringify({
      errors: [{
        id: said,
        code: said,
        title: said,
        detail: said,
        status: said,
        source: { pointer: said },
        meta: { said }
      }, {
        message: said,
        source: { parameter: said }
      }]
    }),
  "Laravel fields": (said) => JSON.stringify({ message: said, errors: { [said]: [said, said], name: said } }),
  "bare fields": (said) => JSON.stringify({ [said]: [said] }),
  OAuth: (said) => JSON.stringify({ error: said, error_description: said, message: said, hint: said, error_uri: said }),
  "OAuth, only a message": (said) => JSON.stringify({ error: "invalid_grant", message: said }),
  "problem+json": (said) => JSON.stringify({ type: said, title: said, detail: said, instance: said }),
  debug: (said) => JSON.stringify({ message: said, exception: said, file: said, line: 1, trace: [{ args: [said] }] }),
  html: (said) => `<html><body>${said}</body></html>`,
  truncated: (said) => JSON.stringify({ errors: [{ detail: said }] }).slice(0, -3)
}
