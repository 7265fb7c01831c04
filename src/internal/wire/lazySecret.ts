import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

type Secret = Redacted.Redacted<string>

// Adds the private fields of a subclass to an existing object.
class Given {
  constructor(object: object) {
    return object
  }
}

class Kept extends Given {
  readonly #text: string
  #secret: Secret | undefined

  private constructor(option: object, text: string) {
    super(option)
    this.#text = text
  }

  static in(option: object, text: string): void {
    void new Kept(option, text)
  }

  static secretOf(option: object): Secret | undefined {
    return #text in option ? option.#secret ??= Redacted.make(option.#text) : undefined
  }
}

const some: object = Object.getPrototypeOf(Option.some(undefined))

const value: PropertyDescriptor & ThisType<object> = {
  enumerable: true,
  get() {
    return Kept.secretOf(this)
  }
}

/**
 * `Option.some(Redacted.make(text))`, created on first access: each `Redacted` is an entry of a `WeakMap`, which costs
 * the garbage collector more than the rest of a client, and few programs read the secrets of a list.
 */
export const lazySecret = (text: string): Option.Option<Secret> => {
  const option: Option.Option<Secret> = Object.create(some)
  Kept.in(option, text)
  return Object.defineProperty(option, "value", value)
}
