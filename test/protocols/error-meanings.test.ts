/** The messages of well-known providers mean the same with both protocols. */
import { expect, test } from "@jest/globals";
import { findMeaning, type ErrorMeaning } from "../../src/protocols/error-meanings.js";
import { interpretProviderError } from "../../src/protocols/oidc/provider-errors.js";

/** Messages as the providers document them, or as people report them. */
const MESSAGES: Readonly<Record<ErrorMeaning, readonly string[]>> = {
  NOT_ASSIGNED: [
    "AADSTS50105: Your administrator has configured the application Acme to block users unless they are granted access.",
    "User is not assigned to the client application.",
  ],
  CANCELLED: [
    "AADSTS65004: User declined to consent to access the app.",
    "the user canceled the authentication",
    "AADB2C90091: The user has cancelled entering self-asserted information.",
    "User did not authorize the request",
    "User denied consent",
  ],
  FOREIGN_ACCOUNT: [
    "AADSTS50020: User account 'ada@other.example' from identity provider 'live.com' does not exist in tenant 'Acme'.",
    "Error 403: org_internal",
  ],
  POLICY_REFUSED: [
    "AADSTS53003: Access has been blocked by Conditional Access policies.",
    "Policy evaluation failed for this request, please check the policy configurations.",
  ],
  INTERACTION_REQUIRED: ["authentication_expired"],
};

const CASES = Object.entries(MESSAGES).flatMap(([meaning, messages]) =>
  messages.map((text) => [text, meaning] as const),
);

test.each(CASES)("%s means %s", (message, meaning) => {
  expect(findMeaning(message)).toBe(meaning);
  expect(interpretProviderError("access_denied", message).code).toBe(`OIDC_${meaning}`);
});

test.each([
  ["AADSTS65001: The user or administrator has not consented to use the application.", "OIDC_CONSENT_REQUIRED"],
  ["AADSTS7000222: The provided client secret keys are expired.", "OIDC_CLIENT_SECRET_EXPIRED"],
  ["AADSTS501051: Application is not assigned to a user.", "OIDC_ACCESS_DENIED"],
  ["The resource owner or authorization server denied the request.", "OIDC_ACCESS_DENIED"],
  ["The user was denied access.", "OIDC_ACCESS_DENIED"],
])("%s has none of these meanings, but %s", (message, code) => {
  expect(findMeaning(message)).toBeNull();
  expect(interpretProviderError("access_denied", message).code).toBe(code);
});
