/** Advice on a failure, by the tag of its error. */
import type { ProcessMakerError } from "effect-processmaker-oauth"

const byTag: Readonly<Record<ProcessMakerError["_tag"], string>> = {
  ProcessMakerUnauthorized:
    "Check that the API accepts tokens of this OAuth client. The server refused a new token too.",
  ProcessMakerForbidden: "Give the account of the login permission to read this user's clients.",
  ProcessMakerNotFound: "Remove these users from the input: the server does not know them.",
  ProcessMakerUnprocessable: "Correct the input that the message names.",
  ProcessMakerRateLimited: "Run again later, lower the rate, or run with --patient.",
  ProcessMakerServerError:
    "Run again later, or with --patient. If it persists, report the request ID to the server's support.",
  ProcessMakerUnexpectedStatus: "Check the base URL: the API does not respond like this.",
  ProcessMakerTransportError: "Check the network, the host name and the certificate; then run again.",
  ProcessMakerTimeout: "Run again later, or with --patient. The server takes too long to respond.",
  ProcessMakerInvalidResponse: "Run with --skip-invalid to skip rows that cannot be read, and report the message.",
  ProcessMakerChangeIgnored: "Make the change in another way. The server reported success, but did not make it.",
  ProcessMakerInvalidRequest: "Correct the input that the message names. Nothing was sent.",
  ProcessMakerLoginFailed: "Check the client ID, the client secret, the user name and the password.",
  ProcessMakerPaginationStuck: "Run again with --restart while the list does not change."
}

export const adviceFor = (tag: string): string =>
  Object.entries(byTag).find(([known]) => known === tag)?.[1] ?? "Read the message; then run again."
