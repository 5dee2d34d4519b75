/** What administrators do with the passwords of accounts. */
import { causeOf, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { hashPassword } from "../../platform/crypto/passwords.js";
import { Failure } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { PASSWORD_NOT_ALLOWED } from "../failures.js";
import type { Organization } from "../organization/organization.js";
import { requireHoldingUser } from "../role/require-holding-user.js";
import { endSessionsOfUserExcept } from "../session/session.repository.js";
import { findAccountToChange, lockAccount } from "../user/status/status.operations.js";
import { claimLoginAddress, requireFreeEmail } from "../user/email-rule.js";
import { showMember } from "../user/user.access.js";
import type { Member, User } from "../user/user.js";
import { findCredential, writePassword } from "./credential.repository.js";
import { endLock } from "./lock.changes.js";
import { checkPassword } from "./password.rules.js";

const SHORTEST_PASSWORD = 12;

/** A password for an account. */
export interface NewPasswordInput {
  readonly userId: string;
  readonly password: string;
}

/**
 * Sets the password of an account, as an administrator. Ends the person's sessions, except the caller's own.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for accounts with permissions that the caller does not hold, and for members whose
 *   home is another organization), NOT_FOUND, INVALID_INPUT, PASSWORD_NOT_ALLOWED, EMAIL_TAKEN, UNAVAILABLE
 */
export async function setPassword(store: Store, caller: Caller, input: NewPasswordInput): Promise<Member> {
  const { userId, password } = input;
  const { organizationId } = await findAccountToChange(store, caller, userId);
  await requireHoldingUser(store.reader, caller, userId);
  const check = new InputCheck();
  checkPassword(check, "password", password, SHORTEST_PASSWORD);
  check.finish();
  // Hashed before the unit of work, which holds locks.
  const passwordHash = await hashPassword(password);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const { organization, user } = await lockAccount(unit, organizationId, userId);
    await requireHoldingUser(unit, caller, userId);
    requirePasswordAllowed(organization, user);
    // No other account may have the address of an account with a password, whatever the account's method is.
    if (user.authMethod === "SSO") await requireFreeEmail(unit, { ...user, authMethod: "PASSWORD" });
    await claimLoginAddress(unit, organization.name, user);
    const before = await findCredential(unit, userId);
    if (before !== null) await endLock(unit, organization, user, before);
    await writePassword(unit, userId, { passwordHash, isProved: false });
    const endedSessions = await endSessionsOfUserExcept(
      unit,
      userId,
      caller.kind === "PERSON" ? caller.sessionId : null,
    );
    await recordAudit(unit, {
      organizationId,
      action: "user.password_set",
      subject: { type: "user", id: userId },
      after: { by: "ADMINISTRATOR", endedSessions },
    });
    return showMember(caller, user, organizationId);
  });
}

/**
 * Ends the lock of an account before its time.
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

/** @throws PASSWORD_NOT_ALLOWED */
function requirePasswordAllowed({ policies }: Organization, user: User): void {
  if (user.authMethod !== "PASSWORD" && policies.passwordForSsoUsers !== "ALLOW")
    throw new Failure(PASSWORD_NOT_ALLOWED, {});
}
