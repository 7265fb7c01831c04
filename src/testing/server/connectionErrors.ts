/**
 * Errors that look like those of Node's clients, so that code which reads their codes can be tested without a socket.
 *
 * @since 0.1.0
 */
const coded = (message: string, details: Readonly<Record<string, string>>): Error =>
  Object.assign(new Error(message), details)

/** The connection was reset, or never made. */
export const connectionError = (code: "ECONNRESET" | "ECONNREFUSED"): Error =>
  code === "ECONNRESET"
    ? coded("read ECONNRESET", { code, syscall: "read" })
    : coded("connect ECONNREFUSED 127.0.0.1:443", { code, syscall: "connect", address: "127.0.0.1" })

/** There is no such host. */
export const unknownHost = (hostname: string): Error =>
  coded(`getaddrinfo ENOTFOUND ${hostname}`, { code: "ENOTFOUND", syscall: "getaddrinfo", hostname })

/** The other side went away before the body had ended. */
export const brokenOff = (): Error => {
  const error = coded("other side closed", { code: "UND_ERR_SOCKET" })
  error.name = "SocketError"
  return error
}
