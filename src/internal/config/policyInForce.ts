import * as Context from "effect/Context"
import * as Either from "effect/Either"
import type * as Fiber from "effect/Fiber"
import type { SchemaIssue } from "../../ErrorDetail.js"
import { overridden, RetryPolicy } from "../../RetryPolicy.js"
import type { RetryPolicyOptions } from "../../RetryPolicy.js"
import { resolvePolicy } from "../call/decision.js"
import type { ResolvedPolicy } from "../call/decision.js"

/** The layer's own policy. If a configuration that nobody checked holds none, each call says so. */
export const layerPolicy = (retry: RetryPolicyOptions): ResolvedPolicy =>
  Either.getOrThrow(Either.orElse(resolvePolicy(retry), () => resolvePolicy()))

/** The layer's policy under what this part of the program overrides. */
export const policyInForce = (
  retry: RetryPolicyOptions
): (
  fiber: Pick<Fiber.RuntimeFiber<unknown, unknown>, "currentContext">
) => Either.Either<ResolvedPolicy, ReadonlyArray<SchemaIssue>> => {
  const resolve = (override: RetryPolicyOptions) =>
    Either.mapLeft(
      resolvePolicy(retry, overridden(override)),
      (issues) => issues.map(({ expected, path }) => ({ path: ["RetryPolicy", ...path], expected }))
    )
  // Nearly all calls are under the policy that the call before them was under.
  let last: { readonly override: RetryPolicyOptions; readonly resolved: ReturnType<typeof resolve> } = {
    override: RetryPolicy.defaults,
    resolved: resolve(RetryPolicy.defaults)
  }
  return ({ currentContext }) => {
    const override = Context.get(currentContext, RetryPolicy)
    if (override !== last.override) last = { override, resolved: resolve(override) }
    return last.resolved
  }
}
