import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { SchemaIssue } from "../../ErrorDetail.js"
import { overridden, RetryPolicy } from "../../RetryPolicy.js"
import type { RetryPolicyOptions } from "../../RetryPolicy.js"
import { resolvePolicy } from "../call/retryDecision.js"
import type { ResolvedPolicy } from "../call/retryDecision.js"

/** The layer's own policy. If a configuration that nobody checked holds none, each call says so. */
export const layerPolicy = (retry: RetryPolicyOptions): ResolvedPolicy =>
  Either.getOrThrow(Either.orElse(resolvePolicy(retry), () => resolvePolicy()))

/** The layer's policy under what this part of the program overrides. */
export const policyInForce = (retry: RetryPolicyOptions): Effect.Effect<ResolvedPolicy, ReadonlyArray<SchemaIssue>> =>
  Effect.flatMap(RetryPolicy, (override) => resolvePolicy(retry, overridden(override)))
