/**
 * The differences between servers, one entry per profile.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Record from "effect/Record"
import * as Struct from "effect/Struct"
import type { FakeClient } from "../FakeClient.js"
import type { FakeProfile } from "../FakeOptions.js"
import type { Fields } from "./messages.js"
import { neighbours, type PageView, topLevel } from "./pageLinks.js"
import { errorArray, type ErrorForm, jsonApi, laravel54, laravel55, numericCodes } from "./Problem.js"

/** A client in one response. `unset` lists the flags of a new client that the caller did not set. */
export interface ShownClient {
  readonly row: FakeClient
  readonly secret: string | undefined
  readonly unset: ReadonlyArray<string>
}

/** The formats of one server. */
export interface Profile {
  readonly contentType: string
  readonly showSecrets: "always" | "created" | "never"
  readonly emptyPages: 0 | 1
  readonly rateHeaders: "laravel" | "spec"
  readonly error: ErrorForm
  readonly id: (id: string) => number | string
  readonly attributes: (client: ShownClient) => Fields
  /** Members of a resource object beside those that every server sends. */
  readonly members: (id: string) => Fields
  readonly envelope: (content: Fields) => Fields
  readonly pagination: (page: PageView) => Fields
  readonly links: (page: PageView) => Fields | undefined
}

const plainTime = (time: DateTime.Utc): string => DateTime.formatIso(time).slice(0, 19).replace("T", " ")
const isoTime = (time: DateTime.Utc): string => `${DateTime.formatIso(time).slice(0, 19)}+00:00`
const microTime = (time: DateTime.Utc): string => `${DateTime.formatIso(time).slice(0, 23)}456Z`
const carbonTime = (time: DateTime.Utc): Fields => ({ date: `${plainTime(time)}.000000` })

const attributes = ({ row, secret }: ShownClient, time: (time: DateTime.Utc) => unknown): Fields => ({
  name: row.name,
  ...(secret === undefined ? {} : { secret }),
  personal_access_client: row.personalAccessClient,
  password_client: row.passwordClient,
  revoked: row.revoked,
  created_at: time(row.createdAt),
  updated_at: time(row.updatedAt)
})

const integerId = (id: string): number | string => /^\d{1,15}$/.test(id) && String(Number(id)) === id ? Number(id) : id

/** PHP encodes an empty map as a JSON list. */
const mapOrList = (map: Fields): unknown => Object.keys(map).length === 0 ? [] : map

const standard: Profile = {
  contentType: "application/vnd.api+json",
  showSecrets: "always",
  emptyPages: 0,
  rateHeaders: "laravel",
  error: errorArray(false),
  id: (id) => id,
  attributes: (client) => attributes(client, isoTime),
  members: () => ({}),
  envelope: (content) => content,
  pagination: (page) => ({ ...page.numbers, links: mapOrList(neighbours(page)) }),
  links: () => undefined
}

const flag = (value: boolean): number => value ? 1 : 0

const carbonAttributes = (client: ShownClient): Fields => ({
  ...attributes(client, carbonTime),
  secret: client.secret ?? null,
  personal_access_client: flag(client.row.personalAccessClient),
  password_client: flag(client.row.passwordClient),
  revoked: client.row.revoked ? 1 : null,
  created_at: { ...carbonTime(client.row.createdAt), timezone_type: 3, timezone: "UTC" }
})

/** The profiles by name. */
const profiles: Readonly<Record<FakeProfile, Profile>> = {
  default: standard,
  spec: {
    ...standard,
    rateHeaders: "spec",
    error: errorArray(true),
    id: integerId,
    pagination: (page) => ({ ...page.numbers, links: neighbours(page) })
  },
  laravel54: {
    ...standard,
    contentType: "application/json",
    showSecrets: "created",
    error: laravel54,
    id: integerId,
    attributes: (client) => Record.filter(attributes(client, plainTime), (_, name) => !client.unset.includes(name))
  },
  laravel55: {
    ...standard,
    contentType: "application/json",
    showSecrets: "created",
    emptyPages: 1,
    error: laravel55,
    attributes: (client) =>
      Record.map(attributes(client, plainTime), (value, name) => client.unset.includes(name) ? null : value),
    pagination: (page) => ({ ...page.numbers, links: neighbours(page) })
  },
  carbon2016: {
    ...standard,
    contentType: "application/vnd.api+json; charset=utf-8",
    showSecrets: "created",
    error: numericCodes,
    attributes: carbonAttributes,
    pagination: ({ numbers }) => numbers
  },
  jsonapi014: {
    ...standard,
    emptyPages: 1,
    error: jsonApi,
    attributes: (client) => ({ ...attributes(client, microTime), user_id: 3, redirect: "" }),
    members: (id) => ({ links: { self: `http://localhost/api/v1/client/${id}` }, meta: {} }),
    envelope: (content) => ({ jsonapi: { version: "1.0" }, ...content }),
    pagination: ({ numbers }) => numbers,
    links: topLevel
  }
}

/** The names of the profiles. */
export const profileNames: ReadonlyArray<FakeProfile> = Struct.keys(profiles)

/** The profile of this name. Throws for an unknown name, which JavaScript callers may pass. */
export const profileOf = (name: FakeProfile): Profile => {
  if (profileNames.includes(name)) return profiles[name]
  throw new Error(`FakeProcessMaker has no profile ${name}; it has ${profileNames.join(", ")}`)
}
