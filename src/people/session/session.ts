/** A session of a signed-in browser. */
import type { OrganizationPolicies } from "../organization/policies.js";

export interface Session {
  readonly id: string;
  readonly userId: string;
  /** The organization in which the person works in this session. */
  readonly organizationId: string;
  /** The connection that started the session; `null` for a one-time link or a password. */
  readonly connectionId: string | null;
  readonly createdAt: Date;
  /** When the session ends if it is not used again. */
  readonly expiresAt: Date;
  /** When the session was last used, to the minute. */
  readonly lastUsedAt: Date;
}

/** How the person of a session authenticated at the provider, as the provider says. */
export interface SessionAuthentication {
  /** The authentication context class. */
  readonly acr: string | null;
  /** The authentication methods. */
  readonly amr: readonly string[];
  readonly authTime: Date | null;
}

/** The authentication of a session that did not begin at a provider. */
export const NO_AUTHENTICATION: SessionAuthentication = { acr: null, amr: [], authTime: null };

/** The client of a request, as sessions and sign-in attempts store it. */
export interface ClientDescription {
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** A session as its person and administrators see it. */
export interface ShownSession extends Session, SessionAuthentication, ClientDescription {}

/** The policies of the person's home organization that end sessions. */
export type SessionPolicies = Pick<OrganizationPolicies, "sessionIdleMinutes" | "sessionLifetimeMinutes">;

const MINUTE_MILLISECONDS = 60_000;

/** `minutes` after a time. */
export function afterMinutes(time: Date, minutes: number): Date {
  return new Date(time.getTime() + minutes * MINUTE_MILLISECONDS);
}

/**
 * When a session ends if it is not used again. Changed policies apply also to sessions that began before the change.
 *
 * @param session with the stored end as `expiresAt`
 */
export function findSessionEnd(
  { createdAt, lastUsedAt, expiresAt }: Pick<Session, "createdAt" | "lastUsedAt" | "expiresAt">,
  { sessionIdleMinutes, sessionLifetimeMinutes }: SessionPolicies,
): Date {
  return [afterMinutes(createdAt, sessionLifetimeMinutes), afterMinutes(lastUsedAt, sessionIdleMinutes)].reduce(
    (earliest, end) => (end < earliest ? end : earliest),
    expiresAt,
  );
}

export const SESSION_TOKEN_PREFIX = "usher_ses_";
