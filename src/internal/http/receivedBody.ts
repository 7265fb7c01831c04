/**
 * A body as it arrives, up to a limit, in one piece of memory: a list of its chunks would let a server that sends single
 * bytes take a hundred times as much.
 */
export class ReceivedBody {
  readonly #limit: number
  #bytes = new Uint8Array(0)
  #size = 0
  /** More came than the limit allows. What is over it is not kept. */
  isOver = false

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether more may come. */
  add(chunk: Uint8Array): boolean {
    this.isOver = this.#size + chunk.byteLength > this.#limit
    if (this.isOver) return false
    this.#reserve(this.#size + chunk.byteLength)
    this.#bytes.set(chunk, this.#size)
    this.#size += chunk.byteLength
    return true
  }

  text(): string {
    return new TextDecoder().decode(this.#bytes.subarray(0, this.#size))
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.byteLength) return
    const larger = new Uint8Array(Math.max(size, Math.min(this.#limit, 2 * this.#bytes.byteLength)))
    larger.set(this.#bytes.subarray(0, this.#size))
    this.#bytes = larger
  }
}
