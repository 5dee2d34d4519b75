/** What a verified message says about the person's authentication, and the rules of a connection on it. */
import { quote } from "./refusal.js";

/** How and when the person authenticated at the provider, and until when the provider allows a session. */
export interface Authentication {
  /** The authentication context class (`acr`, AuthnContextClassRef); `null` if the provider names none. */
  readonly acr: string | null;
  /** The authentication methods (`amr`, RFC 8176). */
  readonly amr: readonly string[];
  /** When the person authenticated, in ISO 8601 (`auth_time`, AuthnInstant); `null` if the provider does not say. */
  readonly authenticatedAt: string | null;
  /** When the session ends at the latest, in ISO 8601 (`session_expiry`, SessionNotOnOrAfter); `null` for no such limit. */
  readonly sessionEndsAt: string | null;
}

/** What a connection requires of the authentication. */
export interface AuthenticationRules {
  /** How long ago the person may have authenticated; `null` accepts any time. */
  readonly maxAgeSeconds: number | null;
  /** Accepted authentication context classes. An empty list accepts any class. */
  readonly requiredAcr: readonly string[];
}

interface Facts {
  /**
   * When the person authenticated; `null` if the provider does not say. A caller with a rule on the age must refuse
   * `null` itself.
   */
  readonly authenticatedAt: Date | null;
  readonly classes: readonly string[];
  readonly now: Date;
  readonly skewSeconds: number;
}

/** A broken rule: the end of the refusal's code, after the protocol's prefix, and the refusal's detail. */
export interface AuthenticationIssue {
  readonly code: "CLOCK_SKEW" | "AUTHENTICATION_TOO_OLD" | "AUTHENTICATION_CONTEXT_TOO_WEAK";
  readonly detail: string;
}

/** The first rule that an authentication breaks; `null` if it breaks none. */
export function findAuthenticationIssue(
  { maxAgeSeconds, requiredAcr }: AuthenticationRules,
  { authenticatedAt, classes, now, skewSeconds }: Facts,
): AuthenticationIssue | null {
  if (maxAgeSeconds !== null && authenticatedAt !== null) {
    const ageSeconds = Math.round((now.getTime() - authenticatedAt.getTime()) / 1_000);
    // An authentication in the future would never be too old.
    if (ageSeconds < -skewSeconds)
      return { code: "CLOCK_SKEW", detail: `the person authenticated ${-ageSeconds} seconds in the future` };
    if (ageSeconds > maxAgeSeconds + skewSeconds)
      return {
        code: "AUTHENTICATION_TOO_OLD",
        detail: `the person authenticated ${ageSeconds} seconds ago, and maxAgeSeconds is ${maxAgeSeconds}`,
      };
  }
  if (requiredAcr.length === 0 || classes.some((each) => requiredAcr.includes(each))) return null;
  return {
    code: "AUTHENTICATION_CONTEXT_TOO_WEAK",
    detail: `received ${quote(classes.join(", ") || null)}, required is ${quote(requiredAcr.join(" or "))}`,
  };
}
