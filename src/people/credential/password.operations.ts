/** What administrators do with the passwords of accounts. */
import { causeOf, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { hashPassword } from "../../platform/crypto/passwords.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { PASSWORD_NOT_ALLOWED } from "../failures.js";
import { findOrganization } from "../organization/organization.repository.js";
import type { Organization } from "../organization/organization.js";
import { requireHoldingUser } from "../role/require-holding-user.js";
import { endSessionsOfUserExcept } from "../session/session.repository.js";
import { claimLoginAddress, requireFreeEmail } from "../user/email-rule.js";
import { requireAnotherBreakGlass } from "../user/break-glass/break-glass.rules.js";
import { findAccountToChange, lockAccount } from "../user/status/status.operations.js";
import { showMember } from "../user/user.access.js";
import { findUser, clearLoginEmail } from "../user/user.repository.js";
import type { Member, User } from "../user/user.js";
import { findCredential, deletePassword, writePassword } from "./credential.repository.js";
import { endLock } from "./lock.changes.js";
import { endPasswordLinks } from "./one-time-token.repository.js";
import { userHolder } from "../factor/holder.js";
import { endPendingSignInsOf } from "./pending-sign-in.repository.js";
import { sendPasswordLink } from "./password-link.js";
import { checkPassword } from "./password.rules.js";

/** A password for an account. */
export interface NewPasswordInput {
  readonly userId: string;
  /** Absent or `null`: the person sets it, by a link that Usher sends them. */
  readonly password?: string | null;
}

/**
 * Sets the password of an account, or sends the person a link to set it. A new password ends the person's sessions, except the
 * caller's own.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for accounts with permissions that the caller does not hold, and for members whose
 *   home is another organization), NOT_FOUND, INVALID_INPUT, PASSWORD_NOT_ALLOWED, EMAIL_TAKEN, UNAVAILABLE
 */
export async function setPassword(
  store: Store,
  publicUrl: string,
  caller: Caller,
  { userId, password = null }: NewPasswordInput,
): Promise<Member> {
  const { organizationId } = await findAccountToChange(store, caller, userId);
  await requireHoldingUser(store.reader, caller, userId);
  const passwordHash = password === null ? null : await checkAndHash(store, organizationId, userId, password);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const { organization, user } = await lockAccount(unit, organizationId, userId);
    await requireHoldingUser(unit, caller, userId);
    await claimForPassword(unit, organization, user);
    if (passwordHash === null) await sendPasswordLink(unit, { organization, user, publicUrl, by: "ADMINISTRATOR" });
    else
      await replacePassword(unit, organization, user, {
        passwordHash,
        by: "ADMINISTRATOR",
        keptSessionId: caller.kind === "PERSON" ? caller.sessionId : null,
      });
    return showMember(caller, user, organizationId);
  });
}

/** Checks and hashes a new password before the unit of work, because hashing is slow and the unit of work holds locks. */
async function checkAndHash(
  { reader }: Store,
  organizationId: string,
  userId: string,
  password: string,
): Promise<string> {
  const organization = await findOrganization(reader, null, organizationId);
  const user = await findUser(reader, organizationId, userId);
  if (organization === null || user === null) throw new Failure(NOT_FOUND, { type: "user" });
  const check = new InputCheck();
  await checkPassword(check, "password", password, organization, user);
  check.finish();
  return await hashPassword(password);
}

/**
 * Makes sure that an account may have a password, and lets it sign in with its address. If an account of another organization
 * has the address, only the operator learns it.
 *
 * @throws PASSWORD_NOT_ALLOWED or EMAIL_TAKEN
 */
async function claimForPassword(unit: UnitOfWork, organization: Organization, user: User): Promise<void> {
  if (user.authMethod === "SSO") {
    if (organization.policies.passwordForSsoUsers !== "ALLOW") throw new Failure(PASSWORD_NOT_ALLOWED, {});
    await requireFreeEmail(unit, { ...user, authMethod: "PASSWORD" });
  }
  await claimLoginAddress(unit, organization.name, user);
}

/** A new password to store. */
interface Replacement {
  readonly passwordHash: string;
  /** Who set it. A person who used a mailed link has proved the address. */
  readonly by: "ADMINISTRATOR" | "LINK" | "PERSON";
  /** The session that stays; `null` for none. */
  readonly keptSessionId: string | null;
}

/** Stores a new password. Ends the lock that wrong passwords caused, the person's sessions and the links for a new password. */
export async function replacePassword(
  unit: UnitOfWork,
  organization: Organization,
  user: User,
  { passwordHash, by, keptSessionId }: Replacement,
): Promise<void> {
  const before = await findCredential(unit, user.id);
  if (before !== null) await endLock(unit, organization, user, before);
  // A person who knew the old password keeps an earlier proof of their address. Only a mailed link makes a new proof.
  const emailVerifiedAt = by === "LINK" ? unit.now : by === "PERSON" ? (before?.emailVerifiedAt ?? null) : null;
  await writePassword(unit, user.id, { passwordHash, emailVerifiedAt });
  await endPasswordLinks(unit, user.id);
  await endPendingSignInsOf(unit, userHolder(user));
  const endedSessions = await endSessionsOfUserExcept(unit, user.id, keptSessionId);
  await recordAudit(unit, {
    organizationId: organization.id,
    action: "user.password_set",
    subject: { type: "user", id: user.id },
    after: { by, endedSessions },
  });
}

/**
 * Removes the password of an account. Ends the person's sessions, except the caller's own, and the links for a new password.
 *
 * @throws as `setPassword`, except PASSWORD_NOT_ALLOWED and EMAIL_TAKEN; and LAST_BREAK_GLASS
 */
export async function removePassword(store: Store, caller: Caller, userId: string): Promise<Member> {
  const { organizationId } = await findAccountToChange(store, caller, userId);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const { organization, user } = await lockAccount(unit, organizationId, userId);
    await requireHoldingUser(unit, caller, userId);
    await requireAnotherBreakGlass(unit, organization, user);
    await endPasswordLinks(unit, userId);
    await endPendingSignInsOf(unit, userHolder(user));
    if (!(await deletePassword(unit, userId))) return showMember(caller, user, organizationId);
    if (user.authMethod === "SSO") await clearLoginEmail(unit, userId);
    const endedSessions = await endSessionsOfUserExcept(
      unit,
      userId,
      caller.kind === "PERSON" ? caller.sessionId : null,
    );
    await recordAudit(unit, {
      organizationId,
      action: "user.password_removed",
      subject: { type: "user", id: userId },
      after: { endedSessions },
    });
    return showMember(caller, user, organizationId);
  });
}

/**
 * Unlocks an account before the lock that wrong passwords caused expires.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for members whose home is another organization), NOT_FOUND
 */
export async function unlockUser(store: Store, caller: Caller, userId: string): Promise<Member> {
  const { organizationId } = await findAccountToChange(store, caller, userId);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const { organization, user } = await lockAccount(unit, organizationId, userId);
    const credential = await findCredential(unit, userId);
    if (credential !== null) await endLock(unit, organization, user, credential);
    return showMember(caller, user, organizationId);
  });
}
