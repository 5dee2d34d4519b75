/**
 * Signs a person in by e-mail address and password, at the page of their organization.
 *
 * ``` verify   findLoginAccount → one verification, of the stored hash or of a hash that no password has decide   one
 * unit: lock the organization → read the account again → refusePassword (counts) → completeSignIn complete
 * refuseByAccount → findHold (what the sign-in still waits for, such as a second factor) → openSignedInSession ```
 *
 * Concurrent guesses are all verified before any of them is counted. So `decide` checks under the organization's lock
 * whether the account is locked by now. If it is, even a right guess is refused.
 */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import {
  findLoginAccount,
  renewHash,
  type AccountWithPassword,
} from "../../people/credential/credential.repository.js";
import { isLocked, noteWrongPassword } from "../../people/credential/lock.changes.js";
import { isTooLongForPassword } from "../../people/credential/password.rules.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { hashPassword, needsRehash, verifyAgainstNothing, verifyPassword } from "../../platform/crypto/passwords.js";
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
import type { HeldUp, PasswordRefused, SignedIn } from "../outcomes.js";
import { recordRefusal, toSafeReason, type SignInRefused } from "../record-refusal.js";
import {
  answerCompleted,
  auditRefusal,
  BY_PASSWORD,
  completeSignIn,
  issueSignInTokens,
  type Completed,
  type SignInTokens,
} from "./complete-sign-in.js";
import { sleeps } from "./sleeps.js";
import type { SignInServices } from "../services.js";

/** What a person entered, unchecked, at the page of an organization. */
export interface PasswordRequest {
  readonly organization: Organization;
  readonly login: string;
  readonly password: string;
  /** Where the sign-in leads. The address passed the allow-list. */
  readonly returnTo: string | null;
  /** Whether the person asked for the page of their second factors. */
  readonly managesFactors: boolean;
}

/** Signs the person in, or refuses them. */
export async function signInByPassword(
  services: SignInServices,
  browser: BrowserRequest,
  request: PasswordRequest,
): Promise<SignedIn | HeldUp | PasswordRefused | SignInRefused> {
  const { organization, returnTo, managesFactors } = request;
  const login = readEmailAddress(request.login.trim());
  const now = services.clock();
  const begun = beginAttempt({
    reference: services.reference(),
    organizationId: organization.id,
    connectionId: null,
    client: browser.client,
    login,
    authentication: { ...BY_PASSWORD, authTime: now },
  });
  const attempt = beginStep(begun, "PASSWORD", now);
  // An input that is too long for a password has no bound on its length, so it is not hashed.
  const password = isTooLongForPassword(request.password) ? "" : request.password;
  const found = login === null ? null : await findLoginAccount(services.store.reader, organization.id, login);
  const verified = await verifyOnce(found, password);
  try {
    const tokens = issueSignInTokens();
    const result = await services.store.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, (unit) =>
      decide(unit, services, {
        attempt,
        browser,
        organizationId: organization.id,
        login,
        verified,
        returnTo,
        managesFactors,
        tokens,
      }),
    );
    if (result.kind === "password-refused") {
      const { code, message, status } = toSafeReason(result.refusal.failure);
      const { reference } = attempt;
      const kind = "password-refused";
      return { kind, organization, login: request.login, returnTo, managesFactors, code, message, status, reference };
    }
    return answerCompleted(result, { attempt, organization, returnTo, tokens });
  } catch (error) {
    return await recordRefusal(services, { organization, connection: null, returnTo }, attempt, error);
  }
}

/** The result of the one verification. */
interface Verification {
  readonly isRight: boolean;
  /** The hash that was verified; `null` without an account or a password. */
  readonly hash: string | null;
  /**
   * A new hash of the same password, to store because Usher's hashing parameters have changed; `null` if the old hash
   * stays.
   */
  readonly renewed: string | null;
}

/**
 * Verifies exactly one hash, whether or not there is an account with a password, so that the time does not tell which
 * accounts exist.
 */
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
  readonly returnTo: string | null;
  readonly managesFactors: boolean;
  readonly tokens: SignInTokens;
}

/**
 * A verified sign-in, or the refusal of a person who is not verified. The page for such a person is the same for every
 * reason.
 */
type Decided = Completed | { readonly kind: "password-refused"; readonly refusal: Refusal };

async function decide(unit: UnitOfWork, { operatorContact }: SignInServices, input: PasswordAttempt): Promise<Decided> {
  const { attempt, browser, login, verified, returnTo, managesFactors, tokens } = input;
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
    await auditRefusal(unit, attempt, refusal);
    return { kind: "password-refused", refusal };
  }
  const { user } = found as AccountWithPassword;
  if (verified.renewed !== null) await renewHash(unit, user.id, verified.renewed);
  return await completeSignIn(unit, {
    attempt,
    browser,
    organization,
    user,
    returnTo,
    managesFactors,
    tokens,
    operatorContact,
  });
}

/** Why the person is not verified; `null` if the person is. Counts a wrong password. */
async function refusePassword(
  unit: UnitOfWork,
  organization: Organization,
  found: AccountWithPassword | null,
  { isRight, hash }: Verification,
): Promise<Refusal | null> {
  if (found === null) return refuse(PASSWORD_LOGIN_UNKNOWN);
  const { user, credential } = found;
  if (credential === null) return refuse(PASSWORD_NOT_SET, null, user);
  // The lock is checked before the password's result, so that guesses during a lock reveal nothing.
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
