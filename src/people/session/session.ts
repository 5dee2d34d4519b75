/** A session of a signed-in browser. */

export interface Session {
  readonly id: string;
  readonly userId: string;
  /** The organization that the session is in. */
  readonly organizationId: string;
  /** The connection that started it; `null` for a one-time link or a password. */
  readonly connectionId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** How the person of a session authenticated at the provider, as the provider says. */
export interface SessionAuthentication {
  /** The authentication context class. */
  readonly acr: string | null;
  /** The authentication methods. */
  readonly amr: readonly string[];
  readonly authTime: Date | null;
}

/** The authentication of a session that no provider gave. */
export const NO_AUTHENTICATION: SessionAuthentication = { acr: null, amr: [], authTime: null };

/** A session as its person and administrators see it. */
export interface ShownSession extends Session, SessionAuthentication {}

/** The client of a request, as sessions and sign-in attempts store it. */
export interface ClientDescription {
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** A working day. After it, the person signs in through the identity provider again. */
export const SESSION_LIFETIME_SECONDS = 12 * 60 * 60;

export const SESSION_TOKEN_PREFIX = "usher_ses_";
