/**
 * Signs a person in by e-mail address and password, at the page of their organization.
 *
 * ```
 * verify   findLoginAccount → one verification, of the stored hash or of a hash that no password has
 * decide   one unit: lock the organization → read the account again → refusePassword (counts) → refuseByAccount
 * hold     findHold: what the sign-in still waits for
 * session  openSignedInSession
 * ```
 * `findHold` is the one place where a right password does not lead to a session yet. A second factor belongs there.
 *
 * Concurrent guesses are verified before any of them is counted. So a right guess counts only if the account is not locked
 * once the unit of work holds the organization's lock.
 */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import {
  findLoginAccount,
  renewHash,
  writeFailures,
  type AccountWithPassword,
} from "../../people/credential/credential.repository.js";
import { isLocked, noteWrongPassword } from "../../people/credential/lock.changes.js";
import { LONGEST_PASSWORD } from "../../people/credential/password.rules.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { takeSeat } from "../../people/seat/seat.changes.js";
import { SESSION_TOKEN_PREFIX, type Session } from "../../people/session/session.js";
import { hasLinkInForce } from "../../connection/identity/identity.repository.js";
import type { User } from "../../people/user/user.js";
import { noteSignIn } from "../../people/user/user.repository.js";
import { hashPassword, needsRehash, verifyAgainstNothing, verifyPassword } from "../../platform/crypto/passwords.js";
import { issueToken } from "../../platform/crypto/tokens.js";
import { readEmailAddress } from "../../platform/errors/input.js";
import { refuse, type Refusal } from "../../provisioning/refusal.js";
import { beginAttempt, beginStep, recordAttempt, type Attempt } from "../attempt/attempt.js";
import type { BrowserRequest } from "../browser-request.js";
import {
  PASSWORD_ASLEEP,
  PASSWORD_LOCKED,
  PASSWORD_LOGIN_UNKNOWN,
  PASSWORD_NOT_SET,
  PASSWORD_WRONG,
} from "../failures.js";
import { refuseByAccount } from "../link/link.js";
import { openSignedInSession } from "../open-signed-in-session.js";
import { locationAfterSignIn, type PasswordRefused, type SignedIn } from "../outcomes.js";
import { answerRefusal, recordRefusal, toSafeReason, type SignInRefused } from "../record-refusal.js";
import { recordVerifiedRefusal } from "../record-verified-refusal.js";
import type { SignInServices } from "../services.js";

/** What a person entered, unchecked, at the page of an organization. */
export interface PasswordRequest {
  readonly organization: Organization;
  readonly login: string;
  readonly password: string;
  /** Where the sign-in leads. It passed the allow-list. */
  readonly returnTo: string | null;
}

/** The authentication method of RFC 8176. */
const PASSWORD_METHOD = "pwd";

/** Signs the person in, or refuses them. */
export async function signInByPassword(
  services: SignInServices,
  browser: BrowserRequest,
  request: PasswordRequest,
): Promise<SignedIn | PasswordRefused | SignInRefused> {
  const { organization, returnTo } = request;
  const login = readEmailAddress(request.login.trim());
  const now = services.clock();
  const begun = beginAttempt({
    reference: services.reference(),
    organizationId: organization.id,
    connectionId: null,
    client: browser.client,
    login,
    authentication: { acr: null, amr: [PASSWORD_METHOD], authTime: now },
  });
  const attempt = beginStep(begun, "PASSWORD", now);
  // Input that no password can have is not hashed, because its length has no bound.
  const password = request.password.length > LONGEST_PASSWORD * 2 ? "" : request.password;
  const found = login === null ? null : await findLoginAccount(services.store.reader, organization.id, login);
  const verified = await verifyOnce(found, password);
  try {
    const { token: sessionToken, hash: tokenHash } = issueToken(SESSION_TOKEN_PREFIX);
    const result = await services.store.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, (unit) =>
      decide(unit, services, { attempt, browser, organizationId: organization.id, login, verified, tokenHash }),
    );
    if (result.kind === "password-refused") {
      const { code, message, status } = toSafeReason(result.refusal.failure);
      const { reference } = attempt;
      const kind = "password-refused";
      return { kind, organization, login: request.login, returnTo, code, message, status, reference };
    }
    if (result.kind === "refuse")
      return answerRefusal({ organization, connection: null, returnTo }, attempt, toSafeReason(result.failure));
    return {
      kind: "signed-in",
      location: locationAfterSignIn(organization, returnTo),
      sessionToken,
      expiresAt: result.session.expiresAt,
    };
  } catch (error) {
    return await recordRefusal(services, { organization, connection: null, returnTo }, attempt, error);
  }
}

/** The result of the one verification. */
interface Verification {
  readonly isRight: boolean;
  /** The hash that was verified; `null` without an account or a password. */
  readonly hash: string | null;
  /** The hash to store in place of the verified one, because the parameters have risen; `null` to store none. */
  readonly renewed: string | null;
}

/** Verifies exactly once, whether or not there is an account with a password. */
async function verifyOnce(found: AccountWithPassword | null, password: string): Promise<Verification> {
  const hash = found?.credential?.passwordHash ?? null;
  const isRight = hash === null ? await verifyAgainstNothing(password) : await verifyPassword(hash, password);
  const renewed = isRight && hash !== null && needsRehash(hash) ? await hashPassword(password) : null;
  return { isRight, hash, renewed };
}

interface PasswordAttempt {
  readonly attempt: Attempt;
  readonly browser: BrowserRequest;
  readonly organizationId: string;
  readonly login: string | null;
  readonly verified: Verification;
  readonly tokenHash: string;
}

type Decided =
  | { readonly kind: "session"; readonly session: Session }
  /** The person is not verified. Every reason has the same page. */
  | { readonly kind: "password-refused"; readonly refusal: Refusal }
  /** The person is verified, but may not sign in. */
  | Refusal;

async function decide(unit: UnitOfWork, { operatorContact }: SignInServices, input: PasswordAttempt): Promise<Decided> {
  const { attempt, browser, login, verified, tokenHash } = input;
  const organization = await lockOrganization(unit, input.organizationId);
  if (organization === null) throw new Error("the organization was deleted during the sign-in");
  const found = login === null ? null : await findLoginAccount(unit, organization.id, login);
  const refusal = await refusePassword(unit, organization, found, verified);
  if (refusal !== null) {
    await recordAttempt(unit, attempt, {
      outcome: refusal.failure.code,
      detail: refusal.detail,
      userId: refusal.user?.id ?? null,
    });
    await recordAudit(unit, {
      organizationId: organization.id,
      action: "user.sign_in_refused",
      subject: refusal.user === null ? { type: "attempt", id: attempt.id } : { type: "user", id: refusal.user.id },
      after: { code: refusal.failure.code, reference: attempt.reference },
    });
    return { kind: "password-refused", refusal };
  }
  const { user, credential } = found as AccountWithPassword;
  if (credential?.failedAttempts !== 0 || credential.lockedUntil !== null)
    await writeFailures(unit, user.id, { failedAttempts: 0, lockedUntil: null });
  if (verified.renewed !== null) await renewHash(unit, user.id, verified.renewed);
  const { ssoEnforcement } = organization.policies;
  const refused = refuseByAccount({ door: "PASSWORD", user, lockedUntil: null, ssoEnforcement, byOperator: false });
  if (refused !== null) return await recordVerifiedRefusal(unit, attempt, organization, refused);
  if (organization.policies.seatModel === "ACTIVE_USER") await takeSeat(unit, organization, user.id);
  await noteSignIn(unit, user.id);
  const session = await openSignedInSession(unit, {
    attempt,
    organization,
    user,
    browser,
    tokenHash,
    operatorContact,
  });
  return { kind: "session", session };
}

/** Why the person is not verified, or `null`. Counts a wrong password. */
async function refusePassword(
  unit: UnitOfWork,
  organization: Organization,
  found: AccountWithPassword | null,
  { isRight, hash }: Verification,
): Promise<Refusal | null> {
  if (found === null) return refuse(PASSWORD_LOGIN_UNKNOWN);
  const { user, credential } = found;
  if (credential === null) return refuse(PASSWORD_NOT_SET, null, user);
  // Checked before the result, so that guesses during a lock reveal nothing.
  if (isLocked(credential, unit.now))
    return refuse(PASSWORD_LOCKED, `Locked until ${credential.lockedUntil?.toISOString()}.`, user);
  if (credential.passwordHash !== hash)
    return refuse(PASSWORD_WRONG, "The password was changed during the sign-in.", user);
  if (await sleeps(unit, organization, user)) return refuse(PASSWORD_ASLEEP, null, user);
  if (isRight) return null;
  const lockedUntil = await noteWrongPassword(unit, organization, user, credential);
  const detail = lockedUntil && `This wrong password locked the account until ${lockedUntil.toISOString()}.`;
  return refuse(PASSWORD_WRONG, detail, user);
}

/** Whether an account's password has no effect at present, because the person signs in through a provider. */
async function sleeps(unit: UnitOfWork, { policies }: Organization, user: User): Promise<boolean> {
  if (policies.passwordForSsoUsers === "ALLOW") return false;
  return user.authMethod === "SSO" || (await hasLinkInForce(unit, user.id));
}
