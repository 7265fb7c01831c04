/**
 * Calls to what may not exist everywhere, such as Node's own modules and sockets.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"

/**
 * A method, bound to its object.
 *
 * @since 0.1.0
 * @internal
 */
export type Method = (...parameters: ReadonlyArray<unknown>) => unknown

/**
 * The method of this name, if the value has one.
 *
 * @since 0.1.0
 * @internal
 */
export const methodOf = (value: unknown, name: PropertyKey): Method | undefined => {
  const method = Predicate.hasProperty(value, name) ? value[name] : undefined
  return Predicate.isFunction(method) ? (...parameters) => Reflect.apply(method, value, parameters) : undefined
}
