/** Charsets, and compression that the transport should have undone. Fetch does, the clients of Node do not. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import { client, find, invalid, latin1, resource, sent } from "./row.js"
import type { Result, Row, Rows, Way } from "./row.js"

const item = (name: string): string => JSON.stringify({ data: resource({ name }) })
const büro: Result = client({ name: "Büro" })
const bytes = (buffer: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(buffer)
const inLatin1 = latin1(item("Büro"))
const utf16 = bytes(Buffer.from(`\ufeff${item("Büro")}`, "utf16le"))

const typed = (type: string, body: Uint8Array<ArrayBuffer> | string, result: Result): Row =>
  find(sent(body, 200, { "content-type": `application/json${type}` }), result)

const charsets: Rows = {
  "UTF-8, unsaid": typed("", item("Büro"), büro),
  "a byte order mark": typed("", `\ufeff${item("Büro")}`, büro),
  "a byte order mark, and another charset said": typed("; charset=latin1", `\ufeff${item("Büro")}`, büro),
  "Latin-1, said": typed("; charset=ISO-8859-1", inLatin1, büro),
  "Latin-1, said in quotes behind another parameter": typed(`; profile=x; Charset = "latin1"`, inLatin1, büro),
  "Latin-1, unsaid": typed("", inLatin1, invalid({ reason: "json" }, "must be text in utf-8")),
  "UTF-16 by its byte order mark": typed("", utf16, büro),
  "UTF-16, the other way round": typed("", bytes(Buffer.from(utf16).swap16()), büro),
  "UTF-16, said": typed("; charset=utf-16le", utf16.slice(2), büro),
  "a charset that does not exist": typed("; charset=klingon", item("Büro"), büro),
  "a replacement character that the server sent": typed("", item("B\ufffd"), client({ name: "B\ufffd" }))
}

const packed = (body: Uint8Array, encoding?: string, result: Result = büro, through?: ReadonlyArray<Way>): Row => ({
  ...find(sent(bytes(body), 200, encoding === undefined ? {} : { "content-encoding": encoding }), result),
  ...(through === undefined ? {} : { through })
})

const unpacksNothing: ReadonlyArray<Way> = ["inProcess", "fault", "undici", "node:http"]
const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 32))

const compressed: Rows = {
  "gzip, said": packed(gzipSync(item("Büro")), "gzip"),
  "gzip, unsaid": packed(gzipSync(item("Büro"))),
  "deflate, said": packed(deflateSync(item("Büro")), "deflate"),
  "deflate, unsaid": packed(deflateSync(item("Büro"), { level: 9 })),
  "deflate at a low level, unsaid": packed(deflateSync(item("Büro"), { level: 4 })),
  "deflate at the lowest level, unsaid": packed(deflateSync(item("Büro"), { level: 1 })),
  "deflate without its header": packed(
    deflateRawSync(item("Büro")),
    "deflate",
    invalid({ reason: "json" }, "Content-Encoding: deflate"),
    unpacksNothing
  ),
  "brotli, said": packed(
    brotliCompressSync(item("Büro")),
    "br",
    invalid({ reason: "json" }, "Content-Encoding: br"),
    unpacksNothing
  ),
  "brotli, said to a client that unpacks it": packed(brotliCompressSync(item("Büro")), "br", büro, ["fetch"]),
  "brotli, unsaid": packed(brotliCompressSync(item("Büro")), undefined, invalid({ reason: "json" }, "utf-8")),
  "said and not compressed": packed(Buffer.from(item("Büro")), "gzip", büro, unpacksNothing),
  "gzip of Latin-1, unsaid and said": typed("; charset=latin1", bytes(gzipSync(inLatin1)), büro),
  "gzip, cut short": packed(
    gzipSync(item("Büro")).subarray(0, 30),
    undefined,
    invalid({ reason: "json" }, "must be complete gzip data")
  ),
  "a small gzip that unpacks to a lot": packed(bomb, undefined, invalid({ reason: "size" }))
}

export const inBytes: Rows = { ...charsets, ...compressed }
