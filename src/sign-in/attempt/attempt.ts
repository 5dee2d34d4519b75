/** One attempt to sign in: its steps while it runs, and its record at the end. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { NormalizedProfile } from "../../connection/contract/index.js";
import { NO_AUTHENTICATION, type ClientDescription, type SessionAuthentication } from "../../people/session/session.js";

export interface AttemptStep {
  readonly step:
    "START" | "LINK" | "PASSWORD" | "PASSKEY" | "RETURN" | "VERIFY" | "FETCH_GROUPS" | "NORMALIZE" | "COMPLETE";
  /** ISO 8601. */
  readonly at: string;
}

/** A sign-in, a test of the connection that opens no session, or a consent to the operator's app. */
export type AttemptKind = "SIGN_IN" | "TEST" | "CONSENT";

/** The claims of a verified message, as the connection type shows them: never a token, never a secret. */
export type ShownClaims = Readonly<Record<string, unknown>>;

/** An attempt under way. A step is added when it begins, so the last step is the one at which the attempt ended. */
export interface Attempt {
  readonly id: string;
  readonly kind: AttemptKind;
  readonly reference: string;
  readonly organizationId: string;
  /** `null` for a sign-in by a one-time link or a password. */
  readonly connectionId: string | null;
  /**
   * The e-mail address that a person entered with a password. Missing for other sign-ins, and if the entered text was
   * not an address.
   */
  readonly login?: string | null;
  /** How Usher itself authenticated the person; missing if a provider authenticated the person, or a link was used. */
  readonly authentication?: SessionAuthentication;
  readonly client: ClientDescription;
  readonly steps: readonly AttemptStep[];
  /** `null` until a message is verified. */
  readonly profile: NormalizedProfile | null;
  /** `null` until a message is verified, and for connection types that show no claims. */
  readonly claims: ShownClaims | null;
}

/** A new attempt. */
export function beginAttempt(about: Omit<Attempt, "id" | "kind" | "steps" | "profile" | "claims">): Attempt {
  return { ...about, id: uuidv7(), kind: "SIGN_IN", steps: [], profile: null, claims: null };
}

/** The attempt with one more step. */
export function beginStep(attempt: Attempt, step: AttemptStep["step"], at: Date): Attempt {
  return { ...attempt, steps: [...attempt.steps, { step, at: at.toISOString() }] };
}

/** How an attempt ended. */
export interface AttemptOutcome {
  /** `SUCCEEDED`, or a code of the error catalogue. */
  readonly outcome: string;
  readonly detail: string | null;
  readonly userId: string | null;
}

/**
 * How the person authenticated, in the form in which a session keeps it: what the provider said, or else how Usher
 * authenticated the person.
 */
export function authenticationOf({
  profile,
  authentication: own = NO_AUTHENTICATION,
}: Pick<Attempt, "profile" | "authentication">): SessionAuthentication {
  const authentication = profile?.authentication;
  if (authentication === undefined) return own;
  const { acr, amr, authenticatedAt } = authentication;
  return { acr, amr, authTime: authenticatedAt === null ? null : new Date(authenticatedAt) };
}

const cut = (text: string | null | undefined, length: number) => text?.slice(0, length) ?? null;

/** Records an attempt that has ended. */
export async function recordAttempt(unit: UnitOfWork, attempt: Attempt, result: AttemptOutcome): Promise<void> {
  const { profile } = attempt;
  const { acr, amr, authTime } = authenticationOf(attempt);
  await unit.execute(
    `INSERT INTO sign_in_attempt (id, kind, reference, organization_id, connection_id, user_id, outcome, detail, steps, issuer,
       subject, email, authentication_methods, acr, amr, auth_time, address, user_agent, occurred_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      attempt.id,
      attempt.kind,
      attempt.reference,
      attempt.organizationId,
      attempt.connectionId,
      result.userId,
      result.outcome,
      cut(result.detail, 2000),
      JSON.stringify(attempt.steps),
      cut(profile?.issuer, 512),
      cut(profile?.subject, 512),
      cut(profile?.email ?? attempt.login, 254),
      cut(profile?.authenticationMethods.join(" ") || null, 500),
      acr,
      JSON.stringify(amr),
      authTime,
      cut(attempt.client.address, 64),
      cut(attempt.client.userAgent, 400),
      unit.now,
    ],
  );
}
