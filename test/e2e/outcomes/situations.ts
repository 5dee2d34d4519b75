/**
 * The reasons for refusals that PRODUCT.md lists, for each connection type: the outcome that Usher records or, where the
 * provider shows a page of its own and never comes back, the entry of the guide and the finding of `testConnection`.
 */
import type { ENTRA_ID_REFUSALS } from "../../../src/connection-types/entra-id/refusals.js";
import type { GOOGLE_WORKSPACE_REFUSALS } from "../../../src/connection-types/google-workspace/refusals.js";
import type { OidcRefusalCode } from "../../../src/protocols/oidc/refusals.js";
import type { SamlRefusalCode } from "../../../src/protocols/saml/refusals.js";
import type { PROVISIONING_FAILURES } from "../../../src/provisioning/failures.js";
import type { SIGN_IN_FAILURES } from "../../../src/sign-in/failures.js";
import type { Kind } from "./stage.js";

type AccountCode = (typeof PROVISIONING_FAILURES)[number]["code"];
export type OutcomeCode =
  | OidcRefusalCode
  | SamlRefusalCode
  | keyof typeof ENTRA_ID_REFUSALS
  | keyof typeof GOOGLE_WORKSPACE_REFUSALS
  | AccountCode
  | (typeof SIGN_IN_FAILURES)[number]["code"];

/** A page of the provider. */
interface ProviderPage {
  /** How the guide's row of the page begins. */
  readonly page: string;
  /** The check of `testConnection` that finds the same mistake. */
  readonly finding?: "REDIRECT_URI_REGISTERED";
}

/** What proves that Usher explains a situation. `null`: it cannot occur with this type. */
export type Proof = OutcomeCode | ProviderPage | null;

const same = (proof: Proof) => ({ oidc: proof, saml: proof, "entra-id": proof, "google-workspace": proof });
const REDIRECT = "REDIRECT_URI_REGISTERED";

export const SITUATIONS: Readonly<Record<string, Readonly<Record<Kind, Proof | readonly Proof[]>>>> = {
  "not assigned at the provider": {
    oidc: ["OIDC_NOT_ASSIGNED", "OIDC_ACCESS_DENIED"],
    saml: ["SAML_NOT_ASSIGNED", "SAML_ACCESS_DENIED", { page: "Okta: 403 App Not Assigned" }],
    "entra-id": ["OIDC_NOT_ASSIGNED", { page: "Microsoft: AADSTS50105" }],
    "google-workspace": ["OIDC_ACCESS_DENIED", { page: "Google: 403 app_not_enabled_for_user" }],
  },
  "redirect or reply URL mismatch, which the provider refuses": {
    oidc: [
      "OIDC_REDIRECT_URI_MISMATCH",
      { page: "Okta: 400", finding: REDIRECT },
      { page: "Keycloak: Invalid parameter" },
    ],
    saml: ["SAML_WRONG_DESTINATION", "SAML_WRONG_RECIPIENT", { page: "Microsoft: AADSTS50011" }],
    "entra-id": { page: "Microsoft: AADSTS50011", finding: REDIRECT },
    "google-workspace": { page: "Google: Error 400: redirect_uri_mismatch", finding: REDIRECT },
  },
  "an answer at a wrong address": {
    ...same("SIGN_IN_ADDRESS_WRONG"),
    oidc: ["SIGN_IN_ADDRESS_WRONG", "SIGN_IN_BINDING_WRONG", "UNKNOWN_CONNECTION"],
  },
  "wrong audience": { ...same("OIDC_AUDIENCE_MISMATCH"), saml: "SAML_WRONG_AUDIENCE" },
  "wrong issuer": { ...same("OIDC_ISSUER_MISMATCH"), saml: "SAML_WRONG_ISSUER" },
  "expired certificate": { ...same(null), saml: "SAML_CERTIFICATE_EXPIRED", oidc: "OIDC_CERTIFICATE_REFUSED" },
  "unknown key": { ...same("OIDC_KEY_UNKNOWN"), saml: "SAML_BAD_SIGNATURE" },
  "expired assertion": { ...same("OIDC_TOKEN_EXPIRED"), saml: "SAML_EXPIRED" },
  "clock skew": { ...same("OIDC_CLOCK_SKEW"), saml: "SAML_CLOCK_SKEW" },
  "missing e-mail": same("EMAIL_MISSING"),
  "missing name": same("NAME_MISSING"),
  "no matching account": same("NO_MATCHING_ACCOUNT"),
  "not authorised": same("NO_ROLE"),
  "SSO not allowed by the system": same("SSO_SYSTEM_OFF"),
  "SSO not allowed for the organization": same("SSO_NOT_ALLOWED"),
  "SSO switched off by the organization": same("SSO_SWITCHED_OFF"),
  "SSO not in the plan": same("SSO_NOT_IN_PLAN"),
  "seats full": same("SEATS_FULL"),
  "account disabled": same("ACCOUNT_DISABLED"),
  "account archived": same("ACCOUNT_ARCHIVED"),
  "account waits for approval": same("ACCOUNT_PENDING_APPROVAL"),
  "foreign tenant or domain": {
    oidc: "OIDC_FOREIGN_ACCOUNT",
    saml: ["SAML_FOREIGN_ACCOUNT", { page: "Microsoft: AADSTS50020" }],
    "entra-id": ["ENTRA_TENANT_MISMATCH", "OIDC_FOREIGN_ACCOUNT", { page: "Microsoft: AADSTS50020" }],
    "google-workspace": [
      "GOOGLE_DOMAIN_MISMATCH",
      "GOOGLE_DOMAIN_MISSING",
      { page: "Google: Error 403: org_internal" },
    ],
  },
  "groups unavailable": same("GROUPS_UNKNOWN"),
  "client secret wrong": { ...same("OIDC_CLIENT_CREDENTIALS_REFUSED"), saml: null },
  "client secret expired": {
    oidc: "OIDC_CLIENT_CREDENTIALS_REFUSED",
    saml: null,
    "entra-id": "OIDC_CLIENT_SECRET_EXPIRED",
    "google-workspace": "OIDC_CLIENT_CREDENTIALS_REFUSED",
  },
  "provider unreachable": {
    ...same("OIDC_PROVIDER_UNREACHABLE"),
    saml: ["SAML_METADATA_UNREACHABLE", { page: "no page at all" }],
  },
  cancelled: {
    oidc: ["OIDC_CANCELLED", "OIDC_ACCESS_DENIED"],
    saml: ["SAML_CANCELLED", "SAML_ACCESS_DENIED", "SAML_INTERACTION_REQUIRED"],
    "entra-id": "OIDC_CANCELLED",
    "google-workspace": "OIDC_ACCESS_DENIED",
  },
};
