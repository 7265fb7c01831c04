import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { smoke } from "./smoke.js"

// A worker may only talk to others while it answers a request.
export default {
  fetch: async (request: Request): Promise<Response> =>
    Response.json(await smoke(JSON.parse(await request.text()), FetchHttpClient.layer))
}
