/**
 * The claims about the authentication and the session: `acr`, `amr` and `auth_time` (OpenID Connect Core 1.0, section 2), and
 * `session_expiry` (the IPSIE profile of OpenID Connect).
 */
import { findAuthenticationIssue, type Authentication, type AuthenticationRules } from "../authentication.js";
import { quote } from "../refusal.js";
import { TOLERATED_SKEW_SECONDS } from "./id-token-checks.js";
import { refuse } from "./refusals.js";
import type { Claims } from "./surroundings.js";

/** The end of the year 9999. A larger number is not in seconds, but probably in milliseconds. */
const LATEST_SECONDS = 253_402_300_799;

/**
 * Reads the claims. An unusable value counts as missing. `checkAuthentication`, which runs before, refuses an unusable
 * value if the sign-in depends on it.
 */
export function readAuthentication(claims: Claims): Authentication {
  const { acr, amr } = claims;
  const methods: readonly unknown[] = Array.isArray(amr) ? amr : [amr];
  return {
    acr: typeof acr === "string" && acr !== "" ? acr : null,
    amr: methods.filter((method): method is string => typeof method === "string" && method !== ""),
    authenticatedAt: readTime(claims["auth_time"])?.toISOString() ?? null,
    sessionEndsAt: readTime(claims["session_expiry"])?.toISOString() ?? null,
  };
}

/**
 * Checks the claims of a verified ID token against the connection's rules. With a rule on the age, `auth_time` is required (Core
 * 3.1.3.7, step 13).
 */
export function checkAuthentication(claims: Claims, rules: AuthenticationRules | undefined, now: Date): void {
  if (claims["session_expiry"] !== undefined && readTime(claims["session_expiry"]) === null)
    refuse("OIDC_SESSION_EXPIRY_INVALID", `session_expiry is ${quote(JSON.stringify(claims["session_expiry"]))}`);
  if (rules === undefined) return;
  const authenticatedAt = readTime(claims["auth_time"]);
  if (rules.maxAgeSeconds !== null && authenticatedAt === null)
    refuse("OIDC_AUTHENTICATION_TIME_MISSING", `auth_time is ${quote(JSON.stringify(claims["auth_time"]))}`);
  const { acr } = readAuthentication(claims);
  const classes = acr === null ? [] : [acr];
  const facts = { authenticatedAt, classes, now, skewSeconds: TOLERATED_SKEW_SECONDS };
  const issue = findAuthenticationIssue(rules, facts);
  if (issue !== null) refuse(`OIDC_${issue.code}`, issue.detail);
}

/** Reads a NumericDate, in seconds since 1970 (RFC 7519, section 2); `null` if it is missing or unusable. */
function readTime(value: unknown): Date | null {
  return typeof value === "number" && value > 0 && value <= LATEST_SECONDS ? new Date(value * 1_000) : null;
}
