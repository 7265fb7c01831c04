import type * as main from "effect-processmaker-oauth"
import type * as testing from "effect-processmaker-oauth/testing"
import { describe, expect, test } from "tstyche"

type IsAny<T> = 0 extends 1 & T ? true : false

/** The names whose type, or whose result or instance, is `any`. */
type Anys<Module> = {
  [Name in keyof Module]: IsAny<Module[Name]> extends true ? Name
    : Module[Name] extends (...args: never) => infer Result ? IsAny<Result> extends true ? Name : never
    : Module[Name] extends new(...args: never) => infer Instance ? AnyFields<Instance> extends never ? never : Name
    : never
}[keyof Module]

type AnyFields<T> = { [Field in keyof T]-?: IsAny<T[Field]> extends true ? Field : never }[keyof T]

describe("no exported type is any", () => {
  test("main door", () => {
    expect<Anys<typeof main>>().type.toBe<never>()
    expect<AnyFields<main.OauthClientsServiceShape>>().type.toBe<never>()
    expect<AnyFields<main.ProcessMakerConfigShape>>().type.toBe<never>()
    expect<AnyFields<main.AccessTokenProviderShape>>().type.toBe<never>()
    expect<AnyFields<main.PageReport>>().type.toBe<never>()
  })

  test("testing door", () => {
    expect<Anys<typeof testing>>().type.toBe<never>()
  })
})
