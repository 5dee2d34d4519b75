/**
 * Finds the meaning of a provider's error answer (RFC 6749, sections 4.1.2.1 and 5.2; OpenID Connect Core 1.0, section
 * 3.1.2.6). The descriptions of the well-known providers are more precise than the standard's code. Only administrators
 * see the description and the code.
 */
import { findMeaning, type ErrorMeaning } from "../error-meanings.js";
import { ProtocolRefusal } from "../refusal.js";
import type { OidcRefusalCode } from "./refusals.js";

const LONGEST_DESCRIPTION = 300;

/** Descriptions that occur only with OpenID Connect, tried in this order. */
const KNOWN_DESCRIPTIONS: readonly (readonly [RegExp, OidcRefusalCode])[] = [
  [/AADSTS7000222|client secret.{0,40}expired/i, "OIDC_CLIENT_SECRET_EXPIRED"],
  [/AADSTS7000215|AADSTS7000218|invalid client secret/i, "OIDC_CLIENT_CREDENTIALS_REFUSED"],
  [/AADSTS50011\b|redirect_uri.{0,80}(mismatch|not (match|registered|valid|allowed))/i, "OIDC_REDIRECT_URI_MISMATCH"],
  [/AADSTS(65001|90094|90095)\b|consent/i, "OIDC_CONSENT_REQUIRED"],
  [/AADSTS(700016|70001)\b/i, "OIDC_CLIENT_REFUSED"],
];

const CODES: Readonly<Record<ErrorMeaning, OidcRefusalCode>> = {
  CANCELLED: "OIDC_CANCELLED",
  NOT_ASSIGNED: "OIDC_NOT_ASSIGNED",
  FOREIGN_ACCOUNT: "OIDC_FOREIGN_ACCOUNT",
  POLICY_REFUSED: "OIDC_POLICY_REFUSED",
  INTERACTION_REQUIRED: "OIDC_INTERACTION_REQUIRED",
};

/** The meanings of the standard's error codes, and of Google's own. */
const KNOWN_ERRORS: Readonly<Record<string, OidcRefusalCode>> = {
  access_denied: "OIDC_ACCESS_DENIED",
  invalid_client: "OIDC_CLIENT_CREDENTIALS_REFUSED",
  deleted_client: "OIDC_CLIENT_REFUSED",
  invalid_grant: "OIDC_CODE_REFUSED",
  unauthorized_client: "OIDC_CLIENT_REFUSED",
  unsupported_grant_type: "OIDC_CLIENT_REFUSED",
  unsupported_response_type: "OIDC_CLIENT_REFUSED",
  invalid_scope: "OIDC_SCOPE_REFUSED",
  redirect_uri_mismatch: "OIDC_REDIRECT_URI_MISMATCH",
  org_internal: "OIDC_FOREIGN_ACCOUNT",
  admin_policy_enforced: "OIDC_POLICY_REFUSED",
  consent_required: "OIDC_CONSENT_REQUIRED",
  login_required: "OIDC_INTERACTION_REQUIRED",
  interaction_required: "OIDC_INTERACTION_REQUIRED",
  account_selection_required: "OIDC_INTERACTION_REQUIRED",
  server_error: "OIDC_PROVIDER_UNAVAILABLE",
  temporarily_unavailable: "OIDC_PROVIDER_UNAVAILABLE",
};

/**
 * Returns the refusal for a provider's `error` and `error_description`. Either may be any JSON value. `fromBrowser` has
 * the same meaning as in `ProtocolRefusal`.
 */
export function interpretProviderError(
  error: unknown,
  description: unknown,
  fromBrowser = false,
): ProtocolRefusal<OidcRefusalCode> {
  const name = clean(error).slice(0, 60);
  const explanation = clean(description).slice(0, LONGEST_DESCRIPTION);
  const meaning = findMeaning(explanation);
  const known =
    meaning === null ? KNOWN_DESCRIPTIONS.find(([pattern]) => pattern.test(explanation))?.[1] : CODES[meaning];
  const code = known ?? (Object.hasOwn(KNOWN_ERRORS, name) ? KNOWN_ERRORS[name] : undefined) ?? "OIDC_PROVIDER_ERROR";
  const detail = `the provider answered ${name || "an error"}${explanation && `: ${explanation}`}`;
  return new ProtocolRefusal(code, detail, fromBrowser);
}

/** Makes one line of printable text. */
function clean(value: unknown): string {
  return typeof value === "string"
    ? value
        .slice(0, 2_000)
        .replace(/[\p{C}\s]+/gu, " ")
        .trim()
    : "";
}
