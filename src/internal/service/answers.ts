import * as Effect from "effect/Effect"
import type { CallFacts } from "../../ErrorDetail.js"
import type { OauthClient, OauthClientChanges } from "../../OauthClient.js"
import type { ProcessMakerChangeIgnored } from "../../ProcessMakerError.js"
import { changeIgnored } from "../failure/publicErrors.js"
import type { Flag } from "../wire/client.js"
import type { ClientDocument } from "../wire/document.js"

const flags: ReadonlyArray<Flag> = ["personalAccessClient", "passwordClient", "revoked"]

/** Returns the client if the response to a write states the flags that were sent. */
export const confirmed = (
  sent: Partial<OauthClientChanges>,
  { client, stated }: ClientDocument,
  facts: () => CallFacts
): Effect.Effect<OauthClient, ProcessMakerChangeIgnored> => {
  const ignored = flags.filter((flag) =>
    sent[flag] !== undefined && stated.includes(flag) && sent[flag] !== client[flag]
  )
  if (ignored.length === 0) return Effect.succeed(client)
  const changes = Object.values(sent).filter((value) => value !== undefined).length
  const outcome = ignored.length === changes ? "notApplied" : "applied"
  return Effect.fail(changeIgnored(ignored, client, { ...facts(), outcome }))
}
