/**
 * Errors like those of Node's clients, so that code that reads their codes can be tested without a socket.
 *
 * @since 0.1.0
 */

/** The connection was reset or refused. */
export const connectionError = (code: "ECONNRESET" | "ECONNREFUSED"): Error =>
  code === "ECONNRESET"
    ? Object.assign(new Error("read ECONNRESET"), { code, syscall: "read" })
    : Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:443"), { code, syscall: "connect", address: "127.0.0.1" })

/** The host name could not be resolved. */
export const unknownHost = (hostname: string): Error =>
  Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: "ENOTFOUND", syscall: "getaddrinfo", hostname })

/** The server closed the connection before the body was complete. */
export const brokenOff = (): Error =>
  Object.assign(new Error("other side closed"), { name: "SocketError", code: "UND_ERR_SOCKET" })
