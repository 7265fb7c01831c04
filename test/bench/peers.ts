/** The HTTP clients that people use instead: each reads one page and says how many clients were on it. */
import axios from "axios"
import { got } from "got"
import ky from "ky"
import * as Http from "node:http"
import superagent from "superagent"
import { Agent, request } from "undici"
import { z } from "zod"

export type ReadPage = (url: string) => Promise<number>

const headers = { accept: "application/vnd.api+json", authorization: "Bearer bench" }

const Page = z.object({
  data: z.array(z.object({
    type: z.literal("client"),
    id: z.string(),
    attributes: z.object({
      name: z.string(),
      secret: z.string().nullish(),
      personal_access_client: z.boolean().nullish(),
      password_client: z.boolean().nullish(),
      revoked: z.boolean().nullish(),
      created_at: z.iso.datetime({ offset: true }).nullish().transform((text) => text && new Date(text)),
      updated_at: z.iso.datetime({ offset: true }).nullish().transform((text) => text && new Date(text))
    })
  })),
  meta: z.object({
    pagination: z.object({
      total: z.int(),
      count: z.int(),
      per_page: z.int(),
      current_page: z.int(),
      total_pages: z.int()
    })
  })
})

type Parse = (text: string) => { readonly data: ReadonlyArray<unknown> }

const plain: Parse = (text) => JSON.parse(text)
const withZod: Parse = (text) => Page.parse(JSON.parse(text))

const dispatcher = new Agent()
const agent = new Http.Agent({ keepAlive: true })

const texts: Readonly<Record<string, (url: string) => Promise<string>>> = {
  undici: async (url) => (await request(url, { dispatcher, headers })).body.text(),
  fetch: async (url) => (await fetch(url, { headers })).text(),
  ky: (url) => ky(url, { headers }).text(),
  got: (url) => got(url, { headers, agent: { http: agent } }).text(),
  axios: async (url) => (await axios.get<string>(url, { headers, httpAgent: agent, responseType: "text" })).data,
  superagent: async (url) => String((await superagent.get(url).set(headers).agent(agent).responseType("text")).body)
}

const reading = (text: (url: string) => Promise<string>, parse: Parse): ReadPage => async (url) =>
  parse(await text(url)).data.length

/** By name; the first four also with zod. */
export const peers: ReadonlyArray<readonly [name: string, read: ReadPage]> = [
  ...Object.entries(texts).map(([name, text]) => [name, reading(text, plain)] as const),
  ...Object.entries(texts).slice(0, 4).map(([name, text]) => [`${name} + zod`, reading(text, withZod)] as const)
]
