/** A signed-in browser, in the house's own words. */

export interface Session {
  readonly id: string;
  readonly userId: string;
  /** The organization that the session is in. */
  readonly organizationId: string;
  /** The connection that gave it; `null` when none did. */
  readonly connectionId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Where a request came from, as sessions and attempts remember it. */
export interface ClientDescription {
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** A working day; then the identity provider is asked again. */
export const SESSION_LIFETIME_SECONDS = 12 * 60 * 60;

export const SESSION_TOKEN_PREFIX = "usher_ses_";
