/**
 * @since 0.1.0
 */
export { AccessToken } from "./AccessToken.js"
export type {
  AccessTokenProviderShape,
  PasswordCredentials,
  PasswordGrantOptions,
  ProcessMakerCredentials
} from "./AccessToken.js"
export { AccessTokenProvider } from "./AccessTokenProvider.js"
export { ErrorDetail, Outcome, SchemaIssue, TransportReason, ValidationIssue } from "./ErrorDetail.js"
export {
  EnsuredOauthClient,
  NewOauthClient,
  OauthClient,
  OauthClientChanges,
  OauthClientId,
  OauthClientWithoutSecret
} from "./OauthClient.js"
export type { EnsureOptions, NewOauthClientInput, OauthClientChangesInput } from "./OauthClient.js"
export { OauthClientPage, PageCursor, Pagination } from "./OauthClientPage.js"
export { OauthClientsService } from "./OauthClientsService.js"
export type { OauthClientsOptions, OauthClientsServiceShape } from "./OauthClientsService.js"
export { PageEvent } from "./PageStream.js"
export type { PageOptions, PageReport, PageStreamOptions } from "./PageStream.js"
export { ProcessMakerConfig } from "./ProcessMakerConfig.js"
export type { ProcessMakerConfigOptions, ProcessMakerConfigShape } from "./ProcessMakerConfig.js"
export {
  AccessTokenError,
  OauthClientsError,
  OauthClientsStreamError,
  ProcessMakerChangeIgnored,
  ProcessMakerError,
  ProcessMakerForbidden,
  ProcessMakerInvalidRequest,
  ProcessMakerInvalidResponse,
  ProcessMakerLoginFailed,
  ProcessMakerNotFound,
  ProcessMakerPaginationStuck,
  ProcessMakerRateLimited,
  ProcessMakerServerError,
  ProcessMakerTimeout,
  ProcessMakerTransportError,
  ProcessMakerUnauthorized,
  ProcessMakerUnexpectedStatus,
  ProcessMakerUnprocessable
} from "./ProcessMakerError.js"
export { RetryPolicy } from "./RetryPolicy.js"
export type { RetryPolicyOptions, WithRetryPolicy } from "./RetryPolicy.js"
