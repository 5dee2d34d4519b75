/** Sign-in with OpenID Connect, in parts that connection types combine. */
export {
  createDirectory,
  DirectoryUnreadable,
  type Directory,
  type DirectoryDescription,
  type DirectoryList,
  type DirectoryPage,
} from "./directory.js";
export {
  checkOneEmail,
  flattenClaims,
  lacksPerson,
  needsUserinfo,
  readGroups,
  readPerson,
  type ClaimedGroups,
  type ClaimedPerson,
  type ClaimNames,
  type ClaimTexts,
} from "./claims.js";
export { createAssertionKeys } from "./client-assertion.js";
export {
  composeOpenId,
  discoverAt,
  type ClientSettings,
  type OpenedOpenId,
  type OpenIdDescription,
  type OpenIdRuntime,
} from "./compose.js";
export { diagnoseProvider, type DiagnosisSubject } from "./diagnosis.js";
export { discoverProvider, issuersFoundAt, type DiscoverySource } from "./discovery.js";
export { readEmailAddress } from "../email-address.js";
export { makeEndSessionUrl, type EndSessionRequest } from "./end-session.js";
export { describeProvider } from "./endpoints.js";
export { SIGNING_ALGORITHMS, verifyIdToken, verifySignedToken, type SigningAlgorithm } from "./id-token.js";
export { createFixedKeySet, createKeySet, readKeyDocument, type KeySet } from "./key-set.js";
export { composeLogout, type LogoutRules } from "./logout.js";
export { verifyLogoutToken } from "./logout-token.js";
export { interpretProviderError } from "./provider-errors.js";
export { OIDC_REFUSALS, type OidcRefusalCode } from "./refusals.js";
export {
  ACR_VALUES,
  DOMAIN_HINT,
  PROMPTS,
  type RelyingParty,
  type RequestHints,
  type SignInRules,
  type TenantIssuers,
} from "./relying-party.js";
export { isObject, requestJson, type JsonAnswer } from "./request-json.js";
export { acceptReturn, beginSignIn, completeSignIn } from "./sign-in.js";
export { OpenIdConnectStrategy } from "./strategy.js";
export * from "./surroundings.js";
