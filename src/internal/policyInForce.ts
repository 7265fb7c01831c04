import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { SchemaIssue } from "../ErrorDetail.js"
import { RetryPolicy } from "../RetryPolicy.js"
import type { RetryPolicyOptions } from "../RetryPolicy.js"
import { defaultPolicy, resolvePolicy } from "./retryDecision.js"
import type { ResolvedPolicy } from "./retryDecision.js"

/** The layer's own policy, which was checked when the layer was built. */
export const layerPolicy = (retry: RetryPolicyOptions): ResolvedPolicy =>
  Either.getOrElse(resolvePolicy(retry), () => defaultPolicy)

/** The layer's policy under what this part of the program overrides. */
export const policyInForce = (retry: RetryPolicyOptions): Effect.Effect<ResolvedPolicy, ReadonlyArray<SchemaIssue>> =>
  Effect.flatMap(RetryPolicy, (override) => resolvePolicy(retry, override))
