/**
 * Test support: a fake server, a service layer connected to it, and an assertion that no secret is exposed.
 *
 * @since 0.1.0
 */
export { type Paging } from "./testing/api/pageLinks.js"
export { assertNoSecrets } from "./testing/assertNoSecrets.js"
export { type FakeClient, type FakeClientInput } from "./testing/FakeClient.js"
export {
  type FakeCredentials,
  type FakeOptions,
  type FakeProfile,
  type FakeRateLimit,
  type FakeUserInput
} from "./testing/FakeOptions.js"
export { FakeProcessMaker, type FakeProcessMakerShape } from "./testing/FakeProcessMaker.js"
export {
  type Answered,
  type Dropped,
  type FakeOperation,
  type FakeReply,
  type FakeRequest,
  type RecordedRequest,
  type Streamed
} from "./testing/FakeRequest.js"
export * as Fault from "./testing/faults/Fault.js"
export { type Deletion, type Insertion, type JsonMembers, type RetryAfter } from "./testing/faults/FaultStep.js"
export { layerTest, type TestOptions } from "./testing/layerTest.js"
export { type ListPosition } from "./testing/state/ServerState.js"
