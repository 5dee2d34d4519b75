/**
 * The end of a sign-in that Usher itself verified, by a password or by a mailed link: the account, what the sign-in still waits
 * for, and the session. `findHold` is the one place where a verified sign-in does not lead to a session yet. Each `Hold` has a
 * page that ends it and calls `completeSignIn` again.
 */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { findCredential, writeFailures } from "../../people/credential/credential.repository.js";
import { requireFactor } from "../../people/factor/factor.js";
import { findFactors } from "../../people/factor/factor.repository.js";
import { userHolder } from "../../people/factor/holder.js";
import {
  keepPendingSignIn,
  type Hold,
  type PendingSignIn,
} from "../../people/credential/pending-sign-in.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { takeSeat } from "../../people/seat/seat.changes.js";
import { SESSION_TOKEN_PREFIX, type Session } from "../../people/session/session.js";
import { noteSignIn } from "../../people/user/user.repository.js";
import type { User } from "../../people/user/user.js";
import { issueToken, type IssuedToken } from "../../platform/crypto/tokens.js";
import { refuse, type Refusal } from "../../provisioning/refusal.js";
import { beginAttempt, type Attempt, type AttemptStep } from "../attempt/attempt.js";
import type { BrowserRequest } from "../browser-request.js";
import { PASSWORD_ASLEEP } from "../failures.js";
import { refuseByAccount } from "../link/link.js";
import { locationAfterSignIn, type HeldUp, type SignedIn } from "../outcomes.js";
import { answerRefusal, toSafeReason, type SignInRefused } from "../record-refusal.js";
import { factorsUrl, newPasswordUrl, secondFactorUrl } from "../urls.js";
import { openSignedInSession } from "../open-signed-in-session.js";
import { recordVerifiedRefusal } from "../record-verified-refusal.js";
import { sleeps } from "./sleeps.js";

/** A person whom Usher has verified. */
export interface VerifiedByUsher {
  readonly attempt: Attempt;
  readonly browser: BrowserRequest;
  /** The home organization, locked. */
  readonly organization: Organization;
  readonly user: User;
  readonly returnTo: string | null;
  /** Whether the person asked for the page of their second factors before the session; missing for no. */
  readonly managesFactors?: boolean;
  readonly tokens: SignInTokens;
  /** Where the operator can be reached, for the notice about a break-glass account. */
  readonly operatorContact: string | null;
}

/** A token for a new session and a token for a sign-in that waits. The browser gets only the one that is needed. */
export interface SignInTokens {
  readonly session: IssuedToken;
  readonly pending: IssuedToken;
}

/** The beginning of the token of a sign-in that waits. */
export const PENDING_TOKEN_PREFIX = "usher_psi_";

/** Makes both tokens. */
export function issueSignInTokens(): SignInTokens {
  return { session: issueToken(SESSION_TOKEN_PREFIX), pending: issueToken(PENDING_TOKEN_PREFIX) };
}

/** How Usher authenticated a person who entered a password (RFC 8176). */
export const BY_PASSWORD = { acr: null, amr: ["pwd"] } as const;

/** How a verified sign-in goes on. */
export type Completed =
  { readonly kind: "session"; readonly session: Session } | { readonly kind: "held"; readonly hold: Hold } | Refusal;

/** Opens a session, or stores a sign-in that waits, or refuses the person because of the account. */
export async function completeSignIn(unit: UnitOfWork, signIn: VerifiedByUsher): Promise<Completed> {
  const { attempt, browser, organization, user, returnTo, tokens, operatorContact } = signIn;
  const { ssoEnforcement } = organization.policies;
  // The account's password may have stopped working while the sign-in waited, because a merge linked the account to a
  // provider.
  const asleep = (await sleeps(unit, organization, user)) ? refuse(PASSWORD_ASLEEP, null, user) : null;
  const refused =
    refuseByAccount({ door: "PASSWORD", user, lockedUntil: null, ssoEnforcement, byOperator: false }) ?? asleep;
  if (refused !== null) {
    await auditRefusal(unit, attempt, refused);
    return await recordVerifiedRefusal(unit, attempt, organization, refused);
  }
  const hold = await findHold(unit, signIn);
  if (hold !== null) {
    await keepPendingSignIn(unit, {
      tokenHash: tokens.pending.hash,
      holder: userHolder(user),
      hold,
      attempt: { ...describeWaiting(signIn) },
      returnTo,
    });
    return { kind: "held", hold };
  }
  // The count of failures is reset only now: somebody who knows only the password must not reset the count of wrong
  // codes.
  await writeFailures(unit, user.id, { failedAttempts: 0, lockedUntil: null });
  if (organization.policies.seatModel === "ACTIVE_USER") await takeSeat(unit, organization, user.id);
  await noteSignIn(unit, user.id);
  const { hash: tokenHash } = tokens.session;
  const session = await openSignedInSession(unit, { attempt, organization, user, browser, tokenHash, operatorContact });
  return { kind: "session", session };
}

/** Records a refused sign-in by password in the audit log. */
export async function auditRefusal(unit: UnitOfWork, attempt: Attempt, { failure, user }: Refusal): Promise<void> {
  await recordAudit(unit, {
    organizationId: attempt.organizationId,
    action: "user.sign_in_refused",
    subject: user === null ? { type: "attempt", id: attempt.id } : { type: "user", id: user.id },
    after: { code: failure.code, reference: attempt.reference },
  });
}

/** The outcome for the browser, with its token and the address to which it goes. */
export function answerCompleted(
  completed: Completed,
  {
    attempt,
    organization,
    returnTo,
    tokens,
  }: Pick<VerifiedByUsher, "attempt" | "organization" | "returnTo" | "tokens">,
): SignedIn | HeldUp | SignInRefused {
  switch (completed.kind) {
    case "session":
      return {
        kind: "signed-in",
        location: locationAfterSignIn(organization, returnTo),
        sessionToken: tokens.session.token,
        expiresAt: completed.session.expiresAt,
      };
    case "held":
      return {
        kind: "held-up",
        location: HOLD_PAGES[completed.hold](organization),
        pendingToken: tokens.pending.token,
      };
    case "refuse":
      return answerRefusal({ organization, connection: null, returnTo }, attempt, toSafeReason(completed.failure));
  }
}

/** The page on which the person does what the sign-in waits for, for each hold. */
const HOLD_PAGES: Readonly<Record<Hold, (organization: Organization) => string>> = {
  NEW_PASSWORD: newPasswordUrl,
  SECOND_FACTOR: secondFactorUrl,
  FACTORS: factorsUrl,
};

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/**
 * What the sign-in still waits for; `null` for nothing. The second factor comes first, because the pages that end the
 * other holds change the account.
 */
async function findHold(
  unit: UnitOfWork,
  { attempt, organization: { policies }, user, managesFactors = false }: VerifiedByUsher,
): Promise<Hold | null> {
  const factors = await findFactors(unit, userHolder(user));
  const required = requireFactor(user, policies.secondFactor, factors.length > 0);
  if (required === "PRESENT" && !hasShownFactor(attempt)) return "SECOND_FACTOR";
  const { maximumAgeDays } = policies.passwordRules;
  const credential = maximumAgeDays === null ? null : await findCredential(unit, user.id);
  if (maximumAgeDays !== null && credential !== null) {
    const age = unit.now.getTime() - credential.setAt.getTime();
    if (age >= maximumAgeDays * DAY_MILLISECONDS) return "NEW_PASSWORD";
  }
  return required === "ENROLL" || managesFactors ? "FACTORS" : null;
}

/** The attempt with the note that the person has shown a second factor. */
export function withFactor(attempt: Attempt, method: "otp" | "pop"): Attempt {
  const { authTime = null } = attempt.authentication ?? {};
  // `mfa` says that there were several methods (RFC 8176, section 2).
  return { ...attempt, authentication: { acr: null, amr: [...BY_PASSWORD.amr, method, "mfa"], authTime } };
}

function hasShownFactor({ authentication }: Attempt): boolean {
  return authentication?.amr.includes("mfa") ?? false;
}

/** A sign-in that waits, as it is stored. */
type DescribedWaiting = Pick<Attempt, "id" | "reference" | "steps" | "login"> & {
  readonly amr: readonly string[];
  readonly authTime: string | null;
  readonly managesFactors: boolean;
};

/** A sign-in that waits, in the form in which it is stored. */
export function describeWaiting({
  attempt: { id, reference, steps, login = null, authentication },
  managesFactors = false,
}: Pick<VerifiedByUsher, "attempt" | "managesFactors">): DescribedWaiting {
  const { amr = BY_PASSWORD.amr, authTime = null } = authentication ?? {};
  return { id, reference, steps, login, amr, authTime: authTime?.toISOString() ?? null, managesFactors };
}

/** The attempt of a sign-in that waited, with the browser that goes on with it. */
export function resumeAttempt({ attempt }: PendingSignIn, organizationId: string, { client }: BrowserRequest): Attempt {
  const { id, reference, steps, login, amr, authTime } = attempt as DescribedWaiting & {
    readonly steps: readonly AttemptStep[];
  };
  const begun = beginAttempt({
    reference,
    organizationId,
    connectionId: null,
    client,
    login: login ?? null,
    authentication: { acr: null, amr, authTime: authTime === null ? null : new Date(authTime) },
  });
  return { ...begun, id, steps };
}

/** Whether the person of a sign-in that waits asked for the page of their second factors. */
export function wantsFactors({ attempt }: PendingSignIn): boolean {
  return (attempt as Partial<DescribedWaiting>).managesFactors ?? false;
}
