import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import type { NoAnswer } from "../failure/failure.js"
import { describeBodyError } from "./transportFailure.js"

/**
 * A body as it arrives, up to a limit, in one buffer: with a list of chunks, a server that sends single bytes could use
 * a hundred times the memory.
 */
export class ReceivedBody {
  readonly #limit: number
  #bytes: Uint8Array = new Uint8Array(0)
  #size = 0
  /** The body exceeds the limit. The excess is not kept. */
  isOver = false
  /** The reader was interrupted. */
  isClosed = false

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Adds a chunk, and returns whether to read on. */
  add(chunk: Uint8Array): boolean {
    const size = this.#size + chunk.byteLength
    this.isOver ||= size > this.#limit
    if (this.isOver || this.isClosed) return false
    if (this.#size === 0) this.#bytes = chunk
    else {
      if (size > this.#bytes.byteLength) this.#grow(size)
      this.#bytes.set(chunk, this.#size)
    }
    this.#size = size
    return true
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size)
  }

  #grow(size: number): void {
    const larger = new Uint8Array(Math.max(size, Math.min(this.#limit, 2 * this.#bytes.byteLength)))
    larger.set(this.bytes)
    this.#bytes = larger
  }
}

/** Reads a body up to the limit of `received`, regardless of `Content-Length`. */
export const receive = (
  response: HttpClientResponse.HttpClientResponse,
  received: ReceivedBody
): Effect.Effect<void, NoAnswer> => {
  // Transports expose their source: a web or undici response, which has a body, or Node's message.
  const source = Predicate.hasProperty(response, "source") ? response.source : undefined
  const body = Predicate.hasProperty(source, "body") ? source.body : source
  if (isIterable(body)) return iterate(body, received)
  // Safari cannot iterate a web stream.
  return source === undefined || Predicate.hasProperty(body, "getReader")
    ? Stream.runForEachWhile(response.stream, (chunk) => Effect.sync(() => received.add(chunk))).pipe(
      Effect.catchAll((error) =>
        error.reason === "EmptyBody" ? receiveWhole(response, received) : Effect.fail(describeBodyError(error))
      )
    )
    : receiveWhole(response, received)
}

const isIterable = (body: unknown): body is AsyncIterable<Uint8Array> =>
  Predicate.hasProperty(body, Symbol.asyncIterator) && Predicate.isFunction(body[Symbol.asyncIterator])

// Leaving the loop closes the stream. After an interruption, the request's scope closes it. Effect's own stream of the
// same body takes 450 more steps.
const iterate = (chunks: AsyncIterable<Uint8Array>, received: ReceivedBody): Effect.Effect<void, NoAnswer> =>
  Effect.async((resume) => {
    collect(chunks, received).then(
      () => resume(Effect.void),
      (cause: unknown) => resume(Effect.fail(describeBodyError(cause)))
    )
    return Effect.sync(() => {
      received.isClosed = true
    })
  })

const collect = async (chunks: AsyncIterable<Uint8Array>, received: ReceivedBody): Promise<void> => {
  for await (const chunk of chunks) if (!received.add(chunk)) return
}

// React Native and mocks have no stream, so the size is known only once the body is read. A body that was not read is
// not empty.
const receiveWhole = (
  response: HttpClientResponse.HttpClientResponse,
  received: ReceivedBody
): Effect.Effect<void, NoAnswer> =>
  response.arrayBuffer.pipe(
    Effect.map((buffer) => new Uint8Array(buffer)),
    Effect.catchAll((error) =>
      Effect.mapBoth(response.text, {
        onFailure: () => describeBodyError(error),
        onSuccess: (text) => new TextEncoder().encode(text)
      })
    ),
    Effect.map((bytes) => void received.add(bytes))
  )

type Format = "gzip" | "deflate"

// Detects the format by the first bytes (RFC 1952 and RFC 1950), since a transport that decompressed the body keeps the
// header. No JSON text starts with them.
const formatOf = ([first, second]: Uint8Array): Format | undefined =>
  first === 0x1f && second === 0x8b
    ? "gzip"
    : first === 0x78 && (second === 0x01 || second === 0x5e || second === 0x9c || second === 0xda)
    ? "deflate"
    : undefined

/** Whether the body is still compressed. */
export const isPacked = ({ bytes, isOver }: ReceivedBody): boolean => !isOver && formatOf(bytes) !== undefined

/** Decompresses the body up to the limit. Fails with what was expected. */
export const unpack = (packed: ReceivedBody, limit: number): Effect.Effect<ReceivedBody, string> => {
  const format = formatOf(packed.bytes)
  if (format === undefined) return Effect.succeed(packed)
  if (!Predicate.hasProperty(globalThis, "DecompressionStream")) {
    return Effect.fail(`must not be compressed (${format}), which this runtime cannot decompress`)
  }
  const received = new ReceivedBody(limit)
  return Stream.fromReadableStream(
    () => new Blob([packed.bytes.slice()]).stream().pipeThrough(new DecompressionStream(format)),
    () => `must be complete ${format} data`
  ).pipe(
    Stream.runForEachWhile((chunk) => Effect.sync(() => received.add(chunk))),
    Effect.as(received)
  )
}

// A byte order mark overrides the header (WHATWG Encoding Standard, "BOM sniff").
const charsetOf = ([first, second, third]: Uint8Array, contentType: string): string =>
  first === 0xef && second === 0xbb && third === 0xbf
    ? "utf-8"
    : first === 0xfe && second === 0xff
    ? "utf-16be"
    : first === 0xff && second === 0xfe
    ? "utf-16le"
    : /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1] ?? "utf-8"

/** The decoder for a charset, or for UTF-8 if the server names an unknown one. */
const decoderOf = (charset: string, fatal: boolean): TextDecoder =>
  Option.getOrElse(
    Option.liftThrowable(() => new TextDecoder(charset, { fatal }))(),
    () => new TextDecoder("utf-8", { fatal })
  )

/** Decodes the body by its charset, UTF-8 by default. Invalid bytes become U+FFFD. */
export const lenientText = ({ bytes }: ReceivedBody, contentType: string): string =>
  decoderOf(charsetOf(bytes, contentType), false).decode(bytes)

/** Decodes the body by its charset. For invalid bytes, the left side says what was expected. */
export const strictText = (
  { bytes }: ReceivedBody,
  contentType: string,
  encoding: string | undefined
): Either.Either<string, string> => {
  const charset = charsetOf(bytes, contentType)
  const packing = encoding === undefined ? "" : ` (Content-Encoding: ${encoding.slice(0, 32)})`
  return Either.try({
    try: () => decoderOf(charset, true).decode(bytes),
    catch: () => `must be text in ${charset.slice(0, 32)}, or name another charset in Content-Type${packing}`
  })
}
