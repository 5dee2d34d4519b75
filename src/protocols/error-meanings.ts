/**
 * What the error messages of well-known providers mean. These messages are more precise than the standards' codes. A
 * provider sends the same messages with OpenID Connect (`error_description`) and SAML (`StatusMessage`).
 */

/** The meanings that a message can have with either protocol. */
export type ErrorMeaning = "CANCELLED" | "NOT_ASSIGNED" | "FOREIGN_ACCOUNT" | "POLICY_REFUSED" | "INTERACTION_REQUIRED";

/** Messages of Entra ID (AADSTS…, AADB2C…), Okta, Google, Auth0 and Keycloak, tried in this order. */
const MEANINGS: readonly (readonly [RegExp, ErrorMeaning])[] = [
  [/AADSTS50105\b|not assigned to (a role|the client application|this application)/i, "NOT_ASSIGNED"],
  [/AADSTS65004\b|AADB2C90091\b|user (has )?(cancell?ed|declined|denied)|did not authorize the request/i, "CANCELLED"],
  [/AADSTS(50020|51004|50034)\b|org_internal/i, "FOREIGN_ACCOUNT"],
  [/AADSTS530\d\d\b|admin_policy_enforced|policy evaluation failed|sign-?on policy/i, "POLICY_REFUSED"],
  // The person left the provider's page open for too long (Keycloak).
  [/\bauthentication_expired\b/, "INTERACTION_REQUIRED"],
];

/** The meaning of a provider's message; `null` if Usher does not know the message. */
export function findMeaning(message: string): ErrorMeaning | null {
  return MEANINGS.find(([pattern]) => pattern.test(message))?.[1] ?? null;
}
