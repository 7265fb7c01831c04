// A page that is sent clients and errors by a service of its own.
import { OauthClientsError, OauthClientWithoutSecret } from "effect-processmaker-oauth"
import * as Schema from "effect/Schema"

export const readClient = Schema.decodeUnknownSync(OauthClientWithoutSecret)
export const readError = Schema.decodeUnknownSync(OauthClientsError)
