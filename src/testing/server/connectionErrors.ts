/**
 * Errors like those of Node's clients, so that code that reads their codes can be tested without a socket.
 *
 * @since 0.1.0
 */
const coded = (message: string, details: Readonly<Record<string, string>>): Error =>
  Object.assign(new Error(message), details)

/** The connection was reset or refused. */
export const connectionError = (code: "ECONNRESET" | "ECONNREFUSED"): Error =>
  code === "ECONNRESET"
    ? coded("read ECONNRESET", { code, syscall: "read" })
    : coded("connect ECONNREFUSED 127.0.0.1:443", { code, syscall: "connect", address: "127.0.0.1" })

/** The host name could not be resolved. */
export const unknownHost = (hostname: string): Error =>
  coded(`getaddrinfo ENOTFOUND ${hostname}`, { code: "ENOTFOUND", syscall: "getaddrinfo", hostname })

/** The server closed the connection before the body was complete. */
export const brokenOff = (): Error => {
  const error = coded("other side closed", { code: "UND_ERR_SOCKET" })
  error.name = "SocketError"
  return error
}
