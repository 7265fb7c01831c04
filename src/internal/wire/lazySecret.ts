import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

type Secret = Redacted.Redacted<string>

// Gives an object that exists already the private fields of a class below.
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
 * `Option.some(Redacted.make(text))`, but made when it is looked at: each `Redacted` is an entry of a `WeakMap`, which
 * costs the garbage collector more than all the rest of a client, and few programs look at the secrets of a list.
 */
export const lazySecret = (text: string): Option.Option<Secret> => {
  const option: Option.Option<Secret> = Object.create(some)
  Kept.in(option, text)
  return Object.defineProperty(option, "value", value)
}
